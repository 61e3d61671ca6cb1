/** Fills a server through its APIs with what a project's first day leaves: pipeline runs, runs, models, a refusal. */
import { createHash } from 'node:crypto';
import type { DataRef } from '../../src/api/data-ref.ts';
import { createCall, millwrightApi } from '../../sdk/src/index.ts';
import type { TestServer } from './server.ts';

export const hostile = '<img src=x onerror="document.title=1">';
export const commit = '8f2d1c0a9b7e6d5c4b3a2918f7e6d5c4b3a29180';
const model = 'energy-victoria';
const gate = 'candidate.rmse < naive.rmse && (!champion.exists || candidate.rmse < champion.rmse)';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

function data(path: string, sizeBytes: number, files?: number): DataRef {
  const hash = md5(path);
  return { path, algorithm: 'md5', hash: files === undefined ? hash : `${hash}.dir`, sizeBytes, ...(files === undefined ? {} : { files }) };
}

interface StagePlan {
  readonly name: string;
  readonly after: readonly string[];
  readonly seconds: number;
  readonly deps: readonly DataRef[];
  readonly outs: readonly DataRef[];
}

const raw = data('data/incoming/vic_elec.csv', 2_534_901);
const clean = data('data/clean/victoria.parquet', 1_503_238);
const features = data('data/features/victoria.parquet', 4_816_022);
const stages: readonly StagePlan[] = [
  { name: 'ingest@victoria', after: [], seconds: 4, deps: [raw], outs: [clean] },
  { name: 'validate@victoria', after: ['ingest@victoria'], seconds: 2, deps: [clean], outs: [data('reports/validation.json', 812)] },
  { name: 'prepare@victoria', after: ['validate@victoria'], seconds: 6, deps: [clean], outs: [features] },
  { name: 'train_sgd@victoria', after: ['prepare@victoria'], seconds: 9, deps: [features], outs: [data('models/sgd', 48_211, 6)] },
  {
    name: 'train_forest@victoria',
    after: ['prepare@victoria'],
    seconds: 31,
    deps: [features],
    outs: [data('models/forest', 52_428_800, 6)],
  },
  {
    name: 'evaluate@victoria',
    after: ['train_sgd@victoria', 'train_forest@victoria'],
    seconds: 5,
    deps: [data('models/sgd', 48_211, 6), data('models/forest', 52_428_800, 6)],
    outs: [data('metrics/victoria.json', 640)],
  },
  { name: 'promote@victoria', after: ['evaluate@victoria'], seconds: 1, deps: [data('metrics/victoria.json', 640)], outs: [] },
];

const paramsOf = (trees: number) => ({ 'params.yaml': { 'victoria.zone': 'Australia/Melbourne', 'forest.trees': trees } });

export interface Filled {
  readonly experimentId: string;
  /** The run whose model was promoted. */
  readonly bestRunId: string;
  readonly runIds: readonly string[];
  readonly succeededId: string;
  readonly failedId: string;
  readonly runningId: string;
  readonly model: string;
}

