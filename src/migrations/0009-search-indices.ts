import { sql, type Kysely } from 'kysely';
import type { Migration } from '../backends/db/migrate.ts';

/** What searches for runs ask for besides metrics, params and tags; and events by what they tell of. */
export const searchIndices: Migration = {
  name: '0009-search-indices',
  async up(db: Kysely<unknown>) {
    await sql`create index runs_by_status on runs (experiment_id, status, started_at desc, run_id, deleted_at)`.execute(db);
    await sql`create index runs_by_end on runs (experiment_id, ended_at desc, started_at desc, run_id, deleted_at)`.execute(db);
    // Long names do not fit into an index of PostgreSQL: their beginning stands there.
    await sql`create index runs_by_name on runs (experiment_id, substr(name, 1, 100), run_key)`.execute(db);
    await sql`create index events_by_kind on events (kind, id)`.execute(db);
  },
};
