import { sql, type Kysely } from 'kysely';
import type { Migration } from '../backends/db/migrate.ts';

/** Files of records that nobody finds any more and whose bytes are still to be removed: a crash forgets none. */
export const recordRemovals: Migration = {
  name: '0014-record-removals',
  async up(db: Kysely<unknown>) {
    await sql`create table record_removals (file text not null primary key)`.execute(db);
  },
};
