import type { Lineage, LineageNode } from '../../../../src/api/lineage.ts';

export const keyOf = (node: Pick<LineageNode, 'kind' | 'id'>): string => `${node.kind} ${node.id}`;

export interface Step {
  readonly node: LineageNode;
  readonly relation: string;
  /** Edges away from the root; direct neighbours are 1. */
  readonly distance: number;
  readonly at: number;
}

/** What the root rests on and what rests on it, nearest first; each object once, at its shortest distance. */
export function sidesOf(lineage: Lineage): { upstream: readonly Step[]; downstream: readonly Step[] } {
  return { upstream: walk(lineage, 'to', 'from'), downstream: walk(lineage, 'from', 'to') };
}

function walk(lineage: Lineage, near: 'from' | 'to', far: 'from' | 'to'): readonly Step[] {
  const nodes = new Map(lineage.nodes.map((node) => [keyOf(node), node]));
  const seen = new Set([keyOf(lineage.root)]);
  const steps: Step[] = [];
  let frontier = [keyOf(lineage.root)];
  for (let distance = 1; frontier.length > 0; distance += 1) {
    const next: string[] = [];
    for (const edge of lineage.edges) {
      const node = nodes.get(edge[far]);
      if (!frontier.includes(edge[near]) || seen.has(edge[far]) || node === undefined) continue;
      seen.add(edge[far]);
      next.push(edge[far]);
      steps.push({ node, relation: edge.relation, distance, at: edge.at });
    }
    frontier = next;
  }
  return steps;
}
