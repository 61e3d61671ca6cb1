import {
  DeclareEndpoints,
  RollBackEndpoint,
  type Deployment,
  type EndpointDeclaration,
  type EndpointDetail,
  type EndpointList,
  type EndpointStatistics,
  type RolledBack,
} from '../api/endpoints.ts';
import { keepEverything } from '../predictions/index.ts';
import * as serving from '../serving/index.ts';
import { describeEndpoints } from './endpoint-standing.ts';
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
  return { items: await describeEndpoints(call) };
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
  // What is committed is answered: the settings hold a moment later where they cannot be read now.
  await app.recordSettings.refresh().catch((error: unknown) => app.log.error({ err: error }, 'new settings of records do not hold yet'));
  app.endpoints.wake();
  return {};
}

function recordsOf({ keepDays, ...given }: NonNullable<EndpointDeclaration['records']> = {}): serving.EndpointDeclaration['records'] {
  return { ...keepEverything, ...given, ...(keepDays === undefined || keepDays === null ? {} : { keepDays }) };
}

async function get(call: Call): Promise<EndpointDetail> {
  const { app, principal, params } = call;
  const name = params['name']!;
  const [endpoint] = await describeEndpoints(call, name);
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
