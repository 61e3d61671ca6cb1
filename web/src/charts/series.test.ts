import { expect, test } from 'vitest';
import { align, toSeries } from './series.ts';

const point = (step: number, timestamp: number, value: number) => ({ key: 'loss', runId: 'r', step, timestamp, value });

test('the same points stand on three axes', () => {
  const input = { id: 'r', name: 'run', startTime: 1_000, points: [point(2, 4_000, 1), point(1, 3_000, 2)] };
  expect(toSeries({ ...input, axis: 'step' })).toMatchObject({ x: [1, 2], y: [2, 1] });
  expect(toSeries({ ...input, axis: 'relative' }).x).toEqual([2, 3]);
  expect(toSeries({ ...input, axis: 'wall' }).x).toEqual([3, 4]);
});

test('lines of different steps share one axis; a missing point is passed over, NaN is a gap', () => {
  const a = { id: 'a', name: 'a', x: [0, 2], y: [1, Number.NaN] };
  const b = { id: 'b', name: 'b', x: [1], y: [5] };
  expect(align([a, b], { smoothing: 0, log: false })).toEqual([
    [0, 1, 2],
    [1, undefined, null],
    [undefined, 5, undefined],
  ]);
});

test('a log scale leaves out what has no logarithm', () => {
  expect(align([{ id: 'a', name: 'a', x: [0, 1, 2], y: [-1, 0, 1] }], { smoothing: 0, log: true })[1]).toEqual([null, null, 1]);
});

test('smoothing adds a line beside the raw one', () => {
  expect(align([{ id: 'a', name: 'a', x: [0, 1], y: [1, 1] }], { smoothing: 0.5, log: false })).toHaveLength(3);
});
