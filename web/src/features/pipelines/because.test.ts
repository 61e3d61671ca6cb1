import { expect, test } from 'vitest';
import type { StageComparison } from '../../../../src/api/pipeline-run-comparison.ts';
import { becauseOf } from './because.ts';

const same = { changes: [], unchanged: 1 };
const compared = (change: object): StageComparison =>
  ({
    kind: 'modified',
    from: { state: 'succeeded' },
    to: { state: 'succeeded' },
    reasons: [],
    outputs: same,
    ...change,
  }) as unknown as StageComparison;

test.each([
  [{ kind: 'added', from: null }, 'only in the second run'],
  [{ kind: 'deleted', to: null }, 'only in the first run'],
  [{ to: { state: 'skipped' }, reasons: null }, 'skipped in the second run'],
  [{ from: { state: 'cancelled' }, reasons: null }, 'cancelled in the first run'],
  [
    {
      reasons: [
        { kind: 'command', name: 'python train.py' },
        { kind: 'param', name: 'trees' },
        { kind: 'input', name: 'data/x' },
      ],
    },
    'command, param trees, input data/x',
  ],
  [{ to: { state: 'failed', message: 'out of memory', exitCode: 1 } }, 'out of memory'],
  [{ to: { state: 'failed', message: null, exitCode: 3 } }, 'its command exited with 3'],
  [{ outputs: { changes: [{ path: 'model' }], unchanged: 0 } }, 'same command, params and inputs, other outputs'],
  [{}, 'nothing on record differs: it ran again'],
  [{ to: { state: 'cached' } }, 'nothing differs'],
])('a stage of %o: %s', (change, told) => expect(becauseOf(compared(change))).toBe(told));
