import type { Scope } from '../../access/index.ts';
import { defineRead } from '../../backends/db/port.ts';
import type { PipelineRunTables } from './tables.ts';

/** A stage run with what it came from, for whoever asks where its outputs come from. */
export interface StageRunOrigin {
  readonly id: string;
  readonly stage: string;
  readonly command: string;
  readonly state: string;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** File → key → value. */
  readonly params: Readonly<Record<string, Record<string, unknown>>>;
  readonly pipelineRun: {
    readonly id: string;
    readonly project: string;
    readonly number: number;
    readonly commit: string | null;
    readonly branch: string | null;
    /** The tree had changes that were not committed. */
    readonly dirty: boolean;
  };
}

/** Those of `ids` that this server knows, in no order. */
export const stageRunOrigins = defineRead<PipelineRunTables, { scope: Scope; ids: readonly string[] }, StageRunOrigin[]>(
  'pipelines.stageRunOrigins',
  async (tx, { scope, ids }) => {
    const found: StageRunOrigin[] = [];
    for (let start = 0; start < ids.length; start += 500) {
      const rows = await tx.kysely
        .selectFrom('stage_runs as s')
        .innerJoin('pipeline_runs as p', (join) =>
          join.onRef('p.workspace_id', '=', 's.workspace_id').onRef('p.id', '=', 's.pipeline_run_id'),
        )
        .select(['s.id', 's.stage', 's.command', 's.state', 's.started_at', 's.ended_at', 's.params'])
        .select((select) => [
          'p.id as run',
          'p.project',
          'p.number',
          'p.commit_hash',
          'p.branch',
          select('p.patch', 'is not', null).as('dirty'),
        ])
        .where('s.workspace_id', '=', scope.workspaceId)
        .where('s.id', 'in', ids.slice(start, start + 500))
        .execute();
      for (const row of rows) {
        const { id, stage, command, state, project, number, branch } = row;
        found.push({
          id,
          stage,
          command,
          state,
          startedAt: row.started_at,
          endedAt: row.ended_at,
          params: JSON.parse(row.params) as StageRunOrigin['params'],
          pipelineRun: { id: row.run, project, number, commit: row.commit_hash, branch, dirty: Boolean(row.dirty) },
        });
      }
    }
    return found;
  },
);

/** What a pipeline run's tree had beside its commit; null where it was clean. */
export const patchOfPipelineRun = defineRead<PipelineRunTables, { scope: Scope; id: string }, string | null>(
  'pipelines.patchOfPipelineRun',
  async (tx, { scope, id }) => {
    const [row] = await tx
      .statement<{ patch: string | null }>('select patch from pipeline_runs where workspace_id = ? and id = ?')
      .all(scope.workspaceId, id);
    return row?.patch ?? null;
  },
);
