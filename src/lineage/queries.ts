import type { Scope } from '../access/index.ts';
import { defineRead } from '../backends/db/port.ts';
import type { Edge, LineageNode, NodeKind } from './edge.ts';
import type { LineageTables } from './tables.ts';

/** How much of a graph one answer holds; `truncated` says that there is more. */
const edgeLimit = 2000;

export interface LineageGraph {
  readonly edges: readonly (Edge & { readonly at: number })[];
  readonly truncated: boolean;
}

/**
 * Every edge that leads to `node` (`upstream`) or from it (`downstream`), breadth first, up to `depth` steps.
 */
export const traceLineage = defineRead<
  LineageTables,
  { scope: Scope; node: LineageNode; direction: 'upstream' | 'downstream'; depth: number },
  LineageGraph
>('lineage.traceLineage', async (tx, { scope, node, direction, depth }) => {
  const [near, far] = direction === 'upstream' ? (['to', 'from'] as const) : (['from', 'to'] as const);
  const step = tx.statement<{ from_kind: NodeKind; from_id: string; to_kind: NodeKind; to_id: string; relation: string; at: number }>(
    `select from_kind, from_id, to_kind, to_id, relation, at from lineage_edges
     where workspace_id = ? and ${near}_kind = ? and ${near}_id = ? order by at, ${far}_kind, ${far}_id limit ${edgeLimit + 1}`,
  );
  const edges: (Edge & { at: number })[] = [];
  const seen = new Set([key(node)]);
  let frontier: LineageNode[] = [node];
  for (let level = 0; level < depth && frontier.length > 0; level += 1) {
    const next: LineageNode[] = [];
    for (const current of frontier) {
      for (const row of await step.all(scope.workspaceId, current.kind, current.id)) {
        if (edges.length >= edgeLimit) return { edges, truncated: true };
        const edge = {
          from: { kind: row.from_kind, id: row.from_id },
          to: { kind: row.to_kind, id: row.to_id },
          relation: row.relation,
          at: row.at,
        };
        edges.push(edge);
        const reached = edge[far];
        if (seen.has(key(reached))) continue;
        seen.add(key(reached));
        next.push(reached);
      }
    }
    frontier = next;
  }
  return { edges, truncated: false };
});

function key(node: LineageNode): string {
  return `${node.kind} ${node.id}`;
}
