import { sql, type Kysely } from 'kysely';
import type { Migration } from '../backends/db/migrate.ts';

/** What each sealed file of inference records holds: a row for each model version in it; '' where no version answered. */
export const predictions: Migration = {
  name: '0008-predictions',
  async up(db: Kysely<unknown>) {
    await sql`create table record_files (
      workspace_id bigint not null,
      file text not null,
      model text not null,
      version text not null,
      segment text not null,
      endpoint text not null,
      row_count bigint not null,
      first_at bigint not null,
      last_at bigint not null,
      primary key (workspace_id, file, model, version)
    )`.execute(db);
    await sql`create index record_files_by_version on record_files (workspace_id, model, version)`.execute(db);
    await sql`create index record_files_by_segment on record_files (segment)`.execute(db);
  },
};
