import type { Scope } from '../access/index.ts';
import { asTx, defineRead, type Tx } from '../backends/db/port.ts';
import { findVersion } from '../registry/index.ts';
import type { Followed } from './endpoint.ts';
import { lastDecision, listDeployments, listEndpoints, targetOf } from './queries.ts';
import type { EndpointFacts } from './standing.ts';
import type { ServingTables } from './tables.ts';

/** What runs here, as the host tells it. */
export interface RunningVersion {
  readonly name: string;
  readonly model: string;
  readonly version: number;
}

/** Endpoints, or one of them, by name, with what people ask of each: what it should serve, since when, by whose decision. */
export const describeEndpoints = defineRead<
  ServingTables,
  { scope: Scope; name?: string; running: readonly RunningVersion[] },
  EndpointFacts[]
>('serving.describeEndpoints', async (tx, { scope, name, running }) => {
  const all = await listEndpoints.run(asTx(tx), { scope });
  const described: EndpointFacts[] = [];
  for (const endpoint of all) {
    if (name !== undefined && name !== endpoint.name) continue;
    const target = await targetOf(tx, endpoint);
    const [newest] = await listDeployments.run(asTx(tx), { scope, endpoint: endpoint.name, limit: 1 });
    const live = running.find((one) => one.name === endpoint.name);
    const newestDecision = await lastDecision(tx, scope, endpoint.follows);
    // A version that was deleted is held no more.
    const isHeld = endpoint.pinned?.over === (newestDecision?.id ?? '') && endpoint.pinned.version === target?.version.version;
    const version = live?.version ?? target?.version.version;
    described.push({
      // A rollback ends when the name moves again; what it wrote stays in the row.
      endpoint: isHeld ? endpoint : { ...endpoint, pinned: undefined },
      target: target && { version: target.version.version, reason: target.reason, actor: target.actor },
      newest,
      since: live && (await servingSince(tx, scope, live)),
      decision: await lastDecision(tx, scope, endpoint.follows, version),
      before: (await lastVersions(tx, scope, endpoint)).before,
    });
  }
  return described;
});

/** A server that starts again loads the same version anew: it answers since the first time after another one did. */
async function servingSince(tx: Tx<ServingTables>, scope: Scope, { name, model, version }: RunningVersion): Promise<number | undefined> {
  const [row] = await tx
    .statement<{ since: number | null }>(
      `select min(live_at) as since from deployments where workspace_id = ? and endpoint = ? and model_name = ? and version = ?
       and live_at > coalesce((select max(live_at) from deployments where workspace_id = ? and endpoint = ?
         and (model_name <> ? or version <> ?)), 0)`,
    )
    .all(scope.workspaceId, name, model, version, scope.workspaceId, name, model, version);
  return row?.since ?? undefined;
}

/** The version that went live last, and the one that a rollback goes back to: of the model that is followed now, and still there. */
export async function lastVersions(
  tx: Tx<ServingTables>,
  scope: Scope,
  { name, follows }: { readonly name: string; readonly follows: Followed },
): Promise<{ readonly live: number | undefined; readonly before: number | undefined }> {
  const lived = await tx
    .statement<{ model_name: string; version: number; state: string; live_at: number }>(
      'select model_name, version, state, live_at from deployments where workspace_id = ? and endpoint = ? and live_at is not null order by live_at desc, id desc limit 100',
    )
    .all(scope.workspaceId, name);
  const last = lived.find(({ state }) => state === 'live') ?? lived[0];
  const live = last?.model_name === follows.model ? last.version : undefined;
  for (const { model_name: model, version, live_at: at } of lived) {
    if (model !== follows.model || version === live) continue;
    const kept = await findVersion.run(asTx(tx), { scope, name: model, version });
    // A model that was deleted and made anew counts its versions from 1 again.
    if (kept !== undefined && kept.createdAt <= at) return { live, before: version };
  }
  return { live, before: undefined };
}
