import type { PipelineRunComparison, RunComparison, StageComparison } from '../api/pipeline-run-comparison.ts';
import type { StageRun } from '../api/pipeline-runs.ts';
import {
  comparePipelineRuns,
  type RunComparison as ComparedRuns,
  type StageComparison as ComparedStage,
  type StageRunRow,
} from '../pipelines/runs/index.ts';
import { presentPipelineRun } from './pipeline-runs.ts';
import { requiredQuery } from './query.ts';
import type { Call, Route } from './route.ts';

export const pipelineRunComparisonRoutes: readonly Route[] = [
  { method: 'GET', url: '/api/1/pipeline-runs/compare', action: 'read', body: 'none', query: ['from', 'to'], handler: compare },
];

async function compare({ app, principal, query }: Call): Promise<PipelineRunComparison> {
  const ids = { from: requiredQuery(query, 'from'), to: requiredQuery(query, 'to') };
  const { from, to, stages, ...rest } = await app.db.read(comparePipelineRuns, { scope: principal, ...ids });
  return { from: presentPipelineRun(from), to: presentPipelineRun(to), ...rest, stages: stages.map(presentStage) };
}

function presentStage({ from, to, runs, ...stage }: ComparedStage): StageComparison {
  return { ...stage, from: presentSide(from), to: presentSide(to), runs: runs.map(presentRuns) } as StageComparison;
}

function presentSide(stage: StageRunRow | null): StageComparison['from'] {
  if (stage === null) return null;
  const { id, command, state, exitCode, message, startedAt, endedAt, cpuSeconds, peakMemoryBytes, madeBy } = stage;
  return { id, command, state: state as StageRun['state'], exitCode, message, startedAt, endedAt, cpuSeconds, peakMemoryBytes, madeBy };
}

function presentRuns({ from, to, metrics, params }: ComparedRuns): RunComparison {
  const named = (run: ComparedRuns['from']) => (run === null ? null : { id: run.info.runId, name: run.info.name, status: run.info.status });
  return {
    from: named(from),
    to: named(to),
    metrics: metrics.map((metric) => ({ ...metric, from: double(metric.from), to: double(metric.to) })),
    params: { ...params, changes: [...params.changes] },
  };
}

/** JSON has no NaN and no infinity: they are texts. */
function double(value: number | null): number | string | null {
  return value === null || Number.isFinite(value) ? value : String(value);
}
