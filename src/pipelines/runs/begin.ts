import type { Principal } from '../../access/index.ts';
import { createToken } from '../../access/index.ts';
import { asTx, defineWrite, type Tx } from '../../backends/db/port.ts';
import { recordDataVersions, type DataVersion } from '../../data/versions/index.ts';
import { MillwrightError } from '../../errors.ts';
import { recordEvent } from '../../events/index.ts';
import { recordEdges } from '../../lineage/index.ts';
import { declareGates } from '../../registry/index.ts';
import { ensureExperiment } from '../../tracking/index.ts';
import type { GateDefinition } from '../../formats/project/index.ts';
import { leaseMs, openRun, renewLease } from './state.ts';
import type { PipelineRunTables } from './tables.ts';

export interface NewPipelineRun {
  readonly actor: Principal;
  readonly id: string;
  readonly eventId: string;
  readonly now: number;
  readonly project: string;
  readonly cause: string;
  readonly commit: string | null;
  readonly branch: string | null;
  readonly patch: string | null;
  readonly stages: readonly { readonly id: string; readonly name: string; readonly command: string; readonly after: readonly string[] }[];
  readonly auditId: string;
  readonly gates: readonly GateDefinition[];
  readonly data: readonly DataVersion[];
}

/** Writes a pipeline run with all its stages waiting, the project's gates and the tracked data. @returns its number in the project */
export const beginPipelineRun = defineWrite<PipelineRunTables, NewPipelineRun, { number: number }>(
  'pipelines.beginPipelineRun',
  async (tx, run) => {
    const scope = { workspaceId: run.actor.workspaceId };
    refuseTwins(run.stages.map((stage) => stage.name));
    const number = await nextNumber(tx, run);
    await tx.kysely
      .insertInto('pipeline_runs')
      .values({
        workspace_id: scope.workspaceId,
        id: run.id,
        project: run.project,
        number,
        cause: run.cause,
        actor: run.actor.name,
        state: 'running',
        message: null,
        commit_hash: run.commit,
        branch: run.branch,
        patch: run.patch,
        started_at: run.now,
        ended_at: null,
        lease_until: run.now + leaseMs,
      })
      .execute();
    const insert = tx.statement(
      `insert into stage_runs (workspace_id, id, pipeline_run_id, position, stage, command, after_stages, state, params) values (?, ?, ?, ?, ?, ?, ?, 'waiting', '{}')`,
    );
    for (const [position, stage] of run.stages.entries()) {
      await insert.run(scope.workspaceId, stage.id, run.id, position, stage.name, stage.command, JSON.stringify(stage.after));
    }
    const sighting = { scope, project: run.project, kind: 'tracked', commit: run.commit, stageRunId: null, now: run.now } as const;
    await recordDataVersions(tx, sighting, run.data);
    await declareGates.run(asTx(tx), { principal: run.actor, now: run.now, auditId: run.auditId, project: run.project, gates: run.gates });
    if (run.commit !== null) {
      const edges = [
        { from: { kind: 'commit', id: run.commit }, to: { kind: 'pipeline_run', id: run.id }, relation: 'checked out' } as const,
      ];
      await recordEdges(tx, scope, run.now, edges);
    }
    await recordEvent(tx, scope, {
      id: run.eventId,
      kind: 'pipeline_run.started',
      subjectKind: 'pipeline_run',
      subjectId: run.id,
      at: run.now,
      actor: run.actor.name,
      data: { project: run.project, number, cause: run.cause },
    });
    return { number };
  },
);

function refuseTwins(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name))
      throw new MillwrightError('INVALID_PARAMETER_VALUE', `the stage '${name}' is listed twice: names are unique in a pipeline`);
    seen.add(name);
  }
}

async function nextNumber(tx: Tx<PipelineRunTables>, run: NewPipelineRun): Promise<number> {
  const [row] = await tx
    .statement<{ number: number }>(
      'select coalesce(max(number), 0) + 1 as number from pipeline_runs where workspace_id = ? and project = ?',
    )
    .all(run.actor.workspaceId, run.project);
  return row!.number;
}

export interface StartedStage {
  readonly actor: Principal;
  readonly pipelineRunId: string;
  readonly stage: string;
  readonly now: number;
  readonly token: { readonly id: string; readonly hash: string; readonly expiresAt: number };
}

/** Marks a stage as running and gives it a token of its own; the experiment that its runs go to is there from then on. @returns the id of the stage run */
export const beginStageRun = defineWrite<PipelineRunTables, StartedStage, { id: string }>('pipelines.beginStageRun', async (tx, input) => {
  const scope = { workspaceId: input.actor.workspaceId };
  const { project } = await openRun(tx, scope, input.pipelineRunId);
  await renewLease(tx, scope, input.pipelineRunId, input.now);
  await ensureExperiment(asTx(tx), scope, project, input.now);
  const [row] = await tx
    .statement<{ id: string }>(
      `update stage_runs set state = 'running', started_at = ? where workspace_id = ? and pipeline_run_id = ? and stage = ? and state in ('waiting', 'running') returning id`,
    )
    .all(input.now, scope.workspaceId, input.pipelineRunId, input.stage);
  if (row === undefined) {
    throw new MillwrightError(
      'RESOURCE_CONFLICT',
      `stage '${input.stage}' of pipeline run ${input.pipelineRunId} is unknown or has ended already`,
    );
  }
  await createToken.run(asTx(tx), {
    scope,
    id: input.token.id,
    hash: input.token.hash,
    name: `stage ${input.stage}`,
    role: 'stage',
    stageRunId: row.id,
    now: input.now,
    expiresAt: input.token.expiresAt,
  });
  const edges = [
    { from: { kind: 'pipeline_run', id: input.pipelineRunId }, to: { kind: 'stage_run', id: row.id }, relation: 'ran' } as const,
  ];
  await recordEdges(tx, scope, input.now, edges);
  return row;
});
