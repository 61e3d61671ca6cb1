/** Two recorded pipeline runs beside each other, as any client of the API gets them. */
import { beforeAll, expect, test } from 'vitest';
import { createCall, millwrightApi, type Call } from '../../sdk/src/index.ts';
import type { PipelineRunComparison } from '../../src/api/pipeline-run-comparison.ts';
import type { EndStageRun } from '../../src/api/pipeline-runs.ts';
import { describeOnBothDatabases } from '../support/both-databases.ts';
import { stageEnd } from '../support/recorded-run.ts';

const md5 = (letter: string): string => letter.repeat(32);
const file = (path: string, letter: string) => ({ path, algorithm: 'md5', hash: md5(letter), sizeBytes: 10 });

interface StagePlan {
  readonly name: string;
  readonly command: string;
  readonly end: Partial<EndStageRun>;
  /** Metrics of an MLflow run that the stage logs. */
  readonly logs?: Readonly<Record<string, number | string>>;
}

describeOnBothDatabases('comparing pipeline runs', (server) => {
  let call: Call;
  let api: ReturnType<typeof millwrightApi>;
  let first: string;
  let second: string;

  async function logRun(token: string, metrics: Readonly<Record<string, number | string>>): Promise<void> {
    const asStage = createCall({ url: server().url, token });
    const body = { experiment_id: '0', run_name: 'forest' };
    const { run } = await asStage<{ run: { info: { run_id: string } } }>('POST', '/api/2.0/mlflow/runs/create', { body });
    const points = Object.entries(metrics).map(([key, value]) => ({ key, value, timestamp: 1, step: 0 }));
    const params = [{ key: 'rate', value: String(metrics['rmse']) }];
    await asStage('POST', '/api/2.0/mlflow/runs/log-batch', { body: { run_id: run.info.run_id, metrics: points, params } });
  }

  async function record(project: string, commit: string, patch: string | undefined, plan: readonly StagePlan[]): Promise<string> {
    const { id } = await api.beginPipelineRun({
      project,
      cause: 'test',
      commit,
      ...(patch === undefined ? {} : { patch }),
      stages: plan.map(({ name, command }) => ({ name, command, after: [] })),
      gates: [],
      data: [],
    });
    for (const { name, end, logs } of plan) {
      const { token } = await api.beginStageRun(id, { stage: name });
      if (logs !== undefined) await logRun(token, logs);
      await api.endStageRun(id, name, stageEnd(end));
    }
    await api.endPipelineRun(id, { outcome: 'succeeded' });
    return id;
  }

  beforeAll(async () => {
    call = createCall({ url: server().url, token: server().token });
    api = millwrightApi(call);
    const prepare = { name: 'prepare', command: 'prepare', end: { outs: [file('clean', '1')], startedAt: 1000, endedAt: 3000 } };
    const trained = (trees: number, letter: string) => ({
      deps: [file('clean', '1')],
      outs: [file('model', letter)],
      params: { 'params.yaml': { trees } },
    });
    first = await record('load', 'a'.repeat(40), undefined, [
      prepare,
      { name: 'train', command: 'train', end: trained(100, '2'), logs: { rmse: 300, gone: 'Infinity' } },
      { name: 'old', command: 'old', end: {} },
    ]);
    second = await record('load', 'b'.repeat(40), 'diff', [
      { ...prepare, end: { ...prepare.end, outcome: 'cached' } },
      { name: 'train', command: 'train --fast', end: trained(200, '3'), logs: { rmse: 281, 'system/cpu': 3 } },
      { name: 'new', command: 'new', end: {} },
    ]);
  });

  test('each stage is told: the same, changed with its reasons, or only in one', async () => {
    const compared = await api.comparePipelineRuns(first, second);
    expect(compared).toMatchObject({
      from: { id: first, name: 'load #1', commit: 'a'.repeat(40), dirty: false },
      to: { id: second, name: 'load #2', commit: 'b'.repeat(40), dirty: true },
      samePatch: false,
      runsLeftOut: 0,
    });
    expect(compared.stages.map(({ stage, kind }) => [stage, kind])).toEqual([
      ['prepare', 'unchanged'],
      ['train', 'modified'],
      ['new', 'added'],
      ['old', 'deleted'],
    ]);
    expect(compared.stages[0]).toMatchObject({ from: { state: 'succeeded' }, to: { state: 'cached', madeBy: { pipelineRunId: first } } });
    expect(compared.stages[1]).toMatchObject({
      from: { command: 'train' },
      to: { command: 'train --fast' },
      reasons: [
        { kind: 'command', name: 'train --fast' },
        { kind: 'param', name: 'trees' },
      ],
      params: { changes: [{ file: 'params.yaml', key: 'trees', from: 100, to: 200 }], unchanged: 0 },
      inputs: { changes: [], unchanged: 1 },
      outputs: { changes: [{ path: 'model', from: file('model', '2'), to: file('model', '3') }], unchanged: 0 },
    });
  });

  test('tracked runs stand side by side with the difference of their metrics; infinities are texts', async () => {
    const { stages } = await api.comparePipelineRuns(first, second);
    expect(stages[1]!.runs).toEqual([
      {
        from: { id: expect.stringMatching(/^[0-9a-f]{32}$/), name: 'forest', status: 'RUNNING' },
        to: { id: expect.stringMatching(/^[0-9a-f]{32}$/), name: 'forest', status: 'RUNNING' },
        metrics: [
          { name: 'gone', from: 'Infinity', to: null, difference: null },
          { name: 'rmse', from: 300, to: 281, difference: -19 },
        ],
        params: { changes: [{ name: 'rate', from: '300', to: '281' }], unchanged: 0 },
      },
    ]);
  });

  test('a cached stage shows the runs of the one that made its outputs; a run equals itself', async () => {
    const cached = await record('load', 'b'.repeat(40), 'diff', [
      { name: 'train', command: 'train', end: { outcome: 'cached', outs: [file('model', '2')] } },
    ]);
    const { stages } = await api.comparePipelineRuns(first, cached);
    const train = stages.find(({ stage }) => stage === 'train')!;
    expect(train.runs.map(({ from, to }) => [from?.name, to?.id === from?.id])).toEqual([['forest', true]]);
    const same = await api.comparePipelineRuns(second, second);
    expect([same.samePatch, same.stages.map(({ kind }) => kind)]).toEqual([true, ['unchanged', 'unchanged', 'unchanged']]);
  });

  test('refuses an id that is not there (404), a missing one and runs of two projects (400)', async () => {
    const other = await record('other', 'c'.repeat(40), undefined, []);
    const compare = (query: string) => call<PipelineRunComparison>('GET', `/api/1/pipeline-runs/compare?${query}`);
    await expect(compare(`from=${first}&to=nothing`)).rejects.toMatchObject({
      status: 404,
      message: "no pipeline run with id 'nothing'",
    });
    await expect(compare(`to=${first}`)).rejects.toMatchObject({ status: 400, message: "the query parameter 'from' is missing" });
    await expect(compare(`from=${first}&to=${other}`)).rejects.toMatchObject({
      status: 400,
      message: `pipeline run '${first}' is of project 'load' and '${other}' of 'other': choose two runs of one project`,
    });
  });
});
