import type { BegunPipelineRun, BegunStageRun, EndStageRun, GateDeclaration } from '../../src/api/pipeline-runs.ts';
import { createCall, millwrightApi } from '../../sdk/src/index.ts';
import type { TestServer } from './server.ts';

/** What `repro` says of a stage that ran well, read nothing and wrote nothing; `told` says what was otherwise. */
export function stageEnd(told: Partial<EndStageRun> = {}): EndStageRun {
  return { outcome: 'succeeded', exitCode: 0, endedAt: Date.now(), deps: [], outs: [], params: {}, evidence: [], ...told };
}

/**
 * Records a pipeline run of one stage (`evaluate`) as `repro` does: it declares the gates, and hands over `evidence` for each.
 * Without evidence it only declares.
 */
export async function recordRun(
  server: TestServer,
  run: { readonly project: string; readonly gates: readonly GateDeclaration[]; readonly evidence?: string; readonly stage?: string },
): Promise<{ pipelineRun: BegunPipelineRun; stageRun: BegunStageRun }> {
  const api = millwrightApi(createCall({ url: server.url, token: server.token }));
  const stage = run.stage ?? 'evaluate';
  const pipelineRun = await api.beginPipelineRun({
    project: run.project,
    cause: 'test',
    stages: [{ name: stage, command: 'true', after: [] }],
    gates: [...run.gates],
    data: [],
  });
  const stageRun = await api.beginStageRun(pipelineRun.id, { stage });
  const { evidence } = run;
  const handedOver = evidence === undefined ? [] : run.gates.map(({ model, evidence: { file } }) => ({ model, file, content: evidence }));
  await api.endStageRun(pipelineRun.id, stage, stageEnd({ evidence: handedOver }));
  await api.endPipelineRun(pipelineRun.id, { outcome: 'succeeded' });
  return { pipelineRun, stageRun };
}
