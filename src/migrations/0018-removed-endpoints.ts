import { sql, type Kysely } from 'kysely';
import type { Migration } from '../backends/db/migrate.ts';

/** How long the records of an endpoint are kept that is no more; a row only where it said so, until its name is declared again. */
export const removedEndpoints: Migration = {
  name: '0018-removed-endpoints',
  async up(db: Kysely<unknown>) {
    await sql`create table removed_endpoints (
      workspace_id integer not null, name text not null, keep_days integer not null, removed_at bigint not null,
      primary key (workspace_id, name))`.execute(db);
  },
};
