import Type, { type Static } from 'typebox';
import { DataRef } from './data-ref.ts';
import { pageOf } from './page.ts';
import { Time } from './time.ts';

const name = Type.String({ minLength: 1, maxLength: 500 });

export const RunState = Type.Union([Type.Literal('running'), Type.Literal('succeeded'), Type.Literal('failed'), Type.Literal('cancelled')]);
export type RunState = Static<typeof RunState>;

/** `waiting` has not begun; `cached` was skipped because nothing changed; `restored` came from the run cache; `skipped` follows a failure. */
export const StageState = Type.Union([
  Type.Literal('waiting'),
  Type.Literal('running'),
  Type.Literal('succeeded'),
  Type.Literal('cached'),
  Type.Literal('restored'),
  Type.Literal('failed'),
  Type.Literal('cancelled'),
  Type.Literal('skipped'),
]);
export type StageState = Static<typeof StageState>;

/** A gate as `millwright.yaml` declares it under `models:`. */
export const GateDeclaration = Type.Object({
  model: name,
  protects: Type.Array(Type.String({ maxLength: 255 }), { maxItems: 100 }),
  gate: Type.String({ maxLength: 10_000 }),
  evidence: Type.Object({ stage: Type.String({ maxLength: 500 }), file: Type.String({ maxLength: 4096 }) }),
});
export type GateDeclaration = Static<typeof GateDeclaration>;

/** `POST /api/1/pipeline-runs`: what `repro` says before its first stage. */
export const BeginPipelineRun = Type.Object({
  project: name,
  /** Who or what started it, such as `millwright repro -j 2`. */
  cause: Type.String({ maxLength: 2000 }),
  commit: Type.Optional(Type.String({ pattern: '^[0-9a-f]{40}([0-9a-f]{24})?$' })),
  branch: Type.Optional(Type.String({ maxLength: 500 })),
  /** The difference to the commit, where the tree was dirty: `git diff --binary HEAD`. */
  patch: Type.Optional(Type.String({ maxLength: 4_000_000 })),
  stages: Type.Array(
    Type.Object({
      name,
      command: Type.String({ maxLength: 100_000 }),
      /** Names of the stages whose outputs it reads. */
      after: Type.Array(name, { maxItems: 10_000 }),
    }),
    { maxItems: 10_000 },
  ),
  gates: Type.Array(GateDeclaration, { maxItems: 1000 }),
  /** Data versioned outside stages (`.dvc` files) as the tree has it. */
  data: Type.Array(DataRef, { maxItems: 10_000 }),
});
export type BeginPipelineRun = Static<typeof BeginPipelineRun>;
export const BegunPipelineRun = Type.Object({ id: Type.String(), name: Type.String(), url: Type.String() });
export type BegunPipelineRun = Static<typeof BegunPipelineRun>;

/** `POST /api/1/pipeline-runs/:id/stages`: a stage is about to run. */
export const BeginStageRun = Type.Object({ stage: name });
export type BeginStageRun = Static<typeof BeginStageRun>;
/** The token is the stage's identity and ends with it. */
export const BegunStageRun = Type.Object({ id: Type.String(), token: Type.String() });
export type BegunStageRun = Static<typeof BegunStageRun>;

/** `POST /api/1/pipeline-runs/:id/stages/:stage/end` */
export const EndStageRun = Type.Object({
  outcome: Type.Union([
    Type.Literal('succeeded'),
    Type.Literal('cached'),
    Type.Literal('restored'),
    Type.Literal('failed'),
    Type.Literal('cancelled'),
  ]),
  exitCode: Type.Optional(Type.Integer()),
  /** Why it failed, such as an output that is missing. */
  message: Type.Optional(Type.String({ maxLength: 10_000 })),
  startedAt: Type.Optional(Time),
  endedAt: Time,
  cpuSeconds: Type.Optional(Type.Number({ minimum: 0 })),
  peakMemoryBytes: Type.Optional(Type.Integer({ minimum: 0 })),
  deps: Type.Array(DataRef, { maxItems: 10_000 }),
  outs: Type.Array(DataRef, { maxItems: 10_000 }),
  /** Parameters as the lock file has them: file → key → value. */
  params: Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown())),
  /** Evidence files that this stage wrote for gates: content as text. */
  evidence: Type.Array(
    Type.Object({ model: name, file: Type.String({ maxLength: 4096 }), content: Type.String({ maxLength: 1_000_000 }) }),
    { maxItems: 1000 },
  ),
});
export type EndStageRun = Static<typeof EndStageRun>;

