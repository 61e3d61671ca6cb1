import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeNodes } from './graph-layout.ts';

const node = (id: string) => ({ id, width: 160, height: 40 });

test('every edge runs rightwards and no two nodes lie on each other', () => {
  const graphs = fc
    .integer({ min: 2, max: 12 })
    .chain((count) => fc.tuple(fc.constant(count), fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 20 })));
  fc.assert(
    fc.property(graphs, ([count, pairs]) => {
      const nodes = Array.from({ length: count }, (_, index) => node(String(index)));
      const edges = pairs.filter(([a, b]) => a < b).map(([a, b]) => ({ from: String(a), to: String(b) }));
      const places = placeNodes({ nodes, edges });
      for (const { from, to } of edges) expect(places.get(from)!.x + 160).toBeLessThan(places.get(to)!.x);
      const all = [...places.values()];
      for (const a of all) for (const b of all) if (a.id < b.id) expect(Math.abs(a.x - b.x) >= 160 || Math.abs(a.y - b.y) >= 40).toBe(true);
    }),
    { numRuns: 30 },
  );
});

test('an edge to a node that is not there is left out', () => {
  expect([...placeNodes({ nodes: [node('a')], edges: [{ from: 'a', to: 'gone' }] }).keys()]).toEqual(['a']);
});
