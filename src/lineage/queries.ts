import type { Scope } from '../access/index.ts';
import { defineRead } from '../backends/db/port.ts';
import { nodeKinds, type Edge, type LineageNode } from './edge.ts';
import type { LineageTables } from './tables.ts';
import { walkEdges, type Direction } from './walk.ts';

/** How much of a graph one answer holds; `truncated` says that there is more. */
const shownEdges = 2000;
/** How far versions are looked for; beyond it their list says that it is not whole. */
const followedEdges = 500_000;

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

/** Ids of every model version that rests on `node`, itself included; `truncated` where there may be more. */
export const versionsRestingOn = defineRead<LineageTables, { scope: Scope; node: LineageNode }, { ids: string[]; truncated: boolean }>(
  'lineage.versionsRestingOn',
  async (tx, { scope, node }) => {
    const { edges, truncated } = await walkEdges(tx, scope, node, { direction: 'downstream', depth: Infinity, edgeLimit: followedEdges });
    const nodes = [node, ...edges.map(({ to }) => to)];
    return { ids: [...new Set(nodes.filter(({ kind }) => kind === 'model_version').map(({ id }) => id))], truncated };
  },
);

/** Objects of any kind that an edge knows by this id; a commit also by the beginning of its hash, data also by the bare hash. */
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
