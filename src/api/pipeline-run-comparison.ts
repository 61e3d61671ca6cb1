import Type, { type Static, type TSchema } from 'typebox';
import { DataRef } from './data-ref.ts';
import { orNull } from './or-null.ts';
import { PipelineRun, StageRun } from './pipeline-runs.ts';

const changesOf = <T extends TSchema>(schema: T) =>
  Type.Object({
    changes: Type.Array(schema),
    /** How many are the same in both. */
    unchanged: Type.Integer(),
  });

/** A double; `NaN`, `Infinity` and `-Infinity` as texts, which JSON has no numbers for. */
const Double = Type.Union([Type.Number(), Type.String()]);

/** What became of a stage in one of the two runs. */
export const ComparedStageRun = Type.Pick(StageRun, [
  'id',
  'command',
  'state',
  'exitCode',
  'message',
  'startedAt',
  'endedAt',
  'cpuSeconds',
  'peakMemoryBytes',
  'madeBy',
]);
export type ComparedStageRun = Static<typeof ComparedStageRun>;

export const ComparedData = Type.Object({ path: Type.String(), from: orNull(DataRef), to: orNull(DataRef) });
export type ComparedData = Static<typeof ComparedData>;

export const ComparedRun = Type.Object({ id: Type.String(), name: Type.String(), status: Type.String() });
export type ComparedRun = Static<typeof ComparedRun>;

/** Two MLflow runs that the same stage logged: paired by name, else in the order in which they began. */
export const RunComparison = Type.Object({
  from: orNull(ComparedRun),
  to: orNull(ComparedRun),
  /** All but those below `system/`; `difference` is `to` less `from`, null where either is missing or not finite. */
  metrics: Type.Array(Type.Object({ name: Type.String(), from: orNull(Double), to: orNull(Double), difference: orNull(Type.Number()) })),
  params: changesOf(Type.Object({ name: Type.String(), from: orNull(Type.String()), to: orNull(Type.String()) })),
});
export type RunComparison = Static<typeof RunComparison>;

export const StageComparison = Type.Object({
  stage: Type.String(),
  /** `added` stands in `to` only, `deleted` in `from` only. Whether outputs were made or reused makes no difference. */
  kind: Type.Union([Type.Literal('added'), Type.Literal('deleted'), Type.Literal('modified'), Type.Literal('unchanged')]),
  from: orNull(ComparedStageRun),
  to: orNull(ComparedStageRun),
  /** What of the stage's inputs differs: why one run could not reuse what the other made. Null where one has no record of them. */
  reasons: orNull(
    Type.Array(
      Type.Object({ kind: Type.Union([Type.Literal('command'), Type.Literal('param'), Type.Literal('input')]), name: Type.String() }),
    ),
  ),
  /** A value is absent where its run has no such param. */
  params: orNull(
    changesOf(
      Type.Object({ file: Type.String(), key: Type.String(), from: Type.Optional(Type.Unknown()), to: Type.Optional(Type.Unknown()) }),
    ),
  ),
  inputs: orNull(changesOf(ComparedData)),
  outputs: orNull(changesOf(ComparedData)),
  /** Of a cached stage, those of the stage run that made its outputs. */
  runs: Type.Array(RunComparison),
});
export type StageComparison = Static<typeof StageComparison>;

/** `GET /api/1/pipeline-runs/compare?from=&to=`: two runs of one project, stage by stage. */
export const PipelineRunComparison = Type.Object({
  from: PipelineRun,
  to: PipelineRun,
  /** Both trees were clean, or had the very same changes that were not committed. */
  samePatch: Type.Boolean(),
  /** In the order of `to`, then those that only `from` has. */
  stages: Type.Array(StageComparison),
  /** MLflow runs beyond the 200 of a pipeline run that are compared. */
  runsLeftOut: Type.Integer(),
});
export type PipelineRunComparison = Static<typeof PipelineRunComparison>;
