import type { Scope } from '../access/index.ts';
import type { Statements } from '../backends/db/port.ts';
import type { Edge, LineageNode, NodeKind } from './edge.ts';

export type Direction = 'upstream' | 'downstream';

interface StoredEdge extends Edge {
  readonly at: number;
}

interface Row {
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
 * Every edge that leads to `node` (`upstream`) or from it (`downstream`), breadth first.
 *
 * Data are known by their content, so the same bytes may be made again after they were read. A stage run rests on the makers
 * that ended before it did, and on no later one: without that, a model would rest on data that came after its training.
 */
export async function walkEdges(
  tx: Statements,
  scope: Scope,
  node: LineageNode,
  { direction, depth, edgeLimit }: { readonly direction: Direction; readonly depth: number; readonly edgeLimit: number },
): Promise<{ readonly edges: readonly StoredEdge[]; readonly truncated: boolean }> {
  const far = direction === 'upstream' ? 'from' : 'to';
  const sign = direction === 'upstream' ? 1 : -1;
  const edges = new Map<string, StoredEdge>();
  // Of a node the bound up to which its other side is followed; infinite where nothing bounds it.
  const bounds = new Map([[keyOf(node), Infinity]]);
  let frontier: readonly LineageNode[] = [node];
  let truncated = false;
  const onCut = (): void => void (truncated = true);
  for (let level = 0; level < depth && frontier.length > 0; level += 1) {
    const next = new Map<string, LineageNode>();
    for await (const edge of edgesAt(tx, scope, frontier, { direction, limit: edgeLimit - edges.size + 1, onCut })) {
      const near = edge[direction === 'upstream' ? 'to' : 'from'];
      if (isTimed(edge, direction === 'upstream' ? 'made' : 'read') && sign * edge.at > bounds.get(keyOf(near))!) continue;
      const key = `${keyOf(edge.from)} ${edge.relation} ${keyOf(edge.to)}`;
      if (!edges.has(key) && edges.size >= edgeLimit) return { edges: [...edges.values()], truncated: true };
      edges.set(key, edge);
      const reached = edge[far];
      const bound = isTimed(edge, direction === 'upstream' ? 'read' : 'made') ? sign * edge.at : Infinity;
      const before = bounds.get(keyOf(reached));
      if (before !== undefined && before >= bound) continue;
      bounds.set(keyOf(reached), bound);
      next.set(keyOf(reached), reached);
    }
    frontier = [...next.values()];
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
        .statement<Row>(
          `select from_kind, from_id, to_kind, to_id, relation, at from lineage_edges
           where workspace_id = ? and ${near}_kind = ? and ${near}_id in (${ids.map(() => '?').join(', ')})
           order by at, ${far}_kind, ${far}_id, ${near}_id limit ${limit}`,
        )
        .all(scope.workspaceId, kind, ...ids);
      if (rows.length >= limit) onCut();
      for (const row of rows) {
        const { from_kind, from_id, to_kind, to_id, relation, at } = row;
        yield { from: { kind: from_kind, id: from_id }, to: { kind: to_kind, id: to_id }, relation, at };
      }
    }
  }
}

/** As many ids as a power of two, the last repeated: statements are prepared by their text, and few texts are kept. */
function padded(ids: readonly string[]): string[] {
  const size = 2 ** Math.ceil(Math.log2(ids.length));
  return [...ids, ...Array.from({ length: size - ids.length }, () => ids.at(-1)!)];
}

export function keyOf(node: LineageNode): string {
  return `${node.kind} ${node.id}`;
}
