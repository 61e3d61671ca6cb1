import { isDeepStrictEqual } from 'node:util';
import { recordAudit, type Principal, type Scope } from '../access/index.ts';
import { defineWrite, type Tx } from '../backends/db/port.ts';
import { recordEvent, type EventKind } from '../events/index.ts';
import { MillwrightError } from '../errors.ts';
import { recordEdges } from '../lineage/index.ts';
import type { RecordSettings } from '../predictions/index.ts';
import { lastVersions } from './describe-endpoints.ts';
import { checkEndpointName, endpointNotFound, type EndpointSettings, type Followed } from './endpoint.ts';
import { findEndpoint, lastMoveOf } from './queries.ts';
import type { ServingTables } from './tables.ts';

export interface EndpointDeclaration {
  readonly name: string;
  readonly follows: Followed;
  readonly settings: EndpointSettings;
  readonly records: RecordSettings;
}

interface Change {
  readonly principal: Principal;
  readonly now: number;
  readonly auditId: string;
}

/** Makes endpoints, or changes them: hosts take up what differs. What is the same already is left as it is. */
export const declareEndpoints = defineWrite<
  ServingTables,
  Change & { readonly project: string; readonly endpoints: readonly EndpointDeclaration[] },
  void
>('serving.declareEndpoints', async (tx, { principal, now, auditId, project, endpoints }) => {
  const scope = { workspaceId: principal.workspaceId };
  const changes: unknown[] = [];
  for (const { name, follows, settings, records } of endpoints) {
    checkEndpointName(name);
    const before = await findEndpoint.run(tx as unknown as Tx<never>, { scope, name });
    const servesSame =
      before !== undefined &&
      before.project === project &&
      JSON.stringify([before.follows, before.settings]) === JSON.stringify([follows, settings]);
    const recordsSame = before !== undefined && isDeepStrictEqual(before.records, records);
    if (servesSame && recordsSame) continue;
    const values = {
      project,
      model_name: follows.model,
      follows_kind: follows.kind,
      follows: follows.name,
      settings: JSON.stringify(settings),
      records: JSON.stringify(records),
      updated_at: now,
      updated_by: principal.name,
    };
    // A rollback holds over a change of its records.
    const unpinned = { pinned_version: null, pinned_over: null, pinned_by: null, pinned_reason: null };
    await tx.kysely
      .insertInto('endpoints')
      .values({ workspace_id: scope.workspaceId, name, created_at: now, ...values, ...unpinned })
      .onConflict((conflict) => conflict.columns(['workspace_id', 'name']).doUpdateSet(servesSame ? values : { ...values, ...unpinned }))
      .execute();
    await tx.statement('delete from removed_endpoints where workspace_id = ? and name = ?').run(scope.workspaceId, name);
    const { follows: followed, settings: set, records: kept } = before ?? {};
    changes.push({ endpoint: name, follows, settings, records, before: before && { follows: followed, settings: set, records: kept } });
  }
  if (changes.length === 0) return;
  await recordAudit(tx, principal, { id: auditId, at: now, action: 'serving.declareEndpoints', subject: project, detail: { changes } });
});

/** @throws RESOURCE_DOES_NOT_EXIST */
export const removeEndpoint = defineWrite<ServingTables, Change & { readonly name: string }, void>(
  'serving.removeEndpoint',
  async (tx, { principal, now, auditId, name }) => {
    const scope = { workspaceId: principal.workspaceId };
    const endpoint = await findEndpoint.run(tx as unknown as Tx<never>, { scope, name });
    if (endpoint === undefined) throw endpointNotFound(name);
    await tx.statement('delete from endpoints where workspace_id = ? and name = ?').run(scope.workspaceId, name);
    const { keepDays } = endpoint.records;
    if (keepDays !== undefined) {
      // What it recorded grows old without it.
      await tx
        .statement('insert into removed_endpoints (workspace_id, name, keep_days, removed_at) values (?, ?, ?, ?)')
        .run(scope.workspaceId, name, keepDays, now);
    }
    await tx
      .statement("update deployments set state = 'retired', ended_at = ? where workspace_id = ? and endpoint = ? and state = 'live'")
      .run(now, principal.workspaceId, name);
    await recordAudit(tx, principal, { id: auditId, at: now, action: 'serving.removeEndpoint', subject: name, detail: {} });
  },
);

