import type { Scope } from '../../access/index.ts';
import { asTx, defineRead } from '../../backends/db/port.ts';
import { MillwrightError } from '../../errors.ts';
import { getRuns, type Run } from '../../tracking/index.ts';
import { compareStages, type PipelineRunComparison } from './comparison.ts';
import { getPipelineRun, runsOfStageRuns, type PipelineRunDetail, type StageRunRow } from './queries.ts';
import type { PipelineRunTables } from './tables.ts';

/** MLflow runs of a pipeline run that are compared: bounds the answer. */
const runLimit = 200;

/** Two pipeline runs of one project. @throws RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE */
export const comparePipelineRuns = defineRead<PipelineRunTables, { scope: Scope; from: string; to: string }, PipelineRunComparison>(
  'pipelines.comparePipelineRuns',
  async (tx, { scope, from: fromId, to: toId }) => {
    const from = await getPipelineRun.run(asTx(tx), { scope, id: fromId });
    const to = await getPipelineRun.run(asTx(tx), { scope, id: toId });
    refuseStrangers(from, to);
    const makers = [...new Set([...from.stages, ...to.stages].map(makerOf))];
    const logged = await runsOfStageRuns(tx, scope, makers);
    const wanted = (stages: readonly StageRunRow[]) => [...new Set(stages.flatMap((stage) => logged.get(makerOf(stage)) ?? []))];
    const [fromIds, toIds] = [wanted(from.stages), wanted(to.stages)];
    const runIds = [...new Set([...fromIds.slice(0, runLimit), ...toIds.slice(0, runLimit)])];
    const runs = new Map((await getRuns.run(asTx(tx), { scope, runIds })).map((run) => [run.info.runId, run]));
    const runsOf = (stage: StageRunRow): Run[] => (logged.get(makerOf(stage)) ?? []).flatMap((id) => runs.get(id) ?? []);
    return {
      from: from.run,
      to: to.run,
      samePatch: from.patch === to.patch,
      stages: compareStages(from, to, runsOf),
      runsLeftOut: Math.max(0, fromIds.length - runLimit) + Math.max(0, toIds.length - runLimit),
    };
  },
);

/** The stage run whose outputs these are: a cached stage logged nothing itself. */
function makerOf(stage: StageRunRow): string {
  return stage.madeBy?.stageRunId ?? stage.id;
}

function refuseStrangers(from: PipelineRunDetail, to: PipelineRunDetail): void {
  if (from.run.project === to.run.project) return;
  throw new MillwrightError(
    'INVALID_PARAMETER_VALUE',
    `pipeline run '${from.run.id}' is of project '${from.run.project}' and '${to.run.id}' of '${to.run.project}': choose two runs of one project`,
  );
}
