/** Every registered read and write, by name: what the database threads run from. */
import * as accessQueries from './access/queries.ts';
import * as accessWrites from './access/writes.ts';
import type { Operation, Operations } from './backends/db/port.ts';
import * as eventQueries from './events/queries.ts';
import * as eventWrites from './events/writes.ts';
import * as lineageQueries from './lineage/queries.ts';

const modules: readonly Record<string, unknown>[] = [accessQueries, accessWrites, eventQueries, eventWrites, lineageQueries];

export const operations: Operations = new Map(
  modules.flatMap((exports) => Object.values(exports).filter(isOperation)).map((operation) => [operation.name, operation]),
);

function isOperation(value: unknown): value is Operation<never, unknown> {
  return typeof value === 'object' && value !== null && 'kind' in value && 'run' in value && 'name' in value;
}
