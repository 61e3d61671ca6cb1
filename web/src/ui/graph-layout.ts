import { Graph, layout } from '@dagrejs/dagre';

export interface Placed {
  readonly id: string;
  /** Upper left corner. */
  readonly x: number;
  readonly y: number;
}

interface GraphShape {
  /** Room between columns, in pixels: labels of edges stand there. */
  readonly gap?: number;
  /** Rightwards, or downwards where the page is narrow. */
  readonly direction?: 'LR' | 'TB';
  readonly nodes: readonly { readonly id: string; readonly width: number; readonly height: number }[];
  readonly edges: readonly { readonly from: string; readonly to: string }[];
}

/** Places nodes so that every edge runs in one direction. Edges to unknown nodes are left out. */
export function placeNodes({ nodes, edges, gap = 48, direction = 'LR' }: GraphShape): ReadonlyMap<string, Placed> {
  const graph = new Graph();
  graph.setGraph({ rankdir: direction, nodesep: 16, ranksep: gap, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of nodes) graph.setNode(id, { width, height });
  for (const { from, to } of edges) if (graph.hasNode(from) && graph.hasNode(to)) graph.setEdge(from, to);
  layout(graph);
  return new Map(
    nodes.map(({ id, width, height }) => {
      const { x, y } = graph.node(id) as { x: number; y: number };
      return [id, { id, x: x - width / 2, y: y - height / 2 }];
    }),
  );
}
