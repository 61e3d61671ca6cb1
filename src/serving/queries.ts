import type { Scope } from '../access/index.ts';
import { asTx, defineRead, type Tx } from '../backends/db/port.ts';
import { findVersion, findLastMove, findVersionByAlias, latestVersions, type ModelVersion, type NameMoved } from '../registry/index.ts';
import { keepEverything, type RecordSettings } from '../predictions/index.ts';
import { MillwrightError } from '../errors.ts';
import type { Deployment, Endpoint, EndpointSettings, Followed } from './endpoint.ts';
import type { ServingTables } from './tables.ts';

/** An endpoint beside the version that it should serve now, and who decided that. */
export interface DesiredEndpoint {
  readonly endpoint: Endpoint;
  /** Undefined while the name stands on no version, or no such model is there. */
  readonly target: { readonly version: ModelVersion; readonly reason: string; readonly actor: string } | undefined;
}

export const listEndpoints = defineRead<ServingTables, { scope: Scope }, Endpoint[]>('serving.listEndpoints', async (tx, { scope }) => {
  const rows = await tx
    .statement<ServingTables['endpoints']>('select * from endpoints where workspace_id = ? order by name')
    .all(scope.workspaceId);
  return rows.map(endpointOf);
});

/** Those that follow a name of a model, or one of its versions. */
export const endpointsFollowing = defineRead<ServingTables, { scope: Scope; model: string }, Endpoint[]>(
  'serving.endpointsFollowing',
  async (tx, { scope, model }) => {
    const rows = await tx
      .statement<ServingTables['endpoints']>('select * from endpoints where workspace_id = ? and model_name = ? order by name')
      .all(scope.workspaceId, model);
    return rows.map(endpointOf);
  },
);

export const findEndpoint = defineRead<ServingTables, { scope: Scope; name: string }, Endpoint | undefined>(
  'serving.findEndpoint',
  async (tx, { scope, name }) => {
    const [row] = await tx
      .statement<ServingTables['endpoints']>('select * from endpoints where workspace_id = ? and name = ?')
      .all(scope.workspaceId, name);
    return row && endpointOf(row);
  },
);

/** Of one endpoint, newest first. */
export const listDeployments = defineRead<ServingTables, { scope: Scope; endpoint: string; limit: number }, Deployment[]>(
  'serving.listDeployments',
  async (tx, { scope, endpoint, limit }) => {
    const rows = await tx
      .statement<ServingTables['deployments']>('select * from deployments where workspace_id = ? and endpoint = ? order by id desc limit ?')
      .all(scope.workspaceId, endpoint, limit);
    return rows.map(deploymentOf);
  },
);

/**
 * The deployment by which an endpoint served a version at a time. An answer may leave a moment before its swap is written down,
 * so the next one stands for it where none came before.
 */
export const deploymentAt = defineRead<
  ServingTables,
  { scope: Scope; endpoint: string; model: string; version: number; at: number },
  Deployment | undefined
>('serving.deploymentAt', async (tx, { scope, endpoint, model, version, at }) => {
  const [row] = await tx
    .statement<ServingTables['deployments']>(
      `select * from deployments where workspace_id = ? and endpoint = ? and model_name = ? and version = ? and live_at is not null
       order by case when live_at <= ? then 0 else 1 end, abs(live_at - ?) limit 1`,
    )
    .all(scope.workspaceId, endpoint, model, version, at, at);
  return row && deploymentOf(row);
});

/**
 * Every endpoint of every workspace with the version that it should serve: what hosts compare with what they run. Asked
 * again and again instead of remembered from events, so a process that was away or restarted ends at the same answer.
 */
export const desiredEndpoints = defineRead<ServingTables, Record<string, never>, DesiredEndpoint[]>(
  'serving.desiredEndpoints',
  async (tx) => {
    const rows = await tx.statement<ServingTables['endpoints']>('select * from endpoints order by workspace_id, name').all();
    const desired: DesiredEndpoint[] = [];
    for (const row of rows) {
      const endpoint = endpointOf(row);
      desired.push({ endpoint, target: await targetOf(tx, endpoint, await lastMoveOf(tx, endpoint, endpoint.follows)) });
    }
    return desired;
  },
);

/** One endpoint beside the version that it should serve now; undefined where there is none of that name. */
export const findDesired = defineRead<ServingTables, { scope: Scope; name: string }, DesiredEndpoint | undefined>(
  'serving.findDesired',
  async (tx, { scope, name }) => {
    const endpoint = await findEndpoint.run(asTx(tx), { scope, name });
    return endpoint && { endpoint, target: await targetOf(tx, endpoint, await lastMoveOf(tx, scope, endpoint.follows)) };
  },
);

/** Whether a version is still told as being tried whose process has ended. */
export const hasOrphanedDeployments = defineRead<ServingTables, { now: number }, boolean>(
  'serving.hasOrphanedDeployments',
  async (tx, { now }) => {
    const rows = await tx
      .statement("select 1 from deployments where state = 'proving' and (lease_until is null or lease_until <= ?) limit 1")
      .all(now);
    return rows.length > 0;
  },
);

/** The version that a model URI stands on now; undefined where there is none. */
export const findFollowed = defineRead<ServingTables, { scope: Scope; follows: Followed }, ModelVersion | undefined>(
  'serving.findFollowed',
  (tx, { scope, follows }) => resolveFollowed(tx, scope, follows),
);

const tolerated: readonly string[] = ['RESOURCE_DOES_NOT_EXIST', 'INVALID_PARAMETER_VALUE'];

