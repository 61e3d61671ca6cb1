import type { Lineage, LineageNode, LineageObjects, PredictionLineage, RestingPredictions } from '../api/lineage.ts';
import { MillwrightError } from '../errors.ts';
import {
  findNodes,
  nodeKinds,
  traceLineage,
  versionsRestingOn,
  type LineageGraph,
  type LineageNode as Node,
  type NodeKind,
} from '../lineage/index.ts';
import { presentName } from '../registry/index.ts';
import { getRuns } from '../tracking/index.ts';
import { paramsOf, presentNodes } from './lineage-nodes.ts';
import { tellPrediction } from './prediction-lineage.ts';
import { integerQuery, requiredQuery } from './query.ts';
import { countResting, sumByVersion, type RestingCount } from './resting-counts.ts';
import type { Call, Route } from './route.ts';

const base = '/api/1/lineage';
/** A filter of predictions takes 100 comparisons: two a version, and one more for each bound of its time; one for the endpoint. */
const filteredComparisons = 99;

export const lineageRoutes: readonly Route[] = [
  { method: 'GET', url: base, action: 'read', body: 'none', query: ['kind', 'id', 'depth', 'endpoint'], handler: lineage },
  { method: 'GET', url: `${base}/objects`, action: 'read', body: 'none', query: ['id'], handler: objects },
  { method: 'GET', url: `${base}/predictions`, action: 'read', body: 'none', query: ['kind', 'id'], handler: predictions },
  { method: 'GET', url: `${base}/predictions/:requestId`, action: 'read', body: 'none', query: ['endpoint'], handler: prediction },
];

/** Both directions from one object, each up to `depth` steps. */
async function lineage(call: Call): Promise<Lineage> {
  const { app, principal, query } = call;
  const node = askedNode(call);
  const depth = integerQuery(query, 'depth', { default: 12, min: 1, max: 50 });
  const { upstream, downstream } =
    node.kind === 'prediction' ? await aroundPrediction(call, node.id, depth) : await around(call, node, depth);
  const graphs = [...upstream, ...downstream];
  const edges = graphs.flatMap((graph) => graph.edges);
  const restedOn = [node, ...upstream.flatMap((graph) => graph.edges.map(({ from }) => from))];
  const found = new Map([
    [keyOf(node), node],
    ...edges.flatMap(({ from, to }) => [[keyOf(from), from] as const, [keyOf(to), to] as const]),
  ]);
  const nodes = await presentNodes(app, principal, [...found.values()]);
  const params = await paramsOf(app, principal, restedOn);
  const told = nodes.map((item): LineageNode => ({ ...item, ...params.get(keyOf(item)) }));
  return {
    root: told.find((item) => item.kind === node.kind && item.id === node.id)!,
    nodes: told,
    edges: edges.map(({ from, to, relation, at }) => ({ from: keyOf(from), to: keyOf(to), relation, at })),
    truncated: graphs.some(({ truncated }) => truncated),
  };
}

interface Directions {
  readonly upstream: readonly LineageGraph[];
  readonly downstream: readonly LineageGraph[];
}

async function around({ app, principal: scope }: Call, node: Node, depth: number): Promise<Directions> {
  const [upstream, downstream] = await Promise.all([
    app.db.read(traceLineage, { scope, node, direction: 'upstream', depth }),
    app.db.read(traceLineage, { scope, node, direction: 'downstream', depth }),
  ]);
  return { upstream: [upstream], downstream: [downstream] };
}

/** A prediction has no edges of its own: its record names the version and the endpoint. */
async function aroundPrediction({ app, principal: scope, query }: Call, requestId: string, depth: number): Promise<Directions> {
  const rows = await app.records.findRequest(scope, requestId);
  const record = rows.find(({ endpoint }) => endpoint === (query.get('endpoint') ?? endpoint));
  if (record === undefined) return { upstream: [], downstream: [] };
  const to = { kind: 'prediction', id: requestId } as const;
  const edges = [{ from: { kind: 'endpoint', id: record.endpoint } as const, to, relation: 'answered', at: record.at }];
  if (record.model === null) return { upstream: [{ edges, truncated: false }], downstream: [] };
  const model = await app.db.read(presentName, { scope, name: record.model, at: record.at });
  const version = { kind: 'model_version', id: `${model}/${record.version}` } as const;
  const upstream = await app.db.read(traceLineage, { scope, node: version, direction: 'upstream', depth });
  const predicted = { from: version, to, relation: 'predicted', at: record.at };
  return { upstream: [{ edges: [...edges, predicted], truncated: false }, upstream], downstream: [] };
}

