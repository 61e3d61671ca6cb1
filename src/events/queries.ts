import type { Scope } from '../access/index.ts';
import { defineRead } from '../backends/db/port.ts';
import type { Event, EventKind } from './event.ts';
import type { EventTables } from './tables.ts';

/** Events newer than the id `after` (oldest first), or the newest ones (newest first) where no `after` is given. */
export const listEvents = defineRead<EventTables, { scope: Scope; after?: string; kinds?: readonly EventKind[]; limit: number }, Event[]>(
  'events.listEvents',
  async (tx, { scope, after, kinds, limit }) => {
    let query = tx.kysely
      .selectFrom('events')
      .select(['id', 'kind', 'subject_kind', 'subject_id', 'at', 'actor', 'data'])
      .where('workspace_id', '=', scope.workspaceId)
      .limit(limit);
    if (kinds !== undefined) query = query.where('kind', 'in', [...kinds]);
    query = after === undefined ? query.orderBy('at', 'desc').orderBy('id', 'desc') : query.where('id', '>', after).orderBy('id');
    return (await query.execute()).map((row) => ({
      id: row.id,
      kind: row.kind as EventKind,
      subjectKind: row.subject_kind,
      subjectId: row.subject_id,
      at: row.at,
      actor: row.actor,
      data: JSON.parse(row.data) as Record<string, unknown>,
    }));
  },
);
