import { expect, test } from 'vitest';
import type { Lineage } from '../../../../src/api/lineage.ts';
import { sidesOf } from './sides.ts';

const node = (id: string) => ({ kind: 'run', id, label: id, href: null });
const edge = (from: string, to: string) => ({ from: `run ${from}`, to: `run ${to}`, relation: 'input', at: 1 });

test('both sides are walked outwards, each object once, also in a diamond', () => {
  const lineage: Lineage = {
    root: node('root'),
    nodes: ['root', 'a', 'b', 'c', 'down'].map(node),
    edges: [edge('a', 'root'), edge('b', 'root'), edge('c', 'a'), edge('c', 'b'), edge('root', 'down')],
    truncated: false,
  };
  const { upstream, downstream } = sidesOf(lineage);
  expect(upstream.map((step) => [step.node.id, step.distance])).toEqual([
    ['a', 1],
    ['b', 1],
    ['c', 2],
  ]);
  expect(downstream.map((step) => step.node.id)).toEqual(['down']);
});
