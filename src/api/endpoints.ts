import Type, { type Static } from 'typebox';
import { orNull } from './or-null.ts';
import { Time } from './time.ts';

export const EndpointSettings = Type.Object({
  /** `auto` takes ONNX where the model has it and it answers as the other flavour does. */
  runtime: Type.Union([Type.Literal('auto'), Type.Literal('onnx'), Type.Literal('python_function')]),
  /** Processes of a Python model. */
  workers: Type.Integer({ minimum: 1, maximum: 64 }),
  /** Requests that wait at most, beside those that run; who comes then is answered 429. */
  queue: Type.Integer({ minimum: 1, maximum: 100_000 }),
  timeoutMs: Type.Integer({ minimum: 10, maximum: 3_600_000 }),
  /** Of one Python worker. */
  memoryBytes: Type.Integer({ minimum: 64 * 1024 ** 2 }),
  /** Rows of waiting requests that one call of a Python model takes together; 1 joins none. */
  batchRows: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
});
export type EndpointSettings = Static<typeof EndpointSettings>;

/** How the record of each prediction is kept. */
export const RecordSettings = Type.Object({
  /** Which part of the requests, decided by the request id; errors always are kept. */
  sample: Type.Number({ minimum: 0, maximum: 1 }),
  /** Columns whose values are dropped, or replaced by a keyed hash by which equal ones still meet. */
  mask: Type.Record(Type.String({ minLength: 1, maxLength: 256 }), Type.Union([Type.Literal('drop'), Type.Literal('hash')]), {
    maxProperties: 1000,
  }),
  /** Whether a prediction fails (503) when its record cannot be kept; else it is answered, and the lost record counted. */
  required: Type.Boolean(),
  /** Days after which records are removed; null: never. */
  keepDays: orNull(Type.Integer({ minimum: 1, maximum: 36_500 })),
});
export type RecordSettings = Static<typeof RecordSettings>;

/** An endpoint as `millwright.yaml` declares it: what is left out has the default. */
export const EndpointDeclaration = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 128 }),
  /** `models:/NAME@ALIAS`, `models:/NAME/VERSION` or `models:/NAME/STAGE`. */
  model: Type.String({ minLength: 1, maxLength: 1000 }),
  settings: Type.Partial(EndpointSettings),
  records: Type.Optional(Type.Partial(RecordSettings)),
});
export type EndpointDeclaration = Static<typeof EndpointDeclaration>;

/** `PUT /api/1/endpoints`: makes or changes the endpoints of a project; others stay. */
export const DeclareEndpoints = Type.Object({
  project: Type.String({ minLength: 1, maxLength: 500 }),
  endpoints: Type.Array(EndpointDeclaration, { maxItems: 1000 }),
});
export type DeclareEndpoints = Static<typeof DeclareEndpoints>;

export const Deployment = Type.Object({
  id: Type.String(),
  model: Type.String(),
  version: Type.Integer(),
  /** `proving`: tried apart. `given up`: what was to be served changed before it was ready, or its server ended. */
  state: Type.Union([
    Type.Literal('proving'),
    Type.Literal('live'),
    Type.Literal('retired'),
    Type.Literal('failed'),
    Type.Literal('given up'),
  ]),
  flavor: orNull(Type.String()),
  /** Why this version: the name that moved, or a rollback with its reason. */
  reason: Type.String(),
  /** Who decided it. */
  actor: Type.String(),
  message: orNull(Type.String()),
  /** The end of what the model, or its installer, said. */
  log: orNull(Type.String()),
  createdAt: Time,
  liveAt: orNull(Time),
  endedAt: orNull(Time),
});
export type Deployment = Static<typeof Deployment>;

/** What a version goes through before it serves. */
export const PreparationStep = Type.Union([
  /** Its files are being copied. */
  Type.Literal('fetching'),
  /** The Python environment or ONNX runtime that it asks for is being installed, or waits for somebody who installs the same. */
  Type.Literal('installing'),
  /** It is loaded apart, and scores its example. */
  Type.Literal('proving'),
  /** It is loaded where it will serve, and scores its example. */
  Type.Literal('warming'),
]);
export type PreparationStep = Static<typeof PreparationStep>;

/** How far the version is that a process tries. */
export const Preparation = Type.Object({
  model: Type.String(),
  version: Type.Integer(),
  step: PreparationStep,
  /** Of the step; the deployment's `createdAt` tells when all of it began. */
  since: Time,
  /** The end of what the installer has said, at most 16 KiB; null in other steps, and while it has said nothing. */
  log: orNull(Type.String()),
});
export type Preparation = Static<typeof Preparation>;

const milliseconds = orNull(Type.Number());

