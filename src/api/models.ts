import Type, { type Static } from 'typebox';
import { orNull } from './or-null.ts';
import { pageOf } from './page.ts';
import { Time } from './time.ts';

/** What a version can be promoted to: an alias, or one of MLflow's stages. */
export const PromotionTarget = Type.Object({
  kind: Type.Union([Type.Literal('alias'), Type.Literal('stage')]),
  name: Type.String({ minLength: 1, maxLength: 255 }),
});
export type PromotionTarget = Static<typeof PromotionTarget>;

export const Gate = Type.Object({
  project: Type.String(),
  /** CEL over the objects of the evidence. */
  expression: Type.String(),
  /** Aliases and stages that move only through it. */
  protects: Type.Array(Type.String()),
  evidence: Type.Object({ stage: Type.String(), file: Type.String() }),
});
export type Gate = Static<typeof Gate>;

/** Whether the ONNX flavour of a version answers its input example as the flavour that it stands in for. */
export const Parity = Type.Object({
  /** `unchecked`: it could not be compared; the message says why. */
  state: Type.Union([Type.Literal('pending'), Type.Literal('agrees'), Type.Literal('differs'), Type.Literal('unchecked')]),
  message: Type.String(),
  /** Relative to the larger answer. */
  largestDifference: orNull(Type.Number()),
  tolerance: orNull(Type.Number()),
  /** The value that differs most, row and column of the input example; the answers as text. */
  mismatch: orNull(Type.Object({ row: Type.Integer(), column: Type.String(), onnx: Type.String(), other: Type.String() })),
  checkedAt: orNull(Time),
});
export type Parity = Static<typeof Parity>;

export const ModelVersion = Type.Object({
  version: Type.Integer(),
  stage: Type.String(),
  aliases: Type.Array(Type.String()),
  description: Type.String(),
  createdAt: Time,
  updatedAt: Time,
  source: Type.String(),
  runId: orNull(Type.String()),
  loggedModelId: orNull(Type.String()),
  /** md5 of DVC's `.dir` over its files, as the server read them; null until a gate has looked at it. */
  digest: orNull(Type.String()),
  tags: Type.Array(Type.Object({ key: Type.String(), value: Type.String() })),
  /** Null where it has not both flavours. */
  parity: orNull(Parity),
});
export type ModelVersion = Static<typeof ModelVersion>;

export const Model = Type.Object({
  name: Type.String(),
  description: Type.String(),
  createdAt: Time,
  updatedAt: Time,
  tags: Type.Array(Type.Object({ key: Type.String(), value: Type.String() })),
  aliases: Type.Array(Type.Object({ alias: Type.String(), version: Type.Integer() })),
  /** The highest version of each stage that has one. */
  latestVersions: Type.Array(ModelVersion),
  gate: orNull(Gate),
});
export type Model = Static<typeof Model>;
/** `GET /api/1/models?cursor=&limit=`, by name. */
export const ModelPage = pageOf(Model);
export type ModelPage = Static<typeof ModelPage>;

/** `GET /api/1/models/:name`: its newest versions, at most 200; the rest by MLflow's search. */
export const ModelDetail = Type.Object({ model: Model, versions: Type.Array(ModelVersion) });
export type ModelDetail = Static<typeof ModelDetail>;

export const Decision = Type.Object({
  id: Type.String(),
  at: Time,
  actor: Type.String(),
  target: PromotionTarget,
  /** Null where the name was taken away from every version. */
  version: orNull(Type.Integer()),
  previousVersion: orNull(Type.Integer()),
  outcome: Type.Union([Type.Literal('moved'), Type.Literal('refused')]),
  basis: Type.Union([Type.Literal('gate'), Type.Literal('override'), Type.Literal('no gate')]),
  /** Of a refusal why, of an override its reason. */
  message: Type.String(),
  expression: orNull(Type.String()),
  clauses: Type.Array(
    Type.Object({
      clause: Type.String(),
      passed: Type.Boolean(),
      /** What it looked at, such as `candidate.rmse`. */
      values: Type.Record(Type.String(), Type.Unknown()),
      error: Type.Optional(Type.String()),
    }),
  ),
  digest: orNull(Type.String()),
  evidence: orNull(
    Type.Object({ id: Type.String(), stageRunId: Type.String(), file: Type.String(), sha256: Type.String(), content: Type.String() }),
  ),
});
export type Decision = Static<typeof Decision>;
/** `GET /api/1/models/:name/decisions?cursor=&limit=`, newest first. */
export const DecisionPage = pageOf(Decision);
export type DecisionPage = Static<typeof DecisionPage>;

/** `POST /api/1/models/:name/promote` */
export const Promote = Type.Object({
  target: PromotionTarget,
  /** Null takes an alias away. */
  version: orNull(Type.Integer({ minimum: 1, maximum: 2_147_483_647 })),
  /** With a stage: archive the versions that stand in it. */
  archiveExisting: Type.Optional(Type.Boolean()),
  /** Past the gate: administrators only. */
  override: Type.Optional(Type.Object({ reason: Type.String({ minLength: 1, maxLength: 2000 }) })),
});
export type Promote = Static<typeof Promote>;

/** `POST /api/1/models/:name/rollback`: back to the version before; where a gate protects the name, administrators only. */
export const RollBack = Type.Object({ target: PromotionTarget, reason: Type.String({ minLength: 1, maxLength: 2000 }) });
export type RollBack = Static<typeof RollBack>;

/** `GET /api/1/model-files?model=|endpoint=`: a version and the paths of its files, relative to its folder. */
export const ModelFiles = Type.Object({
  name: Type.String(),
  version: Type.Integer(),
  runId: orNull(Type.String()),
  files: Type.Array(Type.String()),
});
export type ModelFiles = Static<typeof ModelFiles>;

/** Where the name stands now. */
export const Promoted = Type.Object({ version: orNull(Type.Integer()) });
export type Promoted = Static<typeof Promoted>;
