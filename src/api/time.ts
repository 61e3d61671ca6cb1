import Type from 'typebox';

/** Milliseconds since 1970-01-01T00:00:00Z. */
export const Time = Type.Integer({ minimum: 0 });
