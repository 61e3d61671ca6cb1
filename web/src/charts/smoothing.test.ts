import { expect, test } from 'vitest';
import { smooth } from './smoothing.ts';

test('a constant stays what it is from the first point on', () => {
  for (const value of smooth([5, 5, 5, 5], 0.9)) expect(value).toBeCloseTo(5, 12);
});

test('equals the debiased average worked out by hand', () => {
  const [first, second] = smooth([1, 3], 0.5);
  expect(first).toBeCloseTo(1, 12);
  // (0.5·(0.5·1) + 0.5·3) / (1 − 0.25)
  expect(second).toBeCloseTo(1.75 / 0.75, 12);
});

test('weight 0 is the raw line, and NaN does not spread', () => {
  expect(smooth([1, 9, 2], 0)).toEqual([1, 9, 2]);
  const smoothed = smooth([1, Number.NaN, 1], 0.8);
  expect(smoothed[1]).toBeNaN();
  expect(smoothed[2]).toBeCloseTo(1, 12);
});
