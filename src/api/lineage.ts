import Type, { type Static } from 'typebox';
import { Decision } from './models.ts';
import { orNull } from './or-null.ts';
import { Time } from './time.ts';

const textOrNull = orNull(Type.String());

export const LineageNode = Type.Object({
  /** A kind of `src/lineage/edge.ts`. */
  kind: Type.String(),
  id: Type.String(),
  /** What people call it. */
  label: Type.String(),
  /** Address of its page; null where it has none. */
  href: textOrNull,
  /** Of runs and stage runs that the object of `GET /api/1/lineage` rests on; the names of a stage's begin with their file. */
  params: Type.Optional(Type.Array(Type.Object({ name: Type.String(), value: Type.String() }))),
});
export type LineageNode = Static<typeof LineageNode>;

/** `GET /api/1/lineage?kind=&id=&depth=`: both directions from one object. */
export const Lineage = Type.Object({
  root: LineageNode,
  nodes: Type.Array(LineageNode),
  edges: Type.Array(Type.Object({ from: Type.String(), to: Type.String(), relation: Type.String(), at: Time })),
  truncated: Type.Boolean(),
});
/** Edges name nodes as `<kind> <id>`. */
export type Lineage = Static<typeof Lineage>;

/** `GET /api/1/lineage/objects?id=`: every object known by an id, a commit also by the beginning of its hash (at least 7 characters), data by the bare hash. */
export const LineageObjects = Type.Object({ items: Type.Array(LineageNode) });
export type LineageObjects = Static<typeof LineageObjects>;

const span = { count: Type.Integer(), firstAt: Time, lastAt: Time };

/**
 * `GET /api/1/lineage/predictions?kind=&id=`: the kept predictions that rest on an object, failed ones included. A request of
 * several rows counts as many.
 */
export const RestingPredictions = Type.Object({
  root: LineageNode,
  count: Type.Integer(),
  firstAt: orNull(Time),
  lastAt: orNull(Time),
  /** A row for each model version and endpoint, newest prediction first. */
  versions: Type.Array(Type.Object({ model: Type.String(), version: Type.String(), endpoint: Type.String(), ...span })),
  /** Model versions that rest on the object and made no prediction that is kept: `name/version`. */
  silent: Type.Array(Type.String()),
  /** Finds them: `filter` of `GET /api/1/predictions`; null where there are none, or too many versions for one filter. */
  filter: textOrNull,
  /** More rests on the object than could be followed: the counts are lower bounds. */
  truncated: Type.Boolean(),
});
export type RestingPredictions = Static<typeof RestingPredictions>;

const Named = Type.Object({ name: Type.String(), value: Type.String() });

export const StageOrigin = Type.Object({
  id: Type.String(),
  stage: Type.String(),
  command: Type.String(),
  state: Type.String(),
  startedAt: orNull(Time),
  endedAt: orNull(Time),
  /** File → key → value. */
  params: Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown())),
  pipelineRun: Type.Object({
    id: Type.String(),
    name: Type.String(),
    commit: textOrNull,
    branch: textOrNull,
    dirty: Type.Boolean(),
  }),
});
export type StageOrigin = Static<typeof StageOrigin>;

/** `GET /api/1/lineage/predictions/:requestId?endpoint=`: one answered request, and everything that it came from. */
export const PredictionLineage = Type.Object({
  requestId: Type.String(),
  record: Type.Object({
    endpoint: Type.String(),
    at: Time,
    latencyMs: Type.Number(),
    status: Type.Integer(),
    protocol: Type.String(),
    model: textOrNull,
    version: textOrNull,
    runId: textOrNull,
    errorCode: textOrNull,
    errorMessage: textOrNull,
    /** How many rows the request had; the first of them follow. */
    rows: Type.Integer(),
    shown: Type.Array(
      Type.Object({ row: Type.Integer(), features: orNull(Type.Record(Type.String(), Type.Unknown())), prediction: Type.Unknown() }),
    ),
  }),
  /** Other answers under the same request id, such as of another endpoint. */
  others: Type.Array(Type.Object({ endpoint: Type.String(), at: Time })),
  /** How the version came to answer at this endpoint. */
  deployment: orNull(
    Type.Object({
      id: Type.String(),
      liveAt: Time,
      endedAt: orNull(Time),
      reason: Type.String(),
      actor: Type.String(),
      flavor: textOrNull,
    }),
  ),
  version: orNull(
    Type.Object({
      model: Type.String(),
      version: Type.Integer(),
      createdAt: Time,
      source: Type.String(),
      runId: textOrNull,
      loggedModelId: textOrNull,
      digest: textOrNull,
      aliases: Type.Array(Type.String()),
      stage: Type.String(),
    }),
  ),
  /** The decision that let the version through, with its evidence. */
  decision: orNull(Decision),
  run: orNull(
    Type.Object({
      id: Type.String(),
      name: Type.String(),
      user: Type.String(),
      status: Type.String(),
      startedAt: Time,
      endedAt: orNull(Time),
      /** When it was deleted; it can be restored. */
      deletedAt: orNull(Time),
      params: Type.Array(Named),
      /** The last value of each, as text: NaN and ±Infinity too. */
      metrics: Type.Array(Named),
    }),
  ),
  /** Stage runs that it came from, nearest first: the first logged the run. */
  stages: Type.Array(StageOrigin),
  /** Files of the model that say what it ran in. */
  environment: Type.Array(Type.Object({ path: Type.String(), text: Type.String() })),
  /** `raw` was made by no stage run that is known here. */
  data: Type.Array(
    Type.Object({
      id: Type.String(),
      label: Type.String(),
      href: textOrNull,
      origin: Type.Union([Type.Literal('raw'), Type.Literal('made')]),
    }),
  ),
  commits: Type.Array(Type.Object({ hash: Type.String(), branch: textOrNull, dirty: Type.Boolean() })),
  /** What the nearest stage run's tree had beside its commit. */
  patch: textOrNull,
  /** Parts that cannot be told, and why. */
  missing: Type.Array(Type.Object({ part: Type.String(), why: Type.String() })),
});
export type PredictionLineage = Static<typeof PredictionLineage>;
