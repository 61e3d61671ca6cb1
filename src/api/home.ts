import Type, { type Static } from 'typebox';
import { Time } from './time.ts';

export const StationState = Type.Union([Type.Literal('fine'), Type.Literal('working'), Type.Literal('needs you'), Type.Literal('empty')]);

export const Station = Type.Object({
  name: Type.Union([Type.Literal('data'), Type.Literal('pipeline'), Type.Literal('run'), Type.Literal('model'), Type.Literal('endpoint')]),
  state: StationState,
  /** One line: the newest thing that happened there. */
  headline: Type.String(),
  at: Type.Union([Time, Type.Null()]),
  href: Type.String(),
  /** How many things there are: datasets, pipeline runs, runs, models, endpoints. */
  count: Type.Integer(),
});
export type Station = Static<typeof Station>;

/** `GET /api/1/home` */
export const Home = Type.Object({
  stations: Type.Array(Station),
  needsYou: Type.Array(Type.Object({ text: Type.String(), href: Type.String(), at: Time })),
});
export type Home = Static<typeof Home>;
