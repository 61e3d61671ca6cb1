import Type, { type Static, type TSchema } from 'typebox';

/** Milliseconds since 1970-01-01T00:00:00Z. */
export const Time = Type.Integer({ minimum: 0 });

/** A page of a list; `nextCursor` is absent on the last one. */
export const pageOf = <T extends TSchema>(item: T) => Type.Object({ items: Type.Array(item), nextCursor: Type.Optional(Type.String()) });

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

export const ErrorBody = Type.Object({ error: Type.Object({ code: Type.String(), message: Type.String() }) });
export type ErrorBody = Static<typeof ErrorBody>;
