import { MillwrightError } from '../errors.ts';
import { defineWrite, type Statements } from '../backends/db/port.ts';
import type { Principal, Role, Scope } from './scope.ts';
import type { AccessTables } from './tables.ts';
import { reservedTokenNames } from './tokens.ts';

export interface NewToken {
  readonly scope: Scope;
  readonly id: string;
  readonly hash: string;
  readonly name: string;
  readonly role: Role;
  readonly stageRunId: string | null;
  readonly now: number;
  readonly expiresAt: number | null;
}

/** Stores a token's hash. */
export const createToken = defineWrite<AccessTables, NewToken, void>('access.createToken', async (tx, token) => {
  await tx
    .statement(
      `insert into tokens (workspace_id, id, hash, name, role, stage_run_id, created_at, expires_at)
       values (?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(token.scope.workspaceId, token.id, token.hash, token.name, token.role, token.stageRunId, token.now, token.expiresAt);
});

/**
 * The operator's token holds as long as the server is started with it: at a start with another, or without one, those before end.
 */
export const setOperatorToken = defineWrite<AccessTables, { scope: Scope; id: string; hash: string | null; now: number }, void>(
  'access.setOperatorToken',
  async (tx, { scope, id, hash, now }) => {
    await tx
      .statement('update tokens set revoked_at = ? where workspace_id = ? and name = ? and revoked_at is null and hash <> ?')
      .run(now, scope.workspaceId, reservedTokenNames.operator, hash ?? '');
    if (hash === null) return;
    await tx
      .statement(
        `insert into tokens (workspace_id, id, hash, name, role, created_at) values (?, ?, ?, ?, 'admin', ?)
         on conflict (hash) do update set revoked_at = null where tokens.name = excluded.name`,
      )
      .run(scope.workspaceId, id, hash, reservedTokenNames.operator, now);
  },
);

export const revokeToken = defineWrite<AccessTables, { scope: Scope; id: string; now: number }, void>(
  'access.revokeToken',
  async (tx, input) => {
    const revoked = await tx.kysely
      .updateTable('tokens')
      .set({ revoked_at: input.now })
      .where('workspace_id', '=', input.scope.workspaceId)
      .where('id', '=', input.id)
      .where('revoked_at', 'is', null)
      .returning('id')
      .execute();
    if (revoked.length === 0)
      throw new MillwrightError('RESOURCE_DOES_NOT_EXIST', `no active token with id '${input.id}': see \`millwright tokens list\``);
  },
);

export interface AuditEntry {
  readonly id: string;
  readonly at: number;
  readonly action: string;
  readonly subject: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Written in the transaction of the act itself. */
export async function recordAudit(tx: Statements, actor: Principal, entry: AuditEntry): Promise<void> {
  await tx
    .statement('insert into audit_log (workspace_id, id, at, actor, action, subject, detail) values (?, ?, ?, ?, ?, ?, ?)')
    .run(actor.workspaceId, entry.id, entry.at, actor.name, entry.action, entry.subject, JSON.stringify(entry.detail));
}
