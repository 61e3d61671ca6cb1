import { sql, type Kysely } from 'kysely';
import type { Migration } from '../backends/db/migrate.ts';

/** Until when a running pipeline run is believed to live without another sign from whoever records it. */
export const pipelineLeases: Migration = {
  name: '0005-pipeline-leases',
  async up(db: Kysely<unknown>) {
    await sql`alter table pipeline_runs add column lease_until bigint`.execute(db);
    await sql`create index pipeline_runs_running on pipeline_runs (lease_until) where state = 'running'`.execute(db);
  },
};
