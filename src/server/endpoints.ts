import {
  DeclareEndpoints,
  RollBackEndpoint,
  type Deployment,
  type Endpoint,
  type EndpointDetail,
  type EndpointList,
  type RolledBack,
} from '../api/endpoints.ts';
import * as serving from '../serving/index.ts';
import type { Call, Route } from './route.ts';

const one = '/api/1/endpoints/:name';
const deploymentsShown = 50;

export const endpointRoutes: readonly Route[] = [
  { method: 'GET', url: '/api/1/endpoints', action: 'read', body: 'none', handler: list },
  { method: 'PUT', url: '/api/1/endpoints', action: 'endpoints.write', body: DeclareEndpoints, handler: declare },
  { method: 'GET', url: one, action: 'read', body: 'none', handler: get },
  { method: 'DELETE', url: one, action: 'endpoints.write', body: 'none', handler: remove },
  { method: 'POST', url: `${one}/rollback`, action: 'endpoints.write', body: RollBackEndpoint, handler: rollBack },
];

async function list({ app, principal }: Call): Promise<EndpointList> {
  const endpoints = await app.db.read(serving.listEndpoints, { scope: principal });
  return { items: endpoints.map((endpoint) => endpointOf(endpoint, app.endpoints.find(principal, endpoint.name))) };
}

async function declare(call: Call): Promise<Record<string, never>> {
  const { app, body } = call;
  const { project, endpoints } = body as DeclareEndpoints;
  const declared = endpoints.map(({ name, model, settings }) => ({
    name,
    follows: serving.parseModelUri(model),
    settings: { ...serving.defaultSettings, ...settings },
  }));
  await app.db.write(serving.declareEndpoints, { ...changeOf(call), project, endpoints: declared });
  app.endpoints.wake();
  return {};
}

async function get({ app, principal, params }: Call): Promise<EndpointDetail> {
  const name = params['name']!;
  const endpoint = await app.db.read(serving.findEndpoint, { scope: principal, name });
  if (endpoint === undefined) throw serving.endpointNotFound(name);
  const deployments = await app.db.read(serving.listDeployments, { scope: principal, endpoint: name, limit: deploymentsShown });
  return { endpoint: endpointOf(endpoint, app.endpoints.find(principal, name)), deployments: deployments.map(deploymentOf) };
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

function changeOf({ app, principal }: Call): { principal: Call['principal']; now: number; auditId: string } {
  return { principal, now: app.clock.now(), auditId: app.ids.uuid7() };
}

function endpointOf(endpoint: serving.Endpoint, live: serving.Generation | undefined): Endpoint {
  const { name, project, follows, settings, pinned, updatedAt, updatedBy } = endpoint;
  return {
    name,
    project,
    model: serving.modelUriOf(follows),
    settings,
    pinned: pinned === undefined ? null : { version: pinned.version, by: pinned.by, reason: pinned.reason },
    updatedAt,
    updatedBy,
    live:
      live === undefined
        ? null
        : {
            model: live.version.name,
            version: live.version.version,
            flavor: live.runtime.flavor,
            since: live.since,
            by: live.by,
            ...live.runtime.stats(),
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
