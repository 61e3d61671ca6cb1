import Type, { type Static } from 'typebox';
import { Time } from './time.ts';

/** `GET /api/1/settings` */
export const Settings = Type.Object({
  version: Type.String(),
  node: Type.String(),
  database: Type.String(),
  artifacts: Type.String(),
  startedAt: Time,
  /** Who asks, and what they may do. */
  principal: Type.Object({ name: Type.String(), role: Type.String(), actions: Type.Array(Type.String()) }),
});
export type Settings = Static<typeof Settings>;
