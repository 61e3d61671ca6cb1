import { expect, test } from 'vitest';
import type { Run } from '../../../../sdk/src/mlflow.ts';
import { compareMetrics, compareParams, difference } from './compare.ts';

const run = (params: Record<string, string>, rmse: number) =>
  ({ params, metrics: [{ key: 'rmse', value: rmse, timestamp: 0, step: 0 }] }) as unknown as Run;

test('a param that a run lacks differs; the same NaN does not', () => {
  const runs = [run({ alpha: '1', loss: 'l2' }, Number.NaN), run({ loss: 'l2' }, Number.NaN)];
  expect(compareParams(runs)).toEqual([
    { key: 'alpha', values: ['1', undefined], differs: true },
    { key: 'loss', values: ['l2', 'l2'], differs: false },
  ]);
  expect(compareMetrics(runs)[0]?.differs).toBe(false);
});

test('differences are against the first run', () => {
  expect(difference(270, 300)).toEqual({ absolute: -30, percent: -10 });
  expect(difference(1, 0)).toEqual({ absolute: 1, percent: undefined });
  expect(difference(undefined, 300)).toBeUndefined();
});
