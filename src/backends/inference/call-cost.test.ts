import { expect, test } from 'vitest';
import { callCost } from './call-cost.ts';

test('nothing is known before the first measure', () => {
  expect(callCost().predict(1)).toBe(Infinity);
});

test('the estimate stays near the lower times, and follows a model that has become slower', () => {
  const cost = callCost();
  for (const cpuMs of [0.02, 9, 0.03, 0.02, 40]) cost.add(1, cpuMs);
  expect(cost.predict(1)).toBeLessThan(3);
  cost.add(1, 0.02);
  expect(cost.predict(1)).toBe(0.02);
  for (let call = 0; call < 100; call += 1) cost.add(1, 5);
  expect(cost.predict(1)).toBeGreaterThan(4.9);
});

test('fewer rows cost at most what more do; beyond what was seen the cost grows with the rows', () => {
  const cost = callCost();
  cost.add(64, 1);
  expect(cost.predict(3)).toBe(1);
  expect(cost.predict(256)).toBe(4);
  cost.add(2, 0.1);
  expect(cost.predict(1)).toBe(0.1);
  expect(cost.predict(40)).toBe(1);
});
