import { describe, expect, test } from 'vitest';
import type { Run } from '../../tracking/index.ts';
import { compareStages, type StageComparison } from './comparison.ts';
import type { DataRow, PipelineRunDetail, StageRunRow } from './queries.ts';

const file = (path: string, hash: string): DataRow => ({ path, algorithm: 'md5', hash });

function stage(change: Partial<StageRunRow> = {}): StageRunRow {
  return {
    ...{ id: 'id', stage: 'train', command: 'python train.py', after: [], state: 'succeeded', exitCode: 0, message: null },
    ...{ startedAt: 0, endedAt: 10, cpuSeconds: 1, peakMemoryBytes: 1, runIds: [], madeBy: null },
    ...{ params: { 'params.yaml': { trees: 100 } }, deps: [file('data', '1')], outs: [file('model', '2')] },
    ...change,
  };
}

function run(name: string, metrics: Record<string, number>, params: Record<string, string> = {}): Run {
  return {
    info: { runId: `${name} ${Object.keys(metrics).join(',')}`, name, status: 'FINISHED' },
    metrics: Object.entries(metrics).map(([key, value]) => ({ name: key, value, timestamp: 0, step: 0 })),
    params: Object.entries(params).map(([key, value]) => ({ name: key, value })),
  } as unknown as Run;
}

const detail = (...stages: StageRunRow[]) => ({ stages }) as unknown as PipelineRunDetail;
const none = (): Run[] => [];
const one = (from: StageRunRow, to: StageRunRow): StageComparison => compareStages(detail(from), detail(to), none)[0]!;

describe('stages', () => {
  test('one that was reused is the same as the one that made the outputs', () => {
    expect(one(stage(), stage({ state: 'cached', command: 'python train.py' }))).toMatchObject({
      kind: 'unchanged',
      reasons: [],
      params: { changes: [], unchanged: 1 },
      inputs: { changes: [], unchanged: 1 },
      outputs: { changes: [], unchanged: 1 },
    });
  });

  test('name command, params and inputs as reasons, and outputs as what came of it', () => {
    const later = stage({
      command: 'python train.py --fast',
      params: { 'params.yaml': { trees: 200, depth: 4 }, 'other.yaml': { x: 1 } },
      deps: [file('data', '9')],
      outs: [file('model', '8'), file('report', '7')],
    });
    expect(one(stage(), later)).toMatchObject({
      kind: 'modified',
      reasons: [
        { kind: 'command', name: 'python train.py --fast' },
        { kind: 'param', name: 'other.yaml:x' },
        { kind: 'param', name: 'depth' },
        { kind: 'param', name: 'trees' },
        { kind: 'input', name: 'data' },
      ],
      outputs: {
        changes: [
          { path: 'model', from: file('model', '2'), to: file('model', '8') },
          { path: 'report', from: null, to: file('report', '7') },
        ],
      },
    });
  });

  test('params are compared leaf by leaf; one that a run lacks is absent, a null is a value', () => {
    const from = stage({ params: { 'params.yaml': { train: { depth: 4, seed: null, tags: ['a'] }, same: 1, empty: {} } } });
    const to = stage({ params: { 'params.yaml': { train: { depth: 8, tags: ['a', 'b'] }, same: 1, empty: {} } } });
    expect(one(from, to).params).toEqual({
      changes: [
        { file: 'params.yaml', key: 'train.depth', from: 4, to: 8 },
        { file: 'params.yaml', key: 'train.seed', from: null },
        { file: 'params.yaml', key: 'train.tags', from: ['a'], to: ['a', 'b'] },
      ],
      unchanged: 2,
    });
  });

  test('one in a single run is added or deleted; those of the later run come first', () => {
    const stages = compareStages(detail(stage({ stage: 'old' }), stage()), detail(stage(), stage({ stage: 'new' })), none);
    expect(stages.map((item) => [item.stage, item.kind, item.from === null, item.to === null])).toEqual([
      ['train', 'unchanged', false, false],
      ['new', 'added', true, false],
      ['old', 'deleted', false, true],
    ]);
    expect(stages[1]).toMatchObject({ reasons: null, params: null, inputs: null, outputs: null });
  });

  test.each(['waiting', 'running', 'skipped', 'cancelled'])('one that is %s has no record to compare', (state) => {
    const nothing = { params: {}, deps: [], outs: [] };
    expect(one(stage(), stage({ state, ...nothing }))).toMatchObject({ kind: 'modified', reasons: null, inputs: null, outputs: null });
    expect(one(stage({ state, ...nothing }), stage({ state, ...nothing })).kind).toBe('unchanged');
  });

  test('a failed one has inputs, and no outputs', () => {
    expect(one(stage(), stage({ state: 'failed', deps: [file('data', '9')], outs: [] }))).toMatchObject({
      kind: 'modified',
      reasons: [{ kind: 'input', name: 'data' }],
      outputs: null,
    });
  });
});

describe('tracked runs', () => {
  const compare = (from: Run[], to: Run[]) =>
    compareStages(detail(stage({ id: 'a' })), detail(stage({ id: 'b' })), ({ id }) => (id === 'a' ? from : to))[0]!.runs;

  test('pair by name first, the rest in their order; one without a partner stands alone', () => {
    const pairs = compare([run('x', { a: 1 }), run('y', { a: 1 })], [run('made up', { a: 1 }), run('x', { a: 1 }), run('z', { a: 1 })]);
    expect(pairs.map(({ from, to }) => [from?.info.name, to?.info.name])).toEqual([
      ['x', 'x'],
      ['y', 'made up'],
      [undefined, 'z'],
    ]);
  });

  test('metrics stand beside each other with their difference, save those of the machine', () => {
    const [pair] = compare([run('x', { rmse: 300, loss: Number.NaN, old: 1, 'system/cpu': 1 })], [run('x', { rmse: 281, loss: 2 })]);
    expect(pair!.metrics).toEqual([
      { name: 'loss', from: Number.NaN, to: 2, difference: null },
      { name: 'old', from: 1, to: null, difference: null },
      { name: 'rmse', from: 300, to: 281, difference: -19 },
    ]);
  });

  test('of their params those that differ', () => {
    const [pair] = compare([run('x', {}, { alpha: '1', same: 's', old: 'o' })], [run('x', {}, { alpha: '2', same: 's' })]);
    expect(pair!.params).toEqual({
      changes: [
        { name: 'alpha', from: '1', to: '2' },
        { name: 'old', from: 'o', to: null },
      ],
      unchanged: 1,
    });
  });
});
