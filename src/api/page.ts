import Type, { type TSchema } from 'typebox';

/** A page of a list; `nextCursor` is absent on the last one. */
export const pageOf = <T extends TSchema>(item: T) => Type.Object({ items: Type.Array(item), nextCursor: Type.Optional(Type.String()) });