export async function fill(server: Pick<TestServer, 'url' | 'token'>): Promise<Filled> {
  const call = createCall({ url: server.url, token: server.token });
  const api = millwrightApi(call);
  const now = Date.now();

  const begin = (cause: string, dirty: boolean) =>
    api.beginPipelineRun({
      project: 'energy-forecast',
      cause,
      commit,
      branch: 'main',
      ...(dirty ? { patch: '--- a/params.yaml\n+++ b/params.yaml\n-  trees: 100\n+  trees: 200\n' } : {}),
      stages: stages.map(({ name, after }) => ({
        name,
        after: [...after],
        command: `python src/${name.split('@')[0]}.py --region victoria`,
      })),
      gates: [
        { model, protects: ['champion', 'Production'], gate, evidence: { stage: 'evaluate@victoria', file: 'metrics/victoria.json' } },
      ],
      data: [raw],
    });

  const experiment = await call<{ experiment_id: string }>('POST', '/api/2.0/mlflow/experiments/create', {
    body: { name: 'energy-forecast' },
  });
  const experimentId = experiment.experiment_id;
  const mlflow = mlflowFiller(server, experimentId, undefined);
  const succeeded = await begin('millwright repro -j 2', false);
  const runIds: string[] = [];
  let digest = '';
  let at = now - 120_000;
  for (const stage of stages) {
    const { token } = await api.beginStageRun(succeeded.id, { stage: stage.name });
    if (stage.name.startsWith('train_')) {
      // A stage's token is its identity: runs logged with it belong to its stage run.
      const filler = mlflowFiller({ url: server.url, token }, experimentId, succeeded.id);
      for (let index = 0; index < 6; index += 1)
        runIds.push(await filler.logRun(stage.name.includes('forest') ? 'forest' : 'sgd', index, now));
    }
    if (stage.name.startsWith('evaluate')) digest = await mlflow.saveModel(runIds[6]!);
    await api.appendLog(succeeded.id, stage.name, {
      text: `\u001b[32m${stage.name}\u001b[0m reads ${stage.deps[0]?.path}\n${stage.name.startsWith('train') ? 'epoch 1\repoch 2\repoch 3\n' : ''}${hostile}\ndone\n`,
    });
    await api.endStageRun(succeeded.id, stage.name, {
      outcome: 'succeeded',
      exitCode: 0,
      startedAt: at,
      endedAt: at + stage.seconds * 1000,
      cpuSeconds: stage.seconds * 1.7,
      peakMemoryBytes: 180_000_000 + stage.seconds * 9_000_000,
      deps: [...stage.deps],
      outs: [...stage.outs],
      params: paramsOf(100),
      evidence: stage.name.startsWith('evaluate') ? [evidence(digest)] : [],
    });
    if (stage.name !== 'train_sgd@victoria') at += stage.seconds * 1000;
  }
  const bestRunId = runIds[6]!;
  await mlflow.promote(bestRunId);
  await mlflow.refused(runIds[7]!);
  await api.endPipelineRun(succeeded.id, { outcome: 'succeeded' });

  const parent = await mlflow.createRun('grid search', now - 50_000, {});
  for (const depth of [4, 8]) {
    const child = await mlflow.createRun(`depth ${depth}`, now - 40_000 + depth, { 'mlflow.parentRunId': parent });
    await mlflow.logMetrics(child, { rmse: 300 - depth });
    await mlflow.endRun(child, 'FINISHED', now - 30_000);
  }
  await mlflow.endRun(parent, 'FINISHED', now - 20_000);
  await mlflow.endRun(await mlflow.createRun(hostile, now - 15_000, { note: hostile }), 'FAILED', now - 14_000);
  await mlflow.logMetrics(await mlflow.createRun('still training', now - 10_000, {}), { rmse: 310 });

  const failed = await begin('data/incoming/2013-02.csv added', true);
  await endStage(api, failed.id, stages[0]!, 'cached', now - 60_000);
  await api.beginStageRun(failed.id, { stage: 'validate@victoria' });
  await api.appendLog(failed.id, 'validate@victoria', { text: 'row 48: load is -3 MW, below the range 0 to 20000\n' });
  await endStage(api, failed.id, stages[1]!, 'failed', now - 58_000);
  await api.endPipelineRun(failed.id, {
    outcome: 'failed',
    message: 'stage validate@victoria failed with exit code 1: row 48: load is -3 MW',
  });

  const running = await begin('millwright repro', false);
  await endStage(api, running.id, stages[0]!, 'cached', now - 5_000);
  await api.beginStageRun(running.id, { stage: 'validate@victoria' });
  await api.appendLog(running.id, 'validate@victoria', { text: 'checking 52608 rows\n' });
  return { experimentId, bestRunId, runIds, succeededId: succeeded.id, failedId: failed.id, runningId: running.id, model };
}

function evidence(digest: string) {
  const scores = { candidate: { rmse: 281.2, mae: 212.4, digest }, champion: { exists: false }, naive: { rmse: 558.1, mae: 431.9 } };
  return { model, file: 'metrics/victoria.json', content: JSON.stringify(scores) };
}

async function endStage(
  api: ReturnType<typeof millwrightApi>,
  id: string,
  stage: StagePlan,
  outcome: 'cached' | 'failed',
  at: number,
): Promise<void> {
  await api.endStageRun(id, stage.name, {
    outcome,
    ...(outcome === 'failed' ? { exitCode: 1, startedAt: at } : {}),
    endedAt: at + 2_000,
    deps: [...stage.deps],
    outs: outcome === 'cached' ? [...stage.outs] : [],
    params: paramsOf(outcome === 'cached' ? 100 : 200),
    evidence: [],
  });
}

