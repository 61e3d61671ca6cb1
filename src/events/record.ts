import type { Scope } from '../access/index.ts';
import type { Statements } from '../backends/db/port.ts';
import type { Event } from './event.ts';

/** Writes an event in the transaction of the fact it tells of: both stand or neither does. */
export async function recordEvent(tx: Statements, scope: Scope, event: Event): Promise<void> {
  await tx
    .statement('insert into events (workspace_id, id, kind, subject_kind, subject_id, at, actor, data) values (?, ?, ?, ?, ?, ?, ?, ?)')
    .run(scope.workspaceId, event.id, event.kind, event.subjectKind, event.subjectId, event.at, event.actor, JSON.stringify(event.data));
}
