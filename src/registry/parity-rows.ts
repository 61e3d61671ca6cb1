import type { Parity, ParityMismatch, ParityState } from './parity.ts';
import type { RegistryTables, RegistryTx } from './tables.ts';

type ParityRow = Pick<
  RegistryTables['parity_checks'],
  'state' | 'message' | 'largest_difference' | 'tolerance' | 'mismatch' | 'checked_at'
>;

export const parityColumns = 'registered_model_id, version, state, message, largest_difference, tolerance, mismatch, checked_at';

export function parityOf(row: ParityRow): Parity {
  return {
    state: row.state as ParityState,
    message: row.message,
    largestDifference: row.largest_difference ?? undefined,
    tolerance: row.tolerance ?? undefined,
    mismatch: row.mismatch === null ? undefined : (JSON.parse(row.mismatch) as ParityMismatch),
    checkedAt: row.checked_at ?? undefined,
  };
}

export async function findParity(tx: RegistryTx, modelId: string, version: number): Promise<Parity | undefined> {
  const [row] = await tx
    .statement<ParityRow>(`select ${parityColumns} from parity_checks where registered_model_id = ? and version = ?`)
    .all(modelId, version);
  return row && parityOf(row);
}