/**
 * Puts an endpoint back on the version that was live before, until the name that it follows moves again.
 * @throws RESOURCE_DOES_NOT_EXIST where there was none before
 */
export const rollBackEndpoint = defineWrite<
  ServingTables,
  Change & { readonly name: string; readonly reason: string },
  { readonly version: number }
>('serving.rollBackEndpoint', async (tx, { principal, now, auditId, name, reason }) => {
  const scope = { workspaceId: principal.workspaceId };
  const endpoint = await findEndpoint.run(tx as unknown as Tx<never>, { scope, name });
  if (endpoint === undefined) throw endpointNotFound(name);
  const { live, before } = await lastVersions(tx, scope, endpoint);
  if (before === undefined) {
    throw new MillwrightError(
      'RESOURCE_DOES_NOT_EXIST',
      `the endpoint '${name}' served no other version of '${endpoint.follows.model}' before that is still there: there is nothing to go back to`,
    );
  }
  const move = await lastMoveOf(tx, scope, endpoint.follows);
  await tx
    .statement(
      'update endpoints set pinned_version = ?, pinned_over = ?, pinned_by = ?, pinned_reason = ?, updated_at = ?, updated_by = ? where workspace_id = ? and name = ?',
    )
    .run(before, move?.id ?? '', principal.name, reason, now, principal.name, scope.workspaceId, name);
  const detail = { version: before, from: live ?? null, reason };
  await recordAudit(tx, principal, { id: auditId, at: now, action: 'serving.rollBackEndpoint', subject: name, detail });
  return { version: before };
});

/**
 * Lets an endpoint serve what it follows: ends a rollback, and has a version that failed tried again.
 * @throws RESOURCE_DOES_NOT_EXIST
 */
export const deployEndpoint = defineWrite<ServingTables, Change & { readonly name: string }, void>(
  'serving.deployEndpoint',
  async (tx, { principal, now, auditId, name }) => {
    const endpoint = await findEndpoint.run(tx as unknown as Tx<never>, { scope: { workspaceId: principal.workspaceId }, name });
    if (endpoint === undefined) throw endpointNotFound(name);
    await tx
      .statement(
        `update endpoints set pinned_version = null, pinned_over = null, pinned_by = null, pinned_reason = null, updated_at = ?, updated_by = ?
         where workspace_id = ? and name = ?`,
      )
      .run(now, principal.name, principal.workspaceId, name);
    const detail = { endedRollbackTo: endpoint.pinned?.version ?? null };
    await recordAudit(tx, principal, { id: auditId, at: now, action: 'serving.deployEndpoint', subject: name, detail });
  },
);

export interface DeploymentStart {
  readonly scope: Scope;
  readonly id: string;
  readonly eventId: string;
  /** The process that tries it, until it renews its lease no more. */
  readonly owner: string;
  readonly leaseMs: number;
  readonly endpoint: string;
  readonly model: string;
  readonly version: number;
  readonly reason: string;
  readonly actor: string;
  readonly now: number;
}

