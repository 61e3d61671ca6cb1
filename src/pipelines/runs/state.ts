import type { Scope } from '../../access/index.ts';
import type { Tx } from '../../backends/db/port.ts';
import { MillwrightError } from '../../errors.ts';
import type { PipelineRunTables } from './tables.ts';

export interface OpenRun {
  readonly project: string;
  readonly commit_hash: string | null;
  readonly number: number;
}

/** The run, where it exists and has not ended. @throws RESOURCE_DOES_NOT_EXIST, RESOURCE_CONFLICT */
export async function openRun(tx: Tx<PipelineRunTables>, scope: Scope, id: string): Promise<OpenRun> {
  const [run] = await tx
    .statement<OpenRun & { state: string }>(
      'select project, commit_hash, number, state from pipeline_runs where workspace_id = ? and id = ?',
    )
    .all(scope.workspaceId, id);
  if (run === undefined) throw new MillwrightError('RESOURCE_DOES_NOT_EXIST', `no pipeline run with id '${id}'`);
  if (run.state !== 'running')
    throw new MillwrightError('RESOURCE_CONFLICT', `pipeline run ${id} has ended (${run.state}): nothing can be added to it`);
  return run;
}

/** The id of a stage's run within a pipeline run. @throws RESOURCE_DOES_NOT_EXIST */
export async function stageRunId(tx: Tx<PipelineRunTables>, scope: Scope, pipelineRunId: string, stage: string): Promise<string> {
  const [row] = await tx
    .statement<{ id: string }>('select id from stage_runs where workspace_id = ? and pipeline_run_id = ? and stage = ?')
    .all(scope.workspaceId, pipelineRunId, stage);
  if (row === undefined) throw new MillwrightError('RESOURCE_DOES_NOT_EXIST', `pipeline run '${pipelineRunId}' has no stage '${stage}'`);
  return row.id;
}

/** Six heartbeats of a recorder, which sends one every 10 s. */
export const leaseMs = 60_000;

/** A call that adds to a run is a sign that it lives. */
export async function renewLease(tx: Tx<PipelineRunTables>, scope: Scope, id: string, now: number): Promise<void> {
  await tx
    .statement('update pipeline_runs set lease_until = ? where workspace_id = ? and id = ?')
    .run(now + leaseMs, scope.workspaceId, id);
}