/** What a person may mean by an id, in the order of likelihood. */
async function objects({ app, principal: scope, query }: Call): Promise<LineageObjects> {
  const id = requiredQuery(query, 'id').trim();
  const found = await app.db.read(findNodes, { scope, id });
  const add = (node: Node): void => {
    if (!found.some((known) => keyOf(known) === keyOf(node))) found.unshift(node);
  };
  if ((await app.db.read(getRuns, { scope, runIds: [id] })).length > 0) add({ kind: 'run', id });
  if ((await app.records.findRequest(scope, id)).length > 0) add({ kind: 'prediction', id });
  return { items: await presentNodes(app, scope, found) };
}

/** Every kept prediction that rests on an object: of an endpoint those that it answered, of a decision those of its version. */
async function predictions(call: Call): Promise<RestingPredictions> {
  const { app, principal: scope } = call;
  const node = askedNode(call);
  const { ids, truncated } = await versionsOf(call, node);
  const counted = await countResting(app, scope, ids);
  const recorded = counted.filter(({ endpoint }) => node.kind !== 'endpoint' || endpoint === node.id);
  const counts = sumByVersion(recorded).toSorted((a, b) => b.lastAt - a.lastAt);
  const speaking = new Set(counts.map(({ model, version }) => `${model}/${version}`));
  const [root] = await presentNodes(app, scope, [node]);
  return {
    root: root!,
    count: counts.reduce((sum, { count }) => sum + count, 0),
    firstAt: counts.length === 0 ? null : Math.min(...counts.map(({ firstAt }) => firstAt)),
    lastAt: counts.length === 0 ? null : Math.max(...counts.map(({ lastAt }) => lastAt)),
    versions: counts,
    silent: ids.filter((id) => !speaking.has(id)).toSorted(),
    filter: filterOf(node, recorded),
    truncated,
  };
}

async function versionsOf({ app, principal: scope }: Call, node: Node): Promise<{ ids: readonly string[]; truncated: boolean }> {
  if (node.kind !== 'endpoint' && node.kind !== 'decision') return versionsRestingOn(app, { scope, node });
  const { edges, truncated } = await app.db.read(traceLineage, { scope, node, direction: 'upstream', depth: 1 });
  return { ids: edges.filter(({ from }) => from.kind === 'model_version').map(({ from }) => from.id), truncated };
}

/** The filter that finds what was counted; null where it would be too long. */
function filterOf(node: Node, counts: readonly RestingCount[]): string | null {
  const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;
  const parts = counts.map(({ version, recorded: { name, from, until } }) => [
    `model = ${text(name)}`,
    `version = ${text(version)}`,
    ...(from === undefined ? [] : [`at_ms >= ${from}`]),
    ...(until === undefined ? [] : [`at_ms < ${until}`]),
  ]);
  const versions = new Map(parts.map((comparisons) => [comparisons.join(' and '), comparisons.length]));
  const comparisons = [...versions.values()].reduce((sum, count) => sum + count, 0);
  if (versions.size === 0 || comparisons > filteredComparisons) return null;
  const any =
    versions.size === 1
      ? [...versions.keys()][0]!
      : [...versions.keys()]
          .toSorted()
          .map((version) => `(${version})`)
          .join(' or ');
  if (node.kind !== 'endpoint') return any;
  return `endpoint = ${text(node.id)} and ${versions.size === 1 ? any : `(${any})`}`;
}

function prediction({ app, principal, params, query, signal }: Call): Promise<PredictionLineage> {
  return tellPrediction(app, principal, { requestId: params['requestId']!, endpoint: query.get('endpoint') ?? undefined, signal });
}

/** @throws INVALID_PARAMETER_VALUE */
function askedNode({ query }: Call): Node {
  return { kind: kindOf(requiredQuery(query, 'kind')), id: requiredQuery(query, 'id') };
}

function kindOf(text: string): NodeKind {
  const kind = nodeKinds.find((known) => known === text);
  if (kind !== undefined) return kind;
  throw new MillwrightError('INVALID_PARAMETER_VALUE', `'kind' is '${text}': it must be one of ${nodeKinds.join(', ')}`);
}

function keyOf(node: Node | LineageNode): string {
  return `${node.kind} ${node.id}`;
}
