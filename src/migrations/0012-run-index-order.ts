import { sql, type Kysely } from 'kysely';
import type { Migration } from '../backends/db/migrate.ts';

/**
 * New runs at the end of their indices, not at the beginning: a B-tree that grows at the front of its first page splits again
 * and again, and a new run wrote half as many pages more. They are walked backwards. A run without an end is in no index of ends.
 */
export const runIndexOrder: Migration = {
  name: '0012-run-index-order',
  async up(db: Kysely<unknown>) {
    for (const name of ['runs_newest', 'runs_by_status', 'runs_by_end']) await sql`drop index ${sql.ref(name)}`.execute(db);
    await sql`create index runs_newest on runs (experiment_id, started_at, run_id desc, deleted_at)`.execute(db);
    await sql`create index runs_by_status on runs (experiment_id, status, started_at, run_id desc, deleted_at)`.execute(db);
    await sql`create index runs_by_end on runs (experiment_id, ended_at, started_at, run_id desc, deleted_at) where ended_at is not null`.execute(
      db,
    );
  },
};
