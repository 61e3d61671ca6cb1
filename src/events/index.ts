export type { Event, EventKind } from './event.ts';
export { recordEvent } from './record.ts';
export { listEvents } from './queries.ts';
export { claimEvents, finishEvent, type Claim } from './writes.ts';
export type { EventTables } from './tables.ts';
