import { sql, type Kysely } from 'kysely';
import type { Migration } from '../backends/db/migrate.ts';

/** Why a stage failed, in the engine's words: an exit code does not tell of an output that is missing. */
export const stageRunMessages: Migration = {
  name: '0007-stage-run-messages',
  async up(db: Kysely<unknown>) {
    await sql`alter table stage_runs add column message text`.execute(db);
  },
};
