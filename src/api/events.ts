import Type, { type Static } from 'typebox';
import { Time } from './time.ts';

export const EventItem = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  subjectKind: Type.String(),
  subjectId: Type.String(),
  at: Time,
  actor: Type.String(),
  data: Type.Record(Type.String(), Type.Unknown()),
});
export type EventItem = Static<typeof EventItem>;

/** `GET /api/1/events?limit=`: newest first. The same objects arrive live at `/api/1/events/stream`, named by their kind. */
export const EventList = Type.Object({ items: Type.Array(EventItem) });
export type EventList = Static<typeof EventList>;