/** The version that the name of a model URI stands on now. */
async function resolveFollowed(tx: Tx<ServingTables>, scope: Scope, { model, kind, name }: Followed): Promise<ModelVersion | undefined> {
  const registry = asTx(tx);
  try {
    if (kind === 'version') return await findVersion.run(registry, { scope, name: model, version: Number(name) });
    if (kind === 'alias') return await findVersionByAlias.run(registry, { scope, name: model, alias: name });
    return (await latestVersions.run(registry, { scope, name: model, stages: [name] })).at(-1);
  } catch (error) {
    // A model that is registered later is followed from then on. A name that no version can have holds up no other endpoint.
    if (error instanceof MillwrightError && tolerated.includes(error.code)) return undefined;
    throw error;
  }
}

/** What an endpoint should serve now. @param move the newest of the name that it follows */
export async function targetOf(tx: Tx<ServingTables>, endpoint: Endpoint, move: NameMoved | undefined): Promise<DesiredEndpoint['target']> {
  const scope = { workspaceId: endpoint.workspaceId };
  const { follows, pinned } = endpoint;
  if (pinned !== undefined && pinned.over === (move?.id ?? '')) {
    const version = await findVersion.run(asTx(tx), { scope, name: follows.model, version: pinned.version });
    if (version !== undefined) return { version, reason: `rollback: ${pinned.reason}`, actor: pinned.by };
  }
  const resolved = await resolveFollowed(tx, scope, follows);
  if (resolved === undefined) return undefined;
  const reason = follows.kind === 'version' ? 'declared' : `${follows.kind} ${follows.name}`;
  return { version: resolved, reason, actor: move?.version === resolved.version ? move.actor : endpoint.updatedBy };
}

/** The newest move of the name that an endpoint follows; where a version is given, of its moves there. */
export async function lastMoveOf(
  tx: Tx<ServingTables>,
  scope: Scope,
  { model, kind, name }: Followed,
  version?: number,
): Promise<NameMoved | undefined> {
  if (kind === 'version') return undefined;
  return findLastMove.run(asTx(tx), { scope, name: model, target: { kind, name }, ...(version === undefined ? {} : { version }) });
}

/** Of this process, as it tells how the endpoint stands there; of any where it has tried none. */
export async function newestDeployment(
  tx: Tx<ServingTables>,
  scope: Scope,
  endpoint: string,
  owner: string,
): Promise<Deployment | undefined> {
  const newest = async (condition: string, ...values: string[]): Promise<Deployment | undefined> => {
    const [row] = await tx
      .statement<ServingTables['deployments']>(
        `select * from deployments where workspace_id = ? and endpoint = ? ${condition} order by id desc limit 1`,
      )
      .all(scope.workspaceId, endpoint, ...values);
    return row && deploymentOf(row);
  };
  return (await newest('and owner = ?', owner)) ?? newest('');
}

function endpointOf(row: ServingTables['endpoints']): Endpoint {
  return {
    workspaceId: row.workspace_id,
    name: row.name,
    project: row.project,
    follows: { model: row.model_name, kind: row.follows_kind, name: row.follows },
    settings: JSON.parse(row.settings) as EndpointSettings,
    records: recordsOf(row.records),
    pinned:
      row.pinned_version === null || row.pinned_over === null
        ? undefined
        : { version: row.pinned_version, over: row.pinned_over, by: row.pinned_by ?? '', reason: row.pinned_reason ?? '' },
    updatedAt: row.updated_at,
    updatedBy: row.updated_by,
  };
}

function deploymentOf(row: ServingTables['deployments']): Deployment {
  return {
    id: row.id,
    endpoint: row.endpoint,
    model: row.model_name,
    version: row.version,
    state: row.state,
    flavor: row.flavor ?? undefined,
    reason: row.reason,
    actor: row.actor,
    message: row.message ?? undefined,
    log: row.log ?? undefined,
    createdAt: row.created_at,
    liveAt: row.live_at ?? undefined,
    endedAt: row.ended_at ?? undefined,
  };
}

/** How records are kept, of every endpoint of every workspace that does not keep all of them for ever. */
export const listRecordSettings = defineRead<
  ServingTables,
  Record<string, never>,
  { readonly workspaceId: number; readonly endpoint: string; readonly records: RecordSettings }[]
>('serving.listRecordSettings', async (tx) => {
  const rows = await tx
    .statement<{ workspace_id: number; name: string; records: string }>(
      'select workspace_id, name, records from endpoints where records is not null',
    )
    .all();
  return rows.map(({ workspace_id, name, records }) => ({ workspaceId: workspace_id, endpoint: name, records: recordsOf(records) }));
});

/** For how many days an endpoint keeps its records, where it does not keep them for ever; of one that was removed as it said last. */
export const listRetention = defineRead<
  ServingTables,
  Record<string, never>,
  { readonly workspaceId: number; readonly endpoint: string; readonly keepDays: number }[]
>('serving.listRetention', async (tx) => {
  const declared = await listRecordSettings.run(asTx(tx), {});
  const removed = await tx
    .statement<ServingTables['removed_endpoints']>('select * from removed_endpoints order by workspace_id, name')
    .all();
  return [
    ...declared.flatMap(({ workspaceId, endpoint, records: { keepDays } }) =>
      keepDays === undefined ? [] : [{ workspaceId, endpoint, keepDays }],
    ),
    ...removed.map((row) => ({ workspaceId: row.workspace_id, endpoint: row.name, keepDays: row.keep_days })),
  ];
});

function recordsOf(json: string | null): RecordSettings {
  return json === null ? keepEverything : (JSON.parse(json) as RecordSettings);
}
