import {
  Promote,
  RollBack,
  type Decision,
  type DecisionPage,
  type Model,
  type ModelDetail,
  type ModelPage,
  type ModelVersion,
  type Parity,
  type Promoted,
} from '../api/models.ts';
import * as registry from '../registry/index.ts';
import { followersOf } from './followed.ts';
import { integerQuery } from './query.ts';
import type { Call, Route } from './route.ts';

const one = '/api/1/models/:name';
const versionsShown = 200;

export const modelRoutes: readonly Route[] = [
  { method: 'GET', url: '/api/1/models', action: 'read', body: 'none', query: ['limit', 'cursor'], handler: list },
  { method: 'GET', url: one, action: 'read', body: 'none', handler: get },
  { method: 'GET', url: `${one}/decisions`, action: 'read', body: 'none', query: ['limit', 'cursor'], handler: decisions },
  // An override is judged where it is used: it needs the action `gate.override` besides.
  { method: 'POST', url: `${one}/promote`, action: 'registry.promote', body: Promote, handler: promote },
  { method: 'POST', url: `${one}/rollback`, action: 'registry.promote', body: RollBack, handler: rollBack },
];

async function list({ app, principal, query }: Call): Promise<ModelPage> {
  const maxResults = integerQuery(query, 'limit', { default: 100, min: 1, max: 1000 });
  const search = { scope: principal, filter: '', orderBy: [], maxResults, pageToken: query.get('cursor') ?? '' };
  const page = await app.db.read(registry.searchModels, search);
  const gates = await gatesOf(app, principal, page.items);
  return {
    items: page.items.map((model) => modelOf(model, gates.get(model.name))),
    ...(page.nextPageToken === undefined ? {} : { nextCursor: page.nextPageToken }),
  };
}

async function get({ app, principal, params }: Call): Promise<ModelDetail> {
  const name = params['name']!;
  const model = await app.db.read(registry.findModel, { scope: principal, name });
  if (model === undefined) throw registry.modelNotFound(name);
  const versions = await app.db.read(registry.listVersions, { scope: principal, name, limit: versionsShown });
  const gates = await gatesOf(app, principal, [model]);
  return { model: modelOf(model, gates.get(name)), versions: versions.map(versionOf) };
}

async function decisions({ app, principal, params, query }: Call): Promise<DecisionPage> {
  const name = params['name']!;
  if ((await app.db.read(registry.findModel, { scope: principal, name })) === undefined) throw registry.modelNotFound(name);
  const limit = integerQuery(query, 'limit', { default: 50, min: 1, max: 200 });
  const before = query.get('cursor') ?? undefined;
  const found = await app.db.read(registry.listDecisions, { scope: principal, name, limit: limit + 1, before });
  const items = found.slice(0, limit);
  return { items: items.map(presentDecision), ...(found.length > limit ? { nextCursor: items.at(-1)!.id } : {}) };
}

async function promote({ app, principal, params, body, signal }: Call): Promise<Promoted> {
  const { target, version, archiveExisting = false, override } = body as Promote;
  const followers = await followersOf(app, principal, params['name']!, target);
  const promotion = { name: params['name']!, target, archiveExisting, followers, signal };
  const promoted = await registry.promote(app, principal, { ...promotion, version: version ?? undefined, override: override?.reason });
  return { version: promoted?.version ?? null };
}

async function rollBack({ app, principal, params, body, signal }: Call): Promise<Promoted> {
  const { target, reason } = body as RollBack;
  const followers = await followersOf(app, principal, params['name']!, target);
  const promoted = await registry.rollBack(app, principal, { name: params['name']!, target, reason, followers, signal });
  return { version: promoted?.version ?? null };
}

async function gatesOf(
  app: Call['app'],
  scope: Call['principal'],
  models: readonly registry.RegisteredModel[],
): Promise<Map<string, registry.Gate>> {
  const gates = await app.db.read(registry.listGates, { scope, models: models.map((model) => model.name) });
  return new Map(gates.map((gate) => [gate.model, gate]));
}

function modelOf(model: registry.RegisteredModel, gate: registry.Gate | undefined): Model {
  return {
    name: model.name,
    description: model.description ?? '',
    createdAt: model.createdAt,
    updatedAt: model.updatedAt,
    tags: [...model.tags],
    aliases: [...model.aliases],
    latestVersions: model.latestVersions.map(versionOf),
    gate:
      gate === undefined
        ? null
        : { project: gate.project, expression: gate.expression, protects: [...gate.protects], evidence: gate.evidence },
  };
}

function versionOf(version: registry.ModelVersion): ModelVersion {
  return {
    version: version.version,
    stage: version.stage,
    aliases: [...version.aliases],
    description: version.description ?? '',
    createdAt: version.createdAt,
    updatedAt: version.updatedAt,
    source: version.source,
    runId: version.runId ?? null,
    loggedModelId: version.loggedModelId ?? null,
    digest: version.digest ?? null,
    tags: [...version.tags],
    parity: version.parity === undefined ? null : parityOf(version.parity),
  };
}

function parityOf({ state, message, largestDifference, tolerance, mismatch, checkedAt }: registry.Parity): Parity {
  return {
    state,
    message,
    largestDifference: largestDifference ?? null,
    tolerance: tolerance ?? null,
    mismatch: mismatch ?? null,
    checkedAt: checkedAt ?? null,
  };
}

export function presentDecision(decision: registry.Decision): Decision {
  return {
    id: decision.id,
    at: decision.at,
    actor: decision.actor,
    target: decision.target,
    version: decision.version ?? null,
    previousVersion: decision.previousVersion ?? null,
    outcome: decision.outcome,
    basis: decision.basis,
    message: decision.message,
    expression: decision.expression ?? null,
    clauses: decision.clauses.map((clause) => ({ ...clause })),
    digest: decision.digest ?? null,
    evidence: decision.evidence ?? null,
  };
}
