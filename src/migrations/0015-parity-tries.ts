import { sql, type Kysely } from 'kysely';
import type { Migration } from '../backends/db/migrate.ts';

/**
 * A comparison that failed for no fault of the model is made again: how often it was tried, how often of these with the files in hand,
 * and when the next try is due (null: now).
 */
export const parityTries: Migration = {
  name: '0015-parity-tries',
  async up(db: Kysely<unknown>) {
    await sql`alter table parity_checks add column tries integer not null default 0`.execute(db);
    await sql`alter table parity_checks add column comparisons integer not null default 0`.execute(db);
    await sql`alter table parity_checks add column next_at bigint`.execute(db);
  },
};