/** The MLflow side: what the stock client sends. */
function mlflowFiller(server: Pick<TestServer, 'url' | 'token'>, experimentId: string, pipelineRunId: string | undefined) {
  const call = createCall(server);
  const post = <T>(path: string, body: object): Promise<T> => call<T>('POST', `/api/2.0/mlflow/${path}`, { body });
  const put = async (path: string, content: string | Uint8Array<ArrayBuffer>): Promise<void> => {
    const response = await fetch(`${server.url}/api/2.0/mlflow-artifacts/artifacts/${path}`, {
      method: 'PUT',
      body: content,
      headers: { authorization: `Bearer ${server.token}` },
    });
    if (!response.ok) throw new Error(`PUT ${path}: ${response.status} ${await response.text()}`);
  };

  const createRun = async (name: string, startTime: number, tags: Record<string, string>): Promise<string> => {
    const made = await post<{ run: { info: { run_id: string } } }>('runs/create', {
      experiment_id: experimentId,
      run_name: name,
      start_time: startTime,
      tags: Object.entries({ 'mlflow.user': 'ada', 'mlflow.source.name': 'src/train.py', ...tags }).map(([key, value]) => ({ key, value })),
    });
    return made.run.info.run_id;
  };
  const logMetrics = (runId: string, metrics: Record<string, number>, step = 0): Promise<unknown> =>
    post('runs/log-batch', {
      run_id: runId,
      metrics: Object.entries(metrics).map(([key, value]) => ({ key, value, timestamp: Date.now(), step })),
    });
  const endRun = (runId: string, status: string, endTime: number): Promise<unknown> =>
    post('runs/update', { run_id: runId, status, end_time: endTime });

  return {
    createRun,
    logMetrics,
    endRun,
    /** A training run with a loss over 300 steps, and scores that differ. */
    async logRun(kind: 'sgd' | 'forest', index: number, now: number): Promise<string> {
      const start = now - 100_000 + index * 1000;
      const runId = await createRun(`train_${kind}_${index}`, start, {
        'mlflow.source.git.commit': commit,
        'millwright.stage': `train_${kind}@victoria`,
        ...(pipelineRunId === undefined ? {} : { 'millwright.pipeline_run': pipelineRunId }),
      });
      const losses = Array.from({ length: 300 }, (_, step) => ({
        key: 'loss',
        value: Math.exp(-step / 60) + 0.04 * index + 0.08 * Math.abs(Math.sin(step * 12.9898 + index)),
        timestamp: start + step * 30,
        step,
      }));
      await post('runs/log-batch', {
        run_id: runId,
        metrics: losses,
        params: [
          { key: 'alpha', value: String(0.0001 * (index + 1)) },
          { key: 'features', value: 'hour,weekday,month,temperature' },
          { key: 'trees', value: kind === 'forest' ? '100' : '0' },
        ],
      });
      await logMetrics(runId, { rmse: 281.2345 + index * 7.5 + (kind === 'sgd' ? 56 : 0), mae: 210 + index * 3, r2: 0.95 - index * 0.01 });
      await post('runs/log-inputs', {
        run_id: runId,
        datasets: [
          {
            tags: [{ key: 'mlflow.data.context', value: 'training' }],
            dataset: { name: 'victoria hourly', digest: '26fafc58', source_type: 'local', source: '{"uri":"data/features"}' },
          },
        ],
      });
      await endRun(runId, 'FINISHED', start + 9_000);
      return runId;
    },
    /** Logs a model folder and a report with the run. @returns the folder's digest as DVC has it */
    async saveModel(runId: string): Promise<string> {
      const root = `${experimentId}/${runId}/artifacts`;
      const files = { MLmodel: 'artifact_path: model\nflavors: {}\n', 'model.onnx': 'not really a model' };
      for (const [name, content] of Object.entries(files)) await put(`${root}/model/${name}`, content);
      await put(`${root}/report/evil.html`, '<h1>Residuals</h1><script>document.body.textContent = "EVIL"</script>');
      await put(`${root}/report/residuals.csv`, 'hour,"load, MW"\n0,4312.5\n1,4100.25\n');
      await put(
        `${root}/report/plot.svg`,
        '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="120"><path d="M0 100 L80 60 L160 80 L320 10" fill="none" stroke="#0b6e63" stroke-width="3"/></svg>',
      );
      const entries = Object.entries(files).map(([name, content]) => `{"md5": "${md5(content)}", "relpath": "${name}"}`);
      return `${md5(`[${entries.join(', ')}]`)}.dir`;
    },
    async promote(runId: string): Promise<void> {
      await post('registered-models/create', { name: model, description: 'Hourly load of Victoria, 24 h ahead' });
      await post('model-versions/create', { name: model, source: `runs:/${runId}/model`, run_id: runId });
      await post('registered-models/alias', { name: model, alias: 'champion', version: '1' });
    },
    /** A second version whose bytes nobody scored: the gate says no. */
    async refused(runId: string): Promise<void> {
      await put(`${experimentId}/${runId}/artifacts/model/MLmodel`, 'artifact_path: model\n# another\n');
      await post('model-versions/create', { name: model, source: `runs:/${runId}/model`, run_id: runId });
      const answer = await post('registered-models/alias', { name: model, alias: 'champion', version: '2' }).catch((error: Error) => error);
      if (!(answer instanceof Error)) throw new Error('the gate let a version through that nobody scored');
    },
  };
}
