import Type, { type Static } from 'typebox';
import { Time } from './time.ts';

/** A path of a project with the versions it had: `GET /api/1/datasets`. */
export const Dataset = Type.Object({
  project: Type.String(),
  path: Type.String(),
  /** `tracked` by a .dvc file, or the `output` of a stage. */
  kind: Type.Union([Type.Literal('tracked'), Type.Literal('output')]),
  /** The newest version. */
  hash: Type.String(),
  algorithm: Type.String(),
  sizeBytes: Type.Union([Type.Integer(), Type.Null()]),
  files: Type.Union([Type.Integer(), Type.Null()]),
  versions: Type.Integer(),
  seenAt: Time,
  /** Stages that read or write it, by name. */
  readBy: Type.Array(Type.String()),
  writtenBy: Type.Union([Type.String(), Type.Null()]),
});
export type Dataset = Static<typeof Dataset>;
export const DatasetList = Type.Object({ items: Type.Array(Dataset) });
export type DatasetList = Static<typeof DatasetList>;

/** `GET /api/1/datasets/versions?project=&path=`: newest first. */
export const DatasetVersion = Type.Object({
  hash: Type.String(),
  algorithm: Type.String(),
  sizeBytes: Type.Union([Type.Integer(), Type.Null()]),
  files: Type.Union([Type.Integer(), Type.Null()]),
  firstSeenAt: Time,
  commit: Type.Union([Type.String(), Type.Null()]),
  /** The stage run that made it, where this server knows it. */
  stageRunId: Type.Union([Type.String(), Type.Null()]),
  pipelineRunId: Type.Union([Type.String(), Type.Null()]),
});
export type DatasetVersion = Static<typeof DatasetVersion>;
export const DatasetVersionList = Type.Object({ items: Type.Array(DatasetVersion) });
export type DatasetVersionList = Static<typeof DatasetVersionList>;
