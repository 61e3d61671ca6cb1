import Type, { type Static } from 'typebox';

/** `POST /api/1/give-way`: whether somebody records a pipeline run, for which the server stays until it has ended. */
export const GivenWay = Type.Object({ recording: Type.Boolean() });
export type GivenWay = Static<typeof GivenWay>;
