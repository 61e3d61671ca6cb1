import { sql, type Kysely } from 'kysely';
import type { Migration } from '../backends/db/migrate.ts';

/** Which stage of which project handed evidence over: a gate judges that of the stage that it names. */
export const evidenceSource: Migration = {
  name: '0006-evidence-source',
  async up(db: Kysely<unknown>) {
    for (const [column, source] of [
      ['project', 'p.project'],
      ['stage', 's.stage'],
    ] as const) {
      await sql`alter table evidence add column ${sql.ref(column)} text`.execute(db);
      await sql`update evidence set ${sql.ref(column)} = (
        select ${sql.ref(source)} from stage_runs s
        join pipeline_runs p on p.workspace_id = s.workspace_id and p.id = s.pipeline_run_id
        where s.workspace_id = evidence.workspace_id and s.id = evidence.stage_run_id)`.execute(db);
    }
  },
};
