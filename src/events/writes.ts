import { defineWrite } from '../backends/db/port.ts';
import type { EventKind } from './event.ts';
import type { EventTables } from './tables.ts';

export interface Claim {
  readonly eventId: string;
  /** Goes up with every claim of the same event: an owner that lost its lease cannot finish it. */
  readonly fence: number;
}

/**
 * Claims up to `limit` events of `kinds` that `consumer` has not finished and nobody holds. A claim is a lease: an owner
 * that dies loses it and another gets the event again, so consumers act idempotently.
 */
export const claimEvents = defineWrite<
  EventTables,
  { consumer: string; owner: string; kinds: readonly EventKind[]; now: number; leaseMs: number; limit: number },
  Claim[]
>('events.claimEvents', async (tx, input) => {
  let open = tx.kysely
    .selectFrom('events')
    .leftJoin('event_claims', (join) =>
      join.onRef('event_claims.event_id', '=', 'events.id').on('event_claims.consumer', '=', input.consumer),
    )
    .select(['events.id', 'event_claims.fence'])
    .where('events.kind', 'in', [...input.kinds])
    .where('event_claims.done_at', 'is', null)
    .where((where) => where.or([where('event_claims.event_id', 'is', null), where('event_claims.lease_until', '<=', input.now)]))
    .orderBy('events.id')
    .limit(input.limit);
  if (tx.capabilities.rowLocks) open = open.forUpdate('events').skipLocked();
  const claims: Claim[] = [];
  for (const row of await open.execute()) {
    const fence = (row.fence ?? 0) + 1;
    const claim = { owner: input.owner, fence, lease_until: input.now + input.leaseMs };
    await tx.kysely
      .insertInto('event_claims')
      .values({ event_id: row.id, consumer: input.consumer, done_at: null, ...claim })
      .onConflict((conflict) => conflict.columns(['event_id', 'consumer']).doUpdateSet(claim))
      .execute();
    claims.push({ eventId: row.id, fence });
  }
  return claims;
});

/** Marks a claimed event as done; false where the lease went to another owner meanwhile. */
export const finishEvent = defineWrite<EventTables, { consumer: string; owner: string; claim: Claim; now: number }, boolean>(
  'events.finishEvent',
  async (tx, { consumer, owner, claim, now }) => {
    const rows = await tx
      .statement(
        'update event_claims set done_at = ? where event_id = ? and consumer = ? and owner = ? and fence = ? and done_at is null returning event_id',
      )
      .all(now, claim.eventId, consumer, owner, claim.fence);
    return rows.length > 0;
  },
);
