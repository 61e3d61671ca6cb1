import { defineRead } from '../backends/db/port.ts';
import type { Principal, Role, Scope } from './scope.ts';
import type { AccessTables } from './tables.ts';
import { reservedTokenNames } from './tokens.ts';

export interface TokenRow {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
}

/** The principal that a token stands for at the time `now`; undefined where it is unknown, revoked or expired. */
export const principalOfToken = defineRead<AccessTables, { hash: string; now: number }, Principal | undefined>(
  'access.principalOfToken',
  async (tx, { hash, now }) => {
    const [row] = await tx
      .statement<{ workspace_id: number; id: string; name: string; role: Role; stage_run_id: string | null }>(
        'select workspace_id, id, name, role, stage_run_id from tokens where hash = ? and revoked_at is null and (expires_at is null or expires_at > ?)',
      )
      .all(hash, now);
    if (row === undefined) return undefined;
    return { workspaceId: row.workspace_id, name: row.name, role: row.role, tokenId: row.id, stageRunId: row.stage_run_id ?? undefined };
  },
);

/** Tokens of people and programs, newest first; per-run tokens of stages are left out. */
export const listTokens = defineRead<AccessTables, { scope: Scope }, TokenRow[]>('access.listTokens', async (tx, { scope }) => {
  const rows = await tx.kysely
    .selectFrom('tokens')
    .select(['id', 'name', 'role', 'created_at', 'expires_at', 'revoked_at'])
    .where('workspace_id', '=', scope.workspaceId)
    .where('role', '<>', 'stage')
    .orderBy('created_at', 'desc')
    .limit(1000)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    role: row.role as Role,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
  }));
});

/** Whether an operator made an administrator's token: neither the owner's nor those of browser sessions count. */
export const hasAdminToken = defineRead<AccessTables, { now: number }, boolean>('access.hasAdminToken', async (tx, { now }) => {
  const rows = await tx
    .statement(
      "select 1 from tokens where role = 'admin' and name not in (?, ?) and revoked_at is null and (expires_at is null or expires_at > ?) limit 1",
    )
    .all(reservedTokenNames.owner, reservedTokenNames.session, now);
  return rows.length > 0;
});
