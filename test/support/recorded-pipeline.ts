import { createHash } from 'node:crypto';
import { createCall, millwrightApi } from '../../sdk/src/index.ts';
import type { DataRef } from '../../src/api/data-ref.ts';
import type { TestServer } from './server.ts';

/** A file whose content is its name and `content`. */
export function dataOf(path: string, content: string): DataRef {
  return { path, algorithm: 'md5', hash: createHash('md5').update(`${path} ${content}`).digest('hex') };
}

export interface RecordedStage {
  readonly name: string;
  readonly outcome?: 'succeeded' | 'cached';
  readonly deps: readonly DataRef[];
  readonly outs: readonly DataRef[];
  readonly params?: Readonly<Record<string, Record<string, unknown>>>;
  /** Logs a run with the stage's token, as the stock client does in a recorded stage. */
  readonly logsRun?: boolean;
}

/** Records a pipeline run as `repro` does. @returns its id, and of each stage that logged a run the run's id */
export async function recordPipeline(
  server: Pick<TestServer, 'url' | 'token'>,
  run: { readonly commit: string; readonly patch?: string; readonly stages: readonly RecordedStage[] },
): Promise<{ readonly id: string; readonly runs: Readonly<Record<string, string>> }> {
  const api = millwrightApi(createCall(server));
  const stages = run.stages.map(({ name }) => ({ name, command: `python ${name}.py`, after: [] }));
  const { commit, patch } = run;
  const begun = await api.beginPipelineRun({
    project: 'forecast',
    cause: 'test',
    commit,
    branch: 'main',
    ...(patch === undefined ? {} : { patch }),
    stages,
    gates: [],
    data: [],
  });
  const runs: Record<string, string> = {};
  for (const { name, outcome = 'succeeded', deps, outs, params = {}, logsRun } of run.stages) {
    if (outcome === 'succeeded') {
      const { token } = await api.beginStageRun(begun.id, { stage: name });
      if (logsRun === true) runs[name] = await createRun({ url: server.url, token });
    }
    const end = { outcome, endedAt: Date.now(), deps: [...deps], outs: [...outs], params, evidence: [] };
    await api.endStageRun(begun.id, name, end);
  }
  await api.endPipelineRun(begun.id, { outcome: 'succeeded' });
  return { id: begun.id, runs };
}

async function createRun(server: { url: string; token: string }): Promise<string> {
  const call = createCall(server);
  const made = await call<{ run: { info: { run_id: string } } }>('POST', '/api/2.0/mlflow/runs/create', {
    body: { experiment_id: '0', start_time: Date.now() },
  });
  return made.run.info.run_id;
}
