import {
  DeclareEndpoints,
  RollBackEndpoint,
  type Deployment,
  type Endpoint,
  type EndpointDeclaration,
  type EndpointDetail,
  type EndpointList,
  type EndpointStatistics,
  type RolledBack,
} from '../api/endpoints.ts';
import { keepEverything } from '../predictions/index.ts';
import * as serving from '../serving/index.ts';
import type { Call, Route } from './route.ts';

const one = '/api/1/endpoints/:name';
const deploymentsShown = 50;

export const endpointRoutes: readonly Route[] = [
  { method: 'GET', url: '/api/1/endpoints', action: 'read', body: 'none', handler: list },
  { method: 'PUT', url: '/api/1/endpoints', action: 'endpoints.write', body: DeclareEndpoints, handler: declare },
  { method: 'GET', url: one, action: 'read', body: 'none', handler: get },
  { method: 'DELETE', url: one, action: 'endpoints.write', body: 'none', handler: remove },
  { method: 'GET', url: `${one}/statistics`, action: 'read', body: 'none', handler: statistics },
  { method: 'POST', url: `${one}/deploy`, action: 'endpoints.write', body: 'none', handler: deploy },
  { method: 'POST', url: `${one}/rollback`, action: 'endpoints.write', body: RollBackEndpoint, handler: rollBack },
];

async function list(call: Call): Promise<EndpointList> {
  return { items: await describe(call) };
}

/** Endpoints, or one of them, as the database and this process know them together. */
async function describe({ app, principal }: Pick<Call, 'app' | 'principal'>, name?: string): Promise<Endpoint[]> {
  const generations = new Map(
    app.endpoints.names(principal).flatMap((one) => {
      const generation = app.endpoints.find(principal, one);
      return generation === undefined ? [] : [[one, generation] as const];
    }),
  );
  const running = [...generations].map(([one, { version }]) => ({ name: one, model: version.name, version: version.version }));
  const facts = await app.db.read(serving.describeEndpoints, { scope: principal, running, ...(name === undefined ? {} : { name }) });
  return facts.map((one) => {
    const { name: endpoint } = one.endpoint;
    return { ...endpointOf(one, generations.get(endpoint), app.clock.now()), recordsLost: app.records.lost(principal, endpoint) };
  });
}

async function declare(call: Call): Promise<Record<string, never>> {
  const { app, body } = call;
  const { project, endpoints } = body as DeclareEndpoints;
  const declared = endpoints.map(({ name, model, settings, records }) => ({
    name,
    follows: serving.parseModelUri(model),
    settings: { ...serving.defaultSettings, ...settings },
    records: recordsOf(records),
  }));
  await app.db.write(serving.declareEndpoints, { ...changeOf(call), project, endpoints: declared });
  await app.recordSettings.refresh();
  app.endpoints.wake();
  return {};
}

function recordsOf({ keepDays, ...given }: NonNullable<EndpointDeclaration['records']> = {}): serving.EndpointDeclaration['records'] {
  return { ...keepEverything, ...given, ...(keepDays === undefined || keepDays === null ? {} : { keepDays }) };
}

async function get(call: Call): Promise<EndpointDetail> {
  const { app, principal, params } = call;
  const name = params['name']!;
  const [endpoint] = await describe(call, name);
  if (endpoint === undefined) throw serving.endpointNotFound(name);
  const deployments = await app.db.read(serving.listDeployments, { scope: principal, endpoint: name, limit: deploymentsShown });
  return { endpoint, deployments: deployments.map(deploymentOf) };
}

async function statistics({ app, principal, params }: Call): Promise<EndpointStatistics> {
  const name = params['name']!;
  const live = app.endpoints.find(principal, name);
  if (live === undefined && (await app.db.read(serving.findEndpoint, { scope: principal, name })) === undefined) {
    throw serving.endpointNotFound(name);
  }
  return { slotMs: serving.slotMs, slots: live?.statistics.endpoint.series(app.clock.now()) ?? [] };
}

async function remove(call: Call): Promise<Record<string, never>> {
  await call.app.db.write(serving.removeEndpoint, { ...changeOf(call), name: call.params['name']! });
  call.app.endpoints.wake();
  return {};
}

async function rollBack(call: Call): Promise<RolledBack> {
  const { reason } = call.body as RollBackEndpoint;
  const result = await call.app.db.write(serving.rollBackEndpoint, { ...changeOf(call), name: call.params['name']!, reason });
  // The version before is still loaded: this ends when it answers.
  await call.app.endpoints.reconcile(call.principal, call.params['name']!);
  return result;
}

async function deploy(call: Call): Promise<Record<string, never>> {
  await call.app.db.write(serving.deployEndpoint, { ...changeOf(call), name: call.params['name']! });
  call.app.endpoints.wake();
  return {};
}

function changeOf({ app, principal }: Call): { principal: Call['principal']; now: number; auditId: string } {
  return { principal, now: app.clock.now(), auditId: app.ids.uuid7() };
}

function endpointOf(facts: serving.EndpointFacts, live: serving.Generation | undefined, now: number): Omit<Endpoint, 'recordsLost'> {
  const { endpoint, target, decision, before } = facts;
  const { name, project, follows, settings, records, pinned, updatedAt, updatedBy } = endpoint;
  const stats = live?.runtime.stats();
  const running = live && { version: live.version.version, since: live.since, ready: stats?.ready === true };
  const problem = serving.problemOf(facts, running);
  return {
    name,
    project,
    model: serving.modelUriOf(follows),
    settings,
    records: { ...records, keepDays: records.keepDays ?? null },
    pinned: pinned === undefined ? null : { version: pinned.version, by: pinned.by, reason: pinned.reason },
    updatedAt,
    updatedBy,
    state: serving.stateOf(facts, running),
    target: target ?? null,
    problem: problem === undefined ? null : { version: problem.version, message: problem.message ?? '', at: problem.createdAt },
    decision: decision === undefined ? null : { id: decision.id, at: decision.at, actor: decision.actor, basis: decision.basis },
    before: before ?? null,
    live: live === undefined ? null : { ...liveOf(live, now), since: facts.since ?? live.since },
  };
}

function liveOf(
  { version, runtime, since, by, statistics: counted, replaced }: serving.Generation,
  now: number,
): NonNullable<Endpoint['live']> {
  return {
    model: version.name,
    version: version.version,
    flavor: runtime.flavor,
    since,
    loadedAt: since,
    by,
    ...runtime.stats(),
    statistics: {
      minute: counted.endpoint.window(60_000, now),
      quarterHour: counted.endpoint.window(15 * 60_000, now),
      version: counted.window(now),
      replaced: replaced === undefined ? null : { version: replaced.version, window: replaced.statistics.window(since) },
    },
  };
}

function deploymentOf(deployment: serving.Deployment): Deployment {
  const { id, model, version, state, flavor, reason, actor, message, log, createdAt, liveAt, endedAt } = deployment;
  return {
    id,
    model,
    version,
    state,
    flavor: flavor ?? null,
    reason,
    actor,
    message: message ?? null,
    log: log ?? null,
    createdAt,
    liveAt: liveAt ?? null,
    endedAt: endedAt ?? null,
  };
}
