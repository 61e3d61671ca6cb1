import Type, { type Static, type TSchema } from 'typebox';
import { Time } from './time.ts';

const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

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

/** An endpoint as `millwright.yaml` declares it: what is left out has the default. */
export const EndpointDeclaration = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 128 }),
  /** `models:/NAME@ALIAS`, `models:/NAME/VERSION` or `models:/NAME/STAGE`. */
  model: Type.String({ minLength: 1, maxLength: 1000 }),
  settings: Type.Partial(EndpointSettings),
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
  /** `proving`: tried apart. */
  state: Type.Union([Type.Literal('proving'), Type.Literal('live'), Type.Literal('retired'), Type.Literal('failed')]),
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

export const Endpoint = Type.Object({
  name: Type.String(),
  project: Type.String(),
  /** What it follows, as a model URI. */
  model: Type.String(),
  settings: EndpointSettings,
  /** Set while a rollback holds: until the name that it follows moves again. */
  pinned: orNull(Type.Object({ version: Type.Integer(), by: Type.String(), reason: Type.String() })),
  updatedAt: Time,
  updatedBy: Type.String(),
  /** What answers now in this process. */
  live: orNull(
    Type.Object({
      model: Type.String(),
      version: Type.Integer(),
      flavor: Type.String(),
      since: Time,
      by: Type.String(),
      ready: Type.Boolean(),
      running: Type.Integer(),
      queued: Type.Integer(),
      restarts: Type.Integer(),
      memoryBytes: Type.Integer(),
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

/** `POST /api/1/endpoints/:name/rollback`: back to the version that was live before. */
export const RollBackEndpoint = Type.Object({ reason: Type.String({ minLength: 1, maxLength: 2000 }) });
export type RollBackEndpoint = Static<typeof RollBackEndpoint>;
export const RolledBack = Type.Object({ version: Type.Integer() });
export type RolledBack = Static<typeof RolledBack>;