/** Requests of a span of time, as the process that answers counted them: after a restart, since then. */
export const StatisticsWindow = Type.Object({
  /** What the numbers cover. */
  from: Time,
  to: Time,
  requests: Type.Integer(),
  /** Answered 4xx. */
  clientErrors: Type.Integer(),
  /** Answered 5xx. */
  serverErrors: Type.Integer(),
  perSecond: Type.Number(),
  /** Of answers with a prediction, true to 9 %; null without any. */
  p50Ms: milliseconds,
  p95Ms: milliseconds,
  p99Ms: milliseconds,
});
export type StatisticsWindow = Static<typeof StatisticsWindow>;

export const Endpoint = Type.Object({
  name: Type.String(),
  project: Type.String(),
  /** What it follows, as a model URI. */
  model: Type.String(),
  settings: EndpointSettings,
  records: RecordSettings,
  /** Predictions of this process, since its start, whose records could not be kept and were not required. */
  recordsLost: Type.Integer(),
  /** Set while a rollback holds: until the name that it follows moves again. */
  pinned: orNull(Type.Object({ version: Type.Integer(), by: Type.String(), reason: Type.String() })),
  updatedAt: Time,
  updatedBy: Type.String(),
  /**
   * `starting`, `swapping`: a version is tried, without and with one that serves meanwhile. `failed`: the version that it
   * should serve could not be loaded. `not ready`: no worker of the model is up. `waiting`: there is nothing to serve.
   */
  state: Type.Union([
    Type.Literal('serving'),
    Type.Literal('starting'),
    Type.Literal('swapping'),
    Type.Literal('failed'),
    Type.Literal('not ready'),
    Type.Literal('waiting'),
  ]),
  /** What the version that is tried waits for; absent where the process that answers tries none. */
  preparing: Type.Optional(Preparation),
  /** What it should serve, why, and who said so; null while the name that it follows stands on no version. */
  target: orNull(Type.Object({ version: Type.Integer(), reason: Type.String(), actor: Type.String() })),
  /** Why the version that it should serve does not; `againAt` where the process that answers tries it again by itself. */
  problem: orNull(Type.Object({ version: Type.Integer(), message: Type.String(), at: Time, againAt: Type.Optional(Time) })),
  /** The decision that put the name that it follows on the live version. */
  decision: orNull(
    Type.Object({
      id: Type.String(),
      at: Time,
      actor: Type.String(),
      basis: Type.Union([Type.Literal('gate'), Type.Literal('override'), Type.Literal('no gate')]),
    }),
  ),
  /** The version that a rollback goes back to. */
  before: orNull(Type.Integer()),
  /** The live version, or without one that which it should serve, where its ONNX flavour is known to answer differently. */
  differs: Type.Optional(Type.Object({ version: Type.Integer(), message: Type.String() })),
  /** What answers now in this process. */
  live: orNull(
    Type.Object({
      model: Type.String(),
      version: Type.Integer(),
      flavor: Type.String(),
      /** Since when this version answers, over restarts of the server. */
      since: Time,
      /** Since when this process has it. */
      loadedAt: Time,
      by: Type.String(),
      ready: Type.Boolean(),
      running: Type.Integer(),
      queued: Type.Integer(),
      restarts: Type.Integer(),
      memoryBytes: Type.Integer(),
      statistics: Type.Object({
        minute: StatisticsWindow,
        quarterHour: StatisticsWindow,
        /** Since this version took over. */
        version: StatisticsWindow,
        /** The version before, until then. */
        replaced: orNull(Type.Object({ version: Type.Integer(), window: StatisticsWindow })),
      }),
    }),
  ),
});
export type Endpoint = Static<typeof Endpoint>;

/** `GET /api/1/endpoints` */
export const EndpointList = Type.Object({ items: Type.Array(Endpoint) });
export type EndpointList = Static<typeof EndpointList>;

/** `GET /api/1/endpoints/:name`: with its last 50 deployments, newest first. */
export const EndpointDetail = Type.Object({ endpoint: Endpoint, deployments: Type.Array(Deployment) });
export type EndpointDetail = Static<typeof EndpointDetail>;

/** `GET /api/1/endpoints/:name/statistics`: the last 15 minutes in windows of `slotMs`, as far as this process served. */
export const EndpointStatistics = Type.Object({ slotMs: Type.Integer(), slots: Type.Array(StatisticsWindow) });
export type EndpointStatistics = Static<typeof EndpointStatistics>;

/** `POST /api/1/endpoints/:name/rollback`: back to the version that was live before. */
export const RollBackEndpoint = Type.Object({ reason: Type.String({ minLength: 1, maxLength: 2000 }) });
export type RollBackEndpoint = Static<typeof RollBackEndpoint>;
export const RolledBack = Type.Object({ version: Type.Integer() });
export type RolledBack = Static<typeof RolledBack>;