/**
 * `POST /api/1/pipeline-runs/:id/heartbeat` (no body) every 10 s while nothing else is recorded: a running run without a sign of
 * life for 60 s is cancelled. 409 where it has ended.
 *
 * `POST /api/1/pipeline-runs/:id/end`
 */
export const EndPipelineRun = Type.Object({
  outcome: Type.Union([Type.Literal('succeeded'), Type.Literal('failed'), Type.Literal('cancelled')]),
  message: Type.Optional(Type.String({ maxLength: 10_000 })),
});
export type EndPipelineRun = Static<typeof EndPipelineRun>;

/** `GET /api/1/pipeline-runs?project=&number=&cursor=&limit=` */
export const PipelineRun = Type.Object({
  id: Type.String(),
  /** `energy-forecast #12`: counted within the project. */
  name: Type.String(),
  project: Type.String(),
  cause: Type.String(),
  actor: Type.String(),
  state: RunState,
  message: Type.Union([Type.String(), Type.Null()]),
  commit: Type.Union([Type.String(), Type.Null()]),
  branch: Type.Union([Type.String(), Type.Null()]),
  dirty: Type.Boolean(),
  startedAt: Time,
  endedAt: Type.Union([Time, Type.Null()]),
  /** Stages by state. */
  counts: Type.Record(Type.String(), Type.Integer()),
});
export type PipelineRun = Static<typeof PipelineRun>;
export const PipelineRunPage = pageOf(PipelineRun);
export type PipelineRunPage = Static<typeof PipelineRunPage>;

export const StageRun = Type.Object({
  id: Type.String(),
  stage: Type.String(),
  command: Type.String(),
  after: Type.Array(Type.String()),
  state: StageState,
  exitCode: Type.Union([Type.Integer(), Type.Null()]),
  /** Why it failed, in the engine's words. */
  message: Type.Union([Type.String(), Type.Null()]),
  startedAt: Type.Union([Time, Type.Null()]),
  endedAt: Type.Union([Time, Type.Null()]),
  cpuSeconds: Type.Union([Type.Number(), Type.Null()]),
  peakMemoryBytes: Type.Union([Type.Integer(), Type.Null()]),
  deps: Type.Array(DataRef),
  outs: Type.Array(DataRef),
  params: Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown())),
  /** MLflow runs that this stage run logged. */
  runIds: Type.Array(Type.String()),
  /** The stage run that made the outputs of a cached one, where this server knows it. */
  madeBy: Type.Union([Type.Object({ stageRunId: Type.String(), pipelineRunId: Type.String() }), Type.Null()]),
});
export type StageRun = Static<typeof StageRun>;

/** `GET /api/1/pipeline-runs/:id` */
export const PipelineRunDetail = Type.Object({
  run: PipelineRun,
  stages: Type.Array(StageRun),
  patch: Type.Union([Type.String(), Type.Null()]),
});
export type PipelineRunDetail = Static<typeof PipelineRunDetail>;

/** `GET /api/1/pipeline-runs/:id/stages/:stage/log?after=OFFSET`: text from the offset on, 256 KiB at most. */
export const LogChunk = Type.Object({
  text: Type.String(),
  /** Where the next chunk begins, in characters. */
  nextOffset: Type.Integer(),
  /** The stage has ended and the text holds its last line. */
  complete: Type.Boolean(),
});
export type LogChunk = Static<typeof LogChunk>;
/** `POST /api/1/pipeline-runs/:id/stages/:stage/log` */
export const AppendLog = Type.Object({ text: Type.String({ maxLength: 1_000_000 }) });
export type AppendLog = Static<typeof AppendLog>;
