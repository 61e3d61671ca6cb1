import { sql, type Kysely } from 'kysely';
import type { Migration } from '../backends/db/migrate.ts';

/** Names that models had before: records of predictions keep the name under which they were made. */
export const modelRenames: Migration = {
  name: '0019-model-renames',
  async up(db: Kysely<unknown>) {
    await sql`create table model_renames (
      workspace_id integer not null, name text not null, new_name text not null,
      held_since bigint not null, renamed_at bigint not null,
      primary key (workspace_id, name, renamed_at))`.execute(db);
    await sql`create index model_renames_by_new_name on model_renames (workspace_id, new_name)`.execute(db);
  },
};
