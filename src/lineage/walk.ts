import type { Scope } from '../access/index.ts';
import type { Statements } from '../backends/db/port.ts';
import type { Edge, LineageNode, NodeKind } from './edge.ts';

export type Direction = 'upstream' | 'downstream';

export interface StoredEdge extends Edge {
  readonly at: number;
}

export interface EdgeRow {
  readonly from_kind: NodeKind;
  readonly from_id: string;
  readonly to_kind: NodeKind;
  readonly to_id: string;
  readonly relation: string;
  readonly at: number;
}

/** Ids that one statement asks for at most. */
const chunkSize = 256;

/**
 * A walk along the edges, breadth first: which nodes it has reached, and which are next.
 *
 * Data are known by their content, so the same bytes may be made again after they were read. A stage run rests on the makers
 * that ended before it did, and on no later one: without that, a model would rest on data that came after its training.
 */
export class Walk {
  readonly #isUpstream: boolean;
  /** Of a node the bound up to which its other side is followed; infinite where nothing bounds it. */
  readonly #bounds: Map<string, number>;
  #next = new Map<string, LineageNode>();

  constructor(start: LineageNode, direction: Direction) {
    this.#isUpstream = direction === 'upstream';
    this.#bounds = new Map([[keyOf(start), Infinity]]);
  }

  /** Follows an edge at a node that was reached. @returns whether it belongs to the walk */
  follow(edge: StoredEdge): boolean {
    const [near, far] = this.#isUpstream ? [edge.to, edge.from] : [edge.from, edge.to];
    const at = this.#isUpstream ? edge.at : -edge.at;
    if (isTimed(edge, this.#isUpstream ? 'made' : 'read') && at > this.#bounds.get(keyOf(near))!) return false;
    const bound = isTimed(edge, this.#isUpstream ? 'read' : 'made') ? at : Infinity;
    const before = this.#bounds.get(keyOf(far));
    if (before !== undefined && before >= bound) return true;
    this.#bounds.set(keyOf(far), bound);
    this.#next.set(keyOf(far), far);
    return true;
  }

  /** The nodes that were reached since the last call: to be gone on from. */
  advance(): LineageNode[] {
    const next = [...this.#next.values()];
    this.#next = new Map();
    return next;
  }
}

/** Every edge that leads to `node` (`upstream`) or from it (`downstream`). */
export async function walkEdges(
  tx: Statements,
  scope: Scope,
  node: LineageNode,
  { direction, depth, edgeLimit }: { readonly direction: Direction; readonly depth: number; readonly edgeLimit: number },
): Promise<{ readonly edges: readonly StoredEdge[]; readonly truncated: boolean }> {
  const walk = new Walk(node, direction);
  const edges = new Map<string, StoredEdge>();
  let frontier: readonly LineageNode[] = [node];
  let truncated = false;
  const onCut = (): void => void (truncated = true);
  for (let level = 0; level < depth && frontier.length > 0; level += 1) {
    for await (const edge of edgesAt(tx, scope, frontier, { direction, limit: edgeLimit - edges.size + 1, onCut })) {
      if (!walk.follow(edge)) continue;
      const key = `${keyOf(edge.from)} ${edge.relation} ${keyOf(edge.to)}`;
      if (!edges.has(key) && edges.size >= edgeLimit) return { edges: [...edges.values()], truncated: true };
      edges.set(key, edge);
    }
    frontier = walk.advance();
  }
  return { edges: [...edges.values()], truncated };
}

/** Whether the edge says when a stage run made or read a content; a stage run that stands for an unknown maker says nothing of when. */
function isTimed({ from, to, relation }: Edge, what: 'made' | 'read'): boolean {
  return what === 'made'
    ? from.kind === 'stage_run' && to.kind === 'data_version' && relation === 'output'
    : from.kind === 'data_version' && to.kind === 'stage_run';
}

/** Edges at any of `nodes`, oldest first, at most `limit` a statement: `onCut` is called where there may be more. */
async function* edgesAt(
  tx: Statements,
  scope: Scope,
  nodes: readonly LineageNode[],
  { direction, limit, onCut }: { readonly direction: Direction; readonly limit: number; readonly onCut: () => void },
): AsyncGenerator<StoredEdge> {
  const [near, far] = direction === 'upstream' ? (['to', 'from'] as const) : (['from', 'to'] as const);
  for (const [kind, group] of Map.groupBy(nodes, (node) => node.kind)) {
    for (let start = 0; start < group.length; start += chunkSize) {
      const ids = padded(group.slice(start, start + chunkSize).map(({ id }) => id));
      const rows = await tx
        .statement<EdgeRow>(
          `select from_kind, from_id, to_kind, to_id, relation, at from lineage_edges
           where workspace_id = ? and ${near}_kind = ? and ${near}_id in (${ids.map(() => '?').join(', ')})
           order by at, ${far}_kind, ${far}_id, ${near}_id limit ${limit}`,
        )
        .all(scope.workspaceId, kind, ...ids);
      if (rows.length >= limit) onCut();
      yield* rows.map(edgeOf);
    }
  }
}

/** Edges that begin at nodes of one kind, node by node; in the order of the index, so that a page of them costs no more than it holds. */
export async function edgesFrom(tx: Statements, scope: Scope, nodes: readonly LineageNode[], limit: number): Promise<StoredEdge[]> {
  const ids = padded(nodes.map(({ id }) => id));
  const rows = await tx
    .statement<EdgeRow>(
      `select from_kind, from_id, to_kind, to_id, relation, at from lineage_edges
       where workspace_id = ? and from_kind = ? and from_id in (${ids.map(() => '?').join(', ')})
       order by from_id, to_kind, to_id, relation limit ?`,
    )
    .all(scope.workspaceId, nodes[0]!.kind, ...ids, limit);
  return rows.map(edgeOf);
}

/** Those of one node that follow upon one of them. */
export async function edgesAfter(
  tx: Statements,
  scope: Scope,
  node: LineageNode,
  { to_kind, to_id, relation }: Pick<EdgeRow, 'to_kind' | 'to_id' | 'relation'>,
  limit: number,
): Promise<StoredEdge[]> {
  const rows = await tx
    .statement<EdgeRow>(
      `select from_kind, from_id, to_kind, to_id, relation, at from lineage_edges
       where workspace_id = ? and from_kind = ? and from_id = ? and (to_kind, to_id, relation) > (?, ?, ?)
       order by to_kind, to_id, relation limit ?`,
    )
    .all(scope.workspaceId, node.kind, node.id, to_kind, to_id, relation, limit);
  return rows.map(edgeOf);
}

function edgeOf({ from_kind, from_id, to_kind, to_id, relation, at }: EdgeRow): StoredEdge {
  return { from: { kind: from_kind, id: from_id }, to: { kind: to_kind, id: to_id }, relation, at };
}

/** As many ids as a power of two, the last repeated: statements are prepared by their text, and few texts are kept. */
function padded(ids: readonly string[]): string[] {
  const size = 2 ** Math.ceil(Math.log2(ids.length));
  return [...ids, ...Array.from({ length: size - ids.length }, () => ids.at(-1)!)];
}

function keyOf(node: LineageNode): string {
  return `${node.kind} ${node.id}`;
}
