import { sql, type Kysely } from 'kysely';
import type { Migration } from '../backends/db/migrate.ts';

/** The newest move of one name is asked for once a second and endpoint, and may stand behind any number of refusals. */
export const movesByName: Migration = {
  name: '0017-moves-by-name',
  async up(db: Kysely<unknown>) {
    await sql`create index decisions_moves on decisions (workspace_id, model_name, target_kind, target_name, id) where outcome = 'moved'`.execute(
      db,
    );
  },
};
