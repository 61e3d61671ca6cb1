import Type, { type Static } from 'typebox';

/** A file or folder by its content, as DVC names it. */
export const DataRef = Type.Object({
  /** Relative to the project's root, POSIX. */
  path: Type.String({ maxLength: 4096 }),
  /** `md5`, or `md5-dos2unix` for what a DVC 2.x made. */
  algorithm: Type.String({ maxLength: 32 }),
  /** Hex; with `.dir` for a folder. */
  hash: Type.String({ maxLength: 128 }),
  sizeBytes: Type.Optional(Type.Integer({ minimum: 0 })),
  files: Type.Optional(Type.Integer({ minimum: 0 })),
});
export type DataRef = Static<typeof DataRef>;
