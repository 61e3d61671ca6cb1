import { sql, type Kysely } from 'kysely';
import type { Migration } from '../backends/db/migrate.ts';

/** How each endpoint keeps its records (JSON; null: all of them), and the key that masked values are hashed with. */
export const recordSettings: Migration = {
  name: '0011-record-settings',
  async up(db: Kysely<unknown>) {
    await sql`alter table endpoints add column records text`.execute(db);
    await sql`create table record_keys (name text not null primary key, value text not null)`.execute(db);
  },
};
