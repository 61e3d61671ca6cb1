import type { Scope } from '../access/index.ts';
import { asTx, defineRead, type Tx } from '../backends/db/port.ts';
import { findVersion } from '../registry/index.ts';
import type { Followed } from './endpoint.ts';
import { findEndpoint, lastMoveOf, listEndpoints, newestDeployment, targetOf } from './queries.ts';
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
  { scope: Scope; name?: string; running: readonly RunningVersion[]; owner: string },
  EndpointFacts[]
>('serving.describeEndpoints', async (tx, { scope, name, running, owner }) => {
  const one = name === undefined ? undefined : await findEndpoint.run(asTx(tx), { scope, name });
  const all = name === undefined ? await listEndpoints.run(asTx(tx), { scope }) : one === undefined ? [] : [one];
  const described: EndpointFacts[] = [];
  for (const endpoint of all) {
    const { follows, pinned } = endpoint;
    const move = await lastMoveOf(tx, scope, follows);
    const target = await targetOf(tx, endpoint, move);
    const live = running.find((version) => version.name === endpoint.name);
    // It ends when the name moves again, or its version is deleted; what it wrote stays in the row.
    const isHeld = pinned?.over === (move?.id ?? '') && pinned.version === target?.version.version;
    const version = live?.version ?? target?.version.version;
    described.push({
      endpoint: isHeld ? endpoint : { ...endpoint, pinned: undefined },
      target: target && { version: target.version.version, reason: target.reason, actor: target.actor },
      newest: await newestDeployment(tx, scope, endpoint.name, owner),
      since: live && (await servingSince(tx, scope, live)),
      decision: version === undefined || move?.version === version ? move : await lastMoveOf(tx, scope, follows, version),
      before: (await lastVersions(tx, scope, endpoint)).before,
      differs: version === undefined ? undefined : await knownToDiffer(tx, scope, live?.model ?? follows.model, version),
    });
  }
  return described;
});

async function knownToDiffer(tx: Tx<ServingTables>, scope: Scope, name: string, version: number): Promise<EndpointFacts['differs']> {
  const parity = (await findVersion.run(asTx(tx), { scope, name, version }))?.parity;
  return parity?.state === 'differs' ? { version, message: parity.message } : undefined;
}

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
  const lived = tx.statement<{ model_name: string; version: number }>(
    `select model_name, version from deployments where workspace_id = ? and endpoint = ? and live_at is not null
     order by case when state = 'live' then 0 else 1 end, live_at desc, id desc limit 1`,
  );
  const [last] = await lived.all(scope.workspaceId, name);
  const live = last?.model_name === follows.model ? last.version : undefined;
  // One row a version: every start of a server adds a deployment.
  const before = await tx
    .statement<{ version: number; at: number }>(
      `select version, max(live_at) as at from deployments where workspace_id = ? and endpoint = ? and model_name = ? and live_at is not null
       group by version order by max(live_at) desc, version desc limit 100`,
    )
    .all(scope.workspaceId, name, follows.model);
  for (const { version, at } of before) {
    if (version === live) continue;
    const kept = await findVersion.run(asTx(tx), { scope, name: follows.model, version });
    // A model that was deleted and made anew counts its versions from 1 again.
    if (kept !== undefined && kept.createdAt <= at) return { live, before: version };
  }
  return { live, before: undefined };
}
