import type { Scope } from '../access/index.ts';
import { defineRead } from '../backends/db/port.ts';
import { nodeKinds, type Edge, type LineageNode } from './edge.ts';
import type { LineageTables } from './tables.ts';
import { edgesAfter, edgesFrom, walkEdges, type Direction, type EdgeRow, type StoredEdge } from './walk.ts';

/** How much of a graph one answer holds; `truncated` says that there is more. */
const shownEdges = 2000;

export interface LineageGraph {
  readonly edges: readonly (Edge & { readonly at: number })[];
  readonly truncated: boolean;
}

/**
 * Every edge that leads to `node` (`upstream`) or from it (`downstream`), breadth first, up to `depth` steps.
 */
export const traceLineage = defineRead<
  LineageTables,
  { scope: Scope; node: LineageNode; direction: Direction; depth: number },
  LineageGraph
>('lineage.traceLineage', (tx, { scope, node, direction, depth }) =>
  walkEdges(tx, scope, node, { direction, depth, edgeLimit: shownEdges }),
);

/** What is left to be read of the edges that begin at some nodes. */
export interface EdgeCursor {
  readonly nodes: readonly LineageNode[];
  /** The last edge that was read of the first node; undefined where none was. */
  readonly after: Pick<EdgeRow, 'to_kind' | 'to_id' | 'relation'> | undefined;
}

/** The edges that begin at some nodes, from `cursor` on, at most `limit`; `next` where there may be more. */
export const readEdgesFrom = defineRead<
  LineageTables,
  { scope: Scope; cursor: EdgeCursor; limit: number },
  { readonly edges: StoredEdge[]; readonly next: EdgeCursor | undefined }
>('lineage.readEdgesFrom', async (tx, { scope, cursor, limit }) => {
  const edges: StoredEdge[] = [];
  const [first] = cursor.nodes;
  const isInside = cursor.after !== undefined && first !== undefined;
  if (isInside) {
    edges.push(...(await edgesAfter(tx, scope, first, cursor.after, limit)));
    if (edges.length === limit) return { edges, next: { nodes: cursor.nodes, after: afterOf(edges) } };
  }
  let rest = isInside ? cursor.nodes.slice(1) : cursor.nodes;
  for (const group of Map.groupBy(rest, ({ kind }) => kind).values()) {
    if (edges.length === limit) return { edges, next: { nodes: rest, after: undefined } };
    const found = await edgesFrom(tx, scope, group, limit - edges.length);
    edges.push(...found);
    const last = edges.at(-1);
    if (last !== undefined && edges.length === limit) {
      // The order is the database's own: of the nodes that it has not come to, those without edges are asked for again.
      const done = new Set(found.map(({ from }) => from.id));
      const left = rest.filter(({ kind, id }) => kind !== last.from.kind || !done.has(id));
      return { edges, next: { nodes: [last.from, ...left], after: afterOf(edges) } };
    }
    rest = rest.filter(({ kind }) => kind !== group[0]!.kind);
  }
  return { edges, next: undefined };
});

function afterOf(edges: readonly StoredEdge[]): EdgeCursor['after'] {
  const { to, relation } = edges.at(-1)!;
  return { to_kind: to.kind, to_id: to.id, relation };
}

/** Objects of any kind that an edge knows by this id; a commit also by the beginning of its hash (at least 7 characters), data also by the bare hash. */
export const findNodes = defineRead<LineageTables, { scope: Scope; id: string }, LineageNode[]>(
  'lineage.findNodes',
  async (tx, { scope, id }) => {
    const found: LineageNode[] = [];
    const known = async (kind: LineageNode['kind'], first: string, last: string): Promise<void> => {
      for (const end of ['from', 'to'] as const) {
        const rows = await tx
          .statement<{ id: string }>(
            `select distinct ${end}_id as id from lineage_edges
             where workspace_id = ? and ${end}_kind = ? and ${end}_id >= ? and ${end}_id <= ? order by 1 limit 20`,
          )
          .all(scope.workspaceId, kind, first, last);
        for (const row of rows) if (!found.some((node) => node.kind === kind && node.id === row.id)) found.push({ kind, id: row.id });
      }
    };
    for (const kind of nodeKinds) await known(kind, id, id);
    if (/^[0-9a-f]{7,63}$/.test(id)) await known('commit', id, id.padEnd(64, 'f'));
    if (/^[0-9a-f]{32}(\.dir)?$/.test(id))
      for (const algorithm of ['md5', 'md5-dos2unix']) await known('data_version', `${algorithm}:${id}`, `${algorithm}:${id}`);
    return found;
  },
);