export const beginDeployment = defineWrite<ServingTables, DeploymentStart, void>('serving.beginDeployment', async (tx, start) => {
  // A process tries one version of an endpoint at a time: one that still says so could not be written down.
  await tx
    .statement(
      `update deployments set state = 'given up', message = 'another version was to be served before it was ready', ended_at = ?
       where workspace_id = ? and endpoint = ? and state = 'proving' and owner = ?`,
    )
    .run(start.now, start.scope.workspaceId, start.endpoint, start.owner);
  await tx.kysely
    .insertInto('deployments')
    .values({
      workspace_id: start.scope.workspaceId,
      id: start.id,
      endpoint: start.endpoint,
      model_name: start.model,
      version: start.version,
      state: 'proving',
      flavor: null,
      reason: start.reason,
      actor: start.actor,
      message: null,
      log: null,
      created_at: start.now,
      live_at: null,
      ended_at: null,
      owner: start.owner,
      lease_until: start.now + start.leaseMs,
    })
    .execute();
  await recordEvent(tx, start.scope, {
    id: start.eventId,
    kind: 'deployment.started',
    subjectKind: 'model_version',
    subjectId: `${start.model}/${start.version}`,
    at: start.now,
    actor: start.actor,
    data: { endpoint: start.endpoint, model: start.model, version: start.version, reason: start.reason },
  });
});

/** Its process goes on trying. */
export const renewDeployment = defineWrite<ServingTables, { scope: Scope; id: string; leaseUntil: number }, void>(
  'serving.renewDeployment',
  async (tx, { scope, id, leaseUntil }) => {
    await tx
      .statement("update deployments set lease_until = ? where workspace_id = ? and id = ? and state = 'proving'")
      .run(leaseUntil, scope.workspaceId, id);
  },
);

/** Ends what is told as being tried and whose process has ended. */
export const giveUpOrphanedDeployments = defineWrite<ServingTables, { now: number }, void>(
  'serving.giveUpOrphanedDeployments',
  async (tx, { now }) => {
    await tx
      .statement(
        `update deployments set state = 'given up', message = 'its server ended before it was ready', ended_at = ?
         where state = 'proving' and (lease_until is null or lease_until <= ?)`,
      )
      .run(now, now);
  },
);

export interface DeploymentEnd {
  readonly scope: Scope;
  readonly id: string;
  readonly eventId: string;
  readonly now: number;
  readonly outcome:
    | { readonly state: 'live'; readonly flavor: string; readonly message: string | undefined }
    | { readonly state: 'failed'; readonly message: string; readonly log: string | undefined }
    | { readonly state: 'given up'; readonly message: string };
}

/** Says how a deployment ended: it is live and the one before retired, or it failed, or was given up, and the one before serves on. */
export const endDeployment = defineWrite<ServingTables, DeploymentEnd, void>(
  'serving.endDeployment',
  async (tx, { scope, id, eventId, now, outcome }) => {
    const [row] = await tx
      .statement<ServingTables['deployments']>('select * from deployments where workspace_id = ? and id = ?')
      .all(scope.workspaceId, id);
    if (row === undefined) return;
    const isLive = outcome.state === 'live';
    if (isLive) {
      await tx
        .statement(
          "update deployments set state = 'retired', ended_at = ? where workspace_id = ? and endpoint = ? and state = 'live' and id <> ?",
        )
        .run(now, scope.workspaceId, row.endpoint, id);
    }
    await tx
      .statement(
        'update deployments set state = ?, flavor = ?, message = ?, log = ?, live_at = ?, ended_at = ? where workspace_id = ? and id = ?',
      )
      .run(
        outcome.state,
        isLive ? outcome.flavor : null,
        outcome.message ?? null,
        outcome.state === 'failed' ? (outcome.log ?? null) : null,
        isLive ? now : null,
        isLive ? null : now,
        scope.workspaceId,
        id,
      );
    if (outcome.state === 'given up') return;
    const version = { kind: 'model_version' as const, id: `${row.model_name}/${row.version}` };
    if (isLive) await recordEdges(tx, scope, now, [{ from: version, to: { kind: 'endpoint', id: row.endpoint }, relation: 'served' }]);
    const kind: EventKind = isLive ? 'deployment.live' : 'deployment.failed';
    await recordEvent(tx, scope, {
      id: eventId,
      kind,
      subjectKind: version.kind,
      subjectId: version.id,
      at: now,
      actor: row.actor,
      data: { endpoint: row.endpoint, model: row.model_name, version: row.version, reason: row.reason, message: outcome.message ?? null },
    });
  },
);
