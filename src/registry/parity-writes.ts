/** Checks of parity: asked for with the version, claimed by one server process at a time, ended once. */
import type { Scope } from '../access/index.ts';
import { defineRead, defineWrite } from '../backends/db/port.ts';
import { recordEvent } from '../events/index.ts';
import { pendingMessage, untrustedMessage, type ParityOutcome } from './parity.ts';
import { versionNode } from './rows.ts';
import { deletedStage } from './stage.ts';
import type { RegistryTables, RegistryTx } from './tables.ts';

/** How a new version comes to its parity: by a check of its own, never, or as a copy with what is known of the original. */
export type ParityStart = 'check' | 'leave' | { readonly copyOf: { readonly name: string; readonly version: number } };

export async function startParity(
  tx: RegistryTx,
  scope: Scope,
  version: { readonly modelId: string; readonly version: number; readonly now: number },
  start: ParityStart,
): Promise<void> {
  if (typeof start === 'string') {
    const [state, message] = start === 'check' ? ['pending', pendingMessage] : ['unchecked', untrustedMessage];
    await tx
      .statement(
        'insert into parity_checks (workspace_id, registered_model_id, version, state, message, asked_at) values (?, ?, ?, ?, ?, ?)',
      )
      .run(scope.workspaceId, version.modelId, version.version, state, message, version.now);
    return;
  }
  await tx
    .statement(
      `insert into parity_checks
         (workspace_id, registered_model_id, version, state, message, largest_difference, tolerance, mismatch, asked_at, checked_at)
       select p.workspace_id, ?, cast(? as integer), p.state, p.message, p.largest_difference, p.tolerance, p.mismatch, p.asked_at, p.checked_at
       from parity_checks p join registered_models m on m.id = p.registered_model_id
       where m.workspace_id = ? and m.name = ? and p.version = ?`,
    )
    .run(version.modelId, version.version, scope.workspaceId, start.copyOf.name, start.copyOf.version);
}

export interface ParityCheck {
  readonly workspaceId: number;
  readonly modelId: string;
  readonly name: string;
  readonly version: number;
  /** How often it failed, and how often of these with the files in hand. */
  readonly tries: number;
  readonly comparisons: number;
}

/** Checks that are due and nobody is at: of each workspace its oldest, then the next of each, so that none waits behind all of another. */
export const dueParityChecks = defineRead<RegistryTables, { now: number }, ParityCheck[]>(
  'registry.dueParityChecks',
  async (tx, { now }) => {
    const rows = await tx
      .statement<{ workspace_id: number; registered_model_id: string; name: string; version: number; tries: number; comparisons: number }>(
        `select p.workspace_id, p.registered_model_id, m.name, p.version, p.tries, p.comparisons from parity_checks p
       join registered_models m on m.id = p.registered_model_id
       join model_versions v on v.workspace_id = p.workspace_id and v.registered_model_id = p.registered_model_id and v.version = p.version
       where p.state = 'pending' and (p.lease_until is null or p.lease_until <= ?) and (p.next_at is null or p.next_at <= ?)
         and v.stage <> '${deletedStage}'
       order by row_number() over (partition by p.workspace_id order by p.asked_at), p.asked_at limit 100`,
      )
      .all(now, now);
    return rows.map((row) => ({
      workspaceId: row.workspace_id,
      modelId: row.registered_model_id,
      name: row.name,
      version: row.version,
      tries: row.tries,
      comparisons: row.comparisons,
    }));
  },
);

/** Takes a check, or holds one that is taken already; false where another process has it, or it has ended. */
export const leaseParityCheck = defineWrite<RegistryTables, { check: ParityCheck; owner: string; now: number; leaseMs: number }, boolean>(
  'registry.leaseParityCheck',
  async (tx, { check, owner, now, leaseMs }) => {
    const taken = await tx
      .statement(
        `update parity_checks set owner = ?, lease_until = ?
       where registered_model_id = ? and version = ? and state = 'pending' and (owner = ? or lease_until is null or lease_until <= ?)
       returning version`,
      )
      .all(owner, now + leaseMs, check.modelId, check.version, owner, now);
    return taken.length > 0;
  },
);

/** Lets go of a check that failed, until its next try is due; the version stays pending and says why. */
export const postponeParityCheck = defineWrite<
  RegistryTables,
  { check: ParityCheck; owner: string; message: string; fetched: boolean; nextAt: number },
  void
>('registry.postponeParityCheck', async (tx, { check, owner, message, fetched, nextAt }) => {
  await tx
    .statement(
      `update parity_checks set tries = tries + 1, comparisons = comparisons + ?, message = ?, next_at = ?, owner = null, lease_until = null
       where registered_model_id = ? and version = ? and state = 'pending' and owner = ?`,
    )
    .run(fetched ? 1 : 0, message, nextAt, check.modelId, check.version, owner);
});

/** Makes every check that waits for its next try due now: a server that starts may stand better than the one before. */
export const hastenParityChecks = defineWrite<RegistryTables, Record<string, never>, void>('registry.hastenParityChecks', async (tx) => {
  await tx.statement("update parity_checks set next_at = null where state = 'pending' and next_at is not null").run();
});

/** Keeps the outcome, once: whoever comes after another process has ended the check changes nothing. */
export const endParityCheck = defineWrite<
  RegistryTables,
  { check: ParityCheck; owner: string; now: number; eventId: string; outcome: ParityOutcome },
  void
>('registry.endParityCheck', async (tx, { check, owner, now, eventId, outcome }) => {
  const { state, message, largestDifference, tolerance, mismatch } = outcome;
  const ended = await tx
    .statement(
      `update parity_checks set state = ?, message = ?, largest_difference = ?, tolerance = ?, mismatch = ?, checked_at = ?, owner = null, lease_until = null
       where registered_model_id = ? and version = ? and state = 'pending' and owner = ? returning version`,
    )
    .all(
      state,
      message,
      largestDifference ?? null,
      tolerance ?? null,
      mismatch === undefined ? null : JSON.stringify(mismatch),
      now,
      check.modelId,
      check.version,
      owner,
    );
  if (ended.length === 0) return;
  // Clients that wait for the version read its status; those that list versions by their last change see it too.
  await tx
    .statement('update model_versions set updated_at = ? where workspace_id = ? and registered_model_id = ? and version = ?')
    .run(now, check.workspaceId, check.modelId, check.version);
  const node = versionNode(check.name, check.version);
  await recordEvent(tx, check, {
    id: eventId,
    kind: 'parity.checked',
    subjectKind: node.kind,
    subjectId: node.id,
    at: now,
    actor: 'server',
    data: {
      name: check.name,
      version: check.version,
      state,
      message,
      largestDifference: largestDifference ?? null,
      tolerance: tolerance ?? null,
      mismatch: mismatch ?? null,
    },
  });
});
