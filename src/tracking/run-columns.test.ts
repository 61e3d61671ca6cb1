import { expect, test } from 'vitest';
import type { Run } from './run.ts';
import { fromColumns, toColumns } from './run-columns.ts';

const run = (index: number, data: Partial<Run>): Run => ({
  info: {
    runId: `run-${index}`,
    experimentId: 3,
    name: `name ${index}`,
    userId: '',
    status: 'RUNNING',
    startedAt: 9_007_199_254_740_993n,
    endedAt: index === 1 ? 5 : null,
    deletedAt: null,
    artifactUri: `mlflow-artifacts:/3/run-${index}`,
  },
  metrics: [],
  params: [],
  tags: [],
  datasets: [],
  modelInputs: [],
  modelOutputs: [],
  ...data,
});

test('runs come back from their columns as they were, in their order', () => {
  const runs = [
    run(0, {
      metrics: [
        { name: 'loss', value: NaN, timestamp: 1, step: 2 },
        { name: 'rate', value: Infinity, timestamp: 9_007_199_254_740_993n, step: -1 },
      ],
      tags: [{ name: 'mlflow.runName', value: 'name 0' }],
    }),
    run(1, {
      params: [
        { name: 'depth', value: '3' },
        { name: 'seed', value: '' },
      ],
      datasets: [
        {
          dataset: { name: 'd', digest: 'x', sourceType: 'local', source: '{}', schema: undefined, profile: '{}' },
          tags: [{ name: 'context', value: 'train' }],
        },
      ],
      modelInputs: ['m-1'],
      modelOutputs: [{ modelId: 'm-2', step: 4 }],
    }),
    run(2, { metrics: [{ name: 'loss', value: -0, timestamp: 0, step: 0 }] }),
  ];
  expect(fromColumns(structuredClone(toColumns(runs)))).toStrictEqual(runs);
  expect(fromColumns(toColumns([]))).toStrictEqual([]);
});
