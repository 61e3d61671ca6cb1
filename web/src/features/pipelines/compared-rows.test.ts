import { expect, test } from 'vitest';
import type { StageComparison } from '../../../../src/api/pipeline-run-comparison.ts';
import { comparedTable, metricRows } from './compared-rows.ts';

const stages = [
  {
    stage: 'train',
    kind: 'modified',
    from: { state: 'succeeded', command: 'a' },
    to: { state: 'failed', command: 'b' },
    params: { changes: [{ file: 'params.yaml', key: 'trees', from: 100 }], unchanged: 0 },
    inputs: { changes: [{ path: 'data', from: { hash: '1' }, to: { hash: '2' } }], unchanged: 0 },
    outputs: null,
    runs: [
      {
        from: { id: 'r1', name: 'forest' },
        to: { id: 'r2', name: 'forest' },
        metrics: [
          { name: 'rmse', from: 300, to: 270, difference: -30 },
          { name: 'loss', from: 'NaN', to: 1, difference: null },
        ],
        params: { changes: [{ name: 'rate', from: '1', to: null }], unchanged: 2 },
      },
    ],
  },
] as unknown as readonly StageComparison[];

test('metrics are numbers again, with their difference in per cent of the first run', () => {
  expect(metricRows(stages).map(({ name, from, to, difference, percent }) => [name, from, to, difference, percent])).toEqual([
    ['rmse', 300, 270, -30, -10],
    ['loss', Number.NaN, 1, undefined, undefined],
  ]);
});

test('the exported table holds every difference, whole', () => {
  expect(comparedTable(stages)).toEqual([
    ['stage', 'kind', 'name', 'from', 'to', 'difference'],
    ['train', 'state', '', 'succeeded', 'failed', ''],
    ['train', 'command', '', 'a', 'b', ''],
    ['train', 'param', 'trees', '100', '', ''],
    ['train', 'param', 'forest: rate', '1', '', ''],
    ['train', 'input', 'data', '1', '2', ''],
    ['train', 'metric', 'rmse', 300, 270, -30],
    ['train', 'metric', 'loss', Number.NaN, 1, ''],
  ]);
});
