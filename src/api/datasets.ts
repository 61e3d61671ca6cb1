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

/** What names a version: `?project=&path=&version=`, the last its hash. One file of it: `&file=`, needed where it is a folder. */
const Size = Type.Union([Type.Integer(), Type.Null()]);

/** `GET /api/1/datasets/files?…&filter=&sort=path:asc|path:desc|size:asc|size:desc&offset=&limit=` */
export const DatasetFile = Type.Object({
  /** Within the dataset; its own name where it is a single file. */
  path: Type.String(),
  hash: Type.String(),
  sizeBytes: Size,
  /** The bytes are in the cache that this server reads. */
  isHere: Type.Boolean(),
});
export type DatasetFile = Static<typeof DatasetFile>;
export const DatasetFileList = Type.Object({
  items: Type.Array(DatasetFile),
  /** Of those that the filter lets through. */
  total: Type.Integer(),
  totalBytes: Type.Integer(),
  /** How many of them have no bytes here. */
  notHere: Type.Integer(),
});
export type DatasetFileList = Static<typeof DatasetFileList>;

/** `GET /api/1/datasets/preview?…&file=`: the head of a file. An image's bytes come from `/api/1/datasets/content`. */
export const DatasetPreview = Type.Intersect([
  Type.Object({ sizeBytes: Type.Integer() }),
  Type.Union([
    Type.Object({
      kind: Type.Literal('table'),
      columns: Type.Array(Type.String()),
      rows: Type.Array(Type.Array(Type.String())),
      isComplete: Type.Boolean(),
    }),
    Type.Object({ kind: Type.Literal('text'), text: Type.String(), isComplete: Type.Boolean() }),
    Type.Object({ kind: Type.Literal('image') }),
    Type.Object({ kind: Type.Literal('binary') }),
  ]),
]);
export type DatasetPreview = Static<typeof DatasetPreview>;

/** `mixed` holds numbers beside other things, `empty` nothing at all. */
export const ColumnType = Type.Union([
  Type.Literal('integer'),
  Type.Literal('number'),
  Type.Literal('boolean'),
  Type.Literal('date'),
  Type.Literal('text'),
  Type.Literal('mixed'),
  Type.Literal('empty'),
]);
const Bound = Type.Union([Type.Number(), Type.String(), Type.Null()]);
export const ColumnProfile = Type.Object({
  name: Type.String(),
  type: ColumnType,
  /** Empty fields, and the words that pandas reads as missing. */
  missing: Type.Integer(),
  distinct: Type.Integer(),
  /** False where there are more than `distinct`. */
  isDistinctExact: Type.Boolean(),
  /** Of numbers and dates. */
  min: Bound,
  max: Bound,
  /** Of the finite numbers. */
  mean: Type.Union([Type.Number(), Type.Null()]),
  infinite: Type.Integer(),
  /** Counts in equal parts from `min` to `max`; of a sample where there are many values. */
  histogram: Type.Union([Type.Array(Type.Integer()), Type.Null()]),
  /** The most frequent values. */
  top: Type.Array(Type.Object({ value: Type.String(), count: Type.Integer() })),
});
export type ColumnProfile = Static<typeof ColumnProfile>;

/** `GET /api/1/datasets/profile?…&file=`: of CSV and JSON lines. */
export const DatasetProfile = Type.Object({
  rows: Type.Integer(),
  columns: Type.Array(ColumnProfile),
  /** False where only the first `readBytes` of `sizeBytes` were read. */
  isComplete: Type.Boolean(),
  readBytes: Type.Integer(),
  sizeBytes: Type.Integer(),
});
export type DatasetProfile = Static<typeof DatasetProfile>;

/** `GET /api/1/datasets/compare?project=&path=&from=&to=`: which files differ between two versions. */
export const DatasetFileChange = Type.Object({
  kind: Type.Union([Type.Literal('added'), Type.Literal('deleted'), Type.Literal('modified'), Type.Literal('renamed')]),
  path: Type.String(),
  oldPath: Type.Union([Type.String(), Type.Null()]),
  oldSizeBytes: Size,
  newSizeBytes: Size,
});
export type DatasetFileChange = Static<typeof DatasetFileChange>;
export const DatasetComparison = Type.Object({
  counts: Type.Object({
    added: Type.Integer(),
    deleted: Type.Integer(),
    modified: Type.Integer(),
    renamed: Type.Integer(),
    unchanged: Type.Integer(),
  }),
  changes: Type.Array(DatasetFileChange),
  /** False where there are more changes than the 5,000 listed. */
  isComplete: Type.Boolean(),
});
export type DatasetComparison = Static<typeof DatasetComparison>;

/** `GET /api/1/datasets/compare-tables?project=&path=&from=&to=&file=`: columns and rows of one table in two versions. */
const ColumnFacts = Type.Union([
  Type.Object({ type: ColumnType, missing: Type.Integer(), mean: Type.Union([Type.Number(), Type.Null()]) }),
  Type.Null(),
]);
export const TableComparison = Type.Object({
  oldRows: Type.Integer(),
  newRows: Type.Integer(),
  /** False where only the beginning of one was read: then the rows are those of the beginnings. */
  isComplete: Type.Boolean(),
  columns: Type.Array(
    Type.Object({
      name: Type.String(),
      kind: Type.Union([Type.Literal('added'), Type.Literal('deleted'), Type.Literal('modified'), Type.Literal('unchanged')]),
      old: ColumnFacts,
      new: ColumnFacts,
    }),
  ),
});
export type TableComparison = Static<typeof TableComparison>;
