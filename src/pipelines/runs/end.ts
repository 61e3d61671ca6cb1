import type { Principal, Scope } from '../../access/index.ts';
import { asTx, defineWrite, type Tx } from '../../backends/db/port.ts';
import { dataVersionId, recordDataVersions, type DataVersion } from '../../data/versions/index.ts';
import { recordEvent } from '../../events/index.ts';
import { recordEdges, type Edge } from '../../lineage/index.ts';
import { recordEvidence } from '../../registry/index.ts';
import { openRun, renewLease, stageRunId } from './state.ts';
import type { PipelineRunTables } from './tables.ts';

export type StageOutcome = 'succeeded' | 'cached' | 'restored' | 'failed' | 'cancelled';

export interface EndedStage {
  readonly actor: Principal;
  readonly pipelineRunId: string;
  readonly stage: string;
  readonly eventId: string;
  readonly now: number;
  readonly outcome: StageOutcome;
  readonly exitCode: number | null;
  readonly message: string | null;
  readonly startedAt: number | null;
  readonly endedAt: number;
  readonly cpuSeconds: number | null;
  readonly peakMemoryBytes: number | null;
  readonly deps: readonly DataVersion[];
  readonly outs: readonly DataVersion[];
  readonly params: Readonly<Record<string, unknown>>;
  readonly evidence: readonly { readonly id: string; readonly model: string; readonly file: string; readonly content: string }[];
}

/** Writes what a stage did: its data, parameters and evidence, and the edges from its inputs and to its outputs. */
export const endStageRun = defineWrite<PipelineRunTables, EndedStage, void>('pipelines.endStageRun', async (tx, stage) => {
  const scope = { workspaceId: stage.actor.workspaceId };
  const run = await openRun(tx, scope, stage.pipelineRunId);
  const id = await stageRunId(tx, scope, stage.pipelineRunId, stage.stage);
  await renewLease(tx, scope, stage.pipelineRunId, stage.now);
  await tx.kysely
    .updateTable('stage_runs')
    .set({
      state: stage.outcome,
      exit_code: stage.exitCode,
      message: stage.message,
      // Who does not say when it started means what its beginning noted.
      ...(stage.startedAt === null ? {} : { started_at: stage.startedAt }),
      ended_at: stage.endedAt,
      cpu_seconds: stage.cpuSeconds,
      peak_memory_bytes: stage.peakMemoryBytes,
      params: JSON.stringify(stage.params),
    })
    .where('workspace_id', '=', scope.workspaceId)
    .where('id', '=', id)
    .execute();
  await tx.statement('update tokens set revoked_at = ? where workspace_id = ? and stage_run_id = ?').run(stage.now, scope.workspaceId, id);
  await writeData(tx, scope, id, stage);
  const skipped = stage.outcome === 'cached' || stage.outcome === 'restored';
  const madeHere = stage.outcome === 'succeeded';
  const sighting = {
    scope,
    project: run.project,
    kind: 'output',
    commit: run.commit_hash,
    stageRunId: madeHere ? id : null,
    now: stage.now,
  } as const;
  if (madeHere || skipped) await recordDataVersions(tx, sighting, stage.outs);
  const edges = skipped ? await edgesOfSkipped(tx, scope, id, stage) : edgesOfRan(id, stage);
  await recordEdges(tx, scope, stage.now, [
    { from: { kind: 'pipeline_run', id: stage.pipelineRunId }, to: { kind: 'stage_run', id }, relation: skipped ? 'skipped' : 'ran' },
    ...edges,
    ...(await edgesOfOverlaps(tx, scope, id, stage)),
  ]);
  if (madeHere || skipped) {
    const source = { scope, stageRunId: id, project: run.project, stage: stage.stage, now: stage.now };
    for (const evidence of stage.evidence) await recordEvidence.run(asTx(tx), { ...source, ...evidence });
  }
  await recordEvent(tx, scope, {
    id: stage.eventId,
    kind: 'stage_run.ended',
    subjectKind: 'stage_run',
    subjectId: id,
    at: stage.now,
    actor: stage.actor.name,
    data: { stage: stage.stage, outcome: stage.outcome, pipelineRunId: stage.pipelineRunId },
  });
});

async function writeData(tx: Tx<PipelineRunTables>, scope: Scope, id: string, stage: EndedStage): Promise<void> {
  const insert = tx.statement(
    `insert into stage_run_data (workspace_id, stage_run_id, direction, path, algorithm, hash, size_bytes, files) values (?, ?, ?, ?, ?, ?, ?, ?)
     on conflict do nothing`,
  );
  for (const [direction, versions] of [['in', stage.deps] as const, ['out', stage.outs] as const]) {
    for (const { path, algorithm, hash, sizeBytes, files } of versions) {
      await insert.run(scope.workspaceId, id, direction, path, algorithm, hash, sizeBytes ?? null, files ?? null);
    }
  }
}

function edgesOfRan(id: string, stage: EndedStage): Edge[] {
  const node = { kind: 'stage_run', id } as const;
  return [
    ...stage.deps.map((version): Edge => ({ from: { kind: 'data_version', id: dataVersionId(version) }, to: node, relation: 'input' })),
    ...(stage.outcome === 'succeeded' ? stage.outs : []).map((version): Edge => ({
      from: node,
      to: { kind: 'data_version', id: dataVersionId(version) },
      relation: 'output',
    })),
  ];
}

/**
 * A skipped stage points back at the stage run that made its outputs where this server knows it: the data then rests on that
 * one alone. Else it stands for the unknown maker, and rests on the lock entry's hashes: when they were made is not known.
 */
async function edgesOfSkipped(tx: Tx<PipelineRunTables>, scope: Scope, id: string, stage: EndedStage): Promise<Edge[]> {
  const node = { kind: 'stage_run', id } as const;
  const edges: Edge[] = [];
  for (const version of stage.outs) {
    const [maker] = await tx
      .statement<{ id: string }>(
        `select stage_runs.id from stage_run_data join stage_runs on stage_runs.workspace_id = stage_run_data.workspace_id and stage_runs.id = stage_run_data.stage_run_id
         where stage_run_data.workspace_id = ? and stage_run_data.hash = ? and stage_run_data.direction = 'out' and stage_runs.state = 'succeeded'
           and stage_runs.stage = ? order by stage_runs.ended_at desc limit 1`,
      )
      .all(scope.workspaceId, version.hash, stage.stage);
    if (maker === undefined) {
      edges.push(
        { from: { kind: 'lock_entry', id: dataVersionId(version) }, to: node, relation: 'locked' },
        { from: node, to: { kind: 'data_version', id: dataVersionId(version) }, relation: 'locked output' },
      );
    } else edges.push({ from: { kind: 'stage_run', id: maker.id }, to: node, relation: 'reused' });
  }
  for (const version of stage.deps) edges.push({ from: { kind: 'data_version', id: dataVersionId(version) }, to: node, relation: 'input' });
  return edges;
}

/**
 * A stage that reads a file of a folder that another stage of the run made, or a folder into which others wrote, rests on those
 * outputs too: the hash of the part says nothing of the whole, so without these edges lineage would end at the part.
 */
async function edgesOfOverlaps(tx: Tx<PipelineRunTables>, scope: Scope, id: string, stage: EndedStage): Promise<Edge[]> {
  const made = await tx
    .statement<Pick<DataVersion, 'path' | 'algorithm' | 'hash'>>(
      `select stage_run_data.path, stage_run_data.algorithm, stage_run_data.hash from stage_runs join stage_run_data
       on stage_run_data.workspace_id = stage_runs.workspace_id and stage_run_data.stage_run_id = stage_runs.id
       where stage_runs.workspace_id = ? and stage_runs.pipeline_run_id = ? and stage_runs.id <> ? and stage_run_data.direction = 'out'
         and stage_runs.state in ('succeeded', 'cached', 'restored')`,
    )
    .all(scope.workspaceId, stage.pipelineRunId, id);
  const overlaps = made.filter(({ path }) => stage.deps.some((dep) => dep.path.startsWith(`${path}/`) || path.startsWith(`${dep.path}/`)));
  return overlaps.map((out): Edge => ({
    from: { kind: 'data_version', id: dataVersionId(out) },
    to: { kind: 'stage_run', id },
    relation: 'input',
  }));
}

interface RunEnd {
  readonly id: string;
  readonly eventId: string;
  readonly now: number;
  readonly outcome: 'succeeded' | 'failed' | 'cancelled';
  readonly message: string | null;
}

export interface EndedRun extends RunEnd {
  readonly actor: Principal;
}

export const endPipelineRun = defineWrite<PipelineRunTables, EndedRun, void>('pipelines.endPipelineRun', (tx, input) =>
  closeRun(tx, { workspaceId: input.actor.workspaceId }, input.actor.name, input),
);

/** Closes a pipeline run: stages that never began are `skipped`, those that still ran are `cancelled`, their tokens end. */
export async function closeRun(tx: Tx<PipelineRunTables>, scope: Scope, actor: string, input: RunEnd): Promise<void> {
  const run = await openRun(tx, scope, input.id);
  const at = [input.now, scope.workspaceId, input.id] as const;
  await tx
    .statement(`update stage_runs set state = 'skipped', ended_at = ? where workspace_id = ? and pipeline_run_id = ? and state = 'waiting'`)
    .run(...at);
  await tx
    .statement(
      `update stage_runs set state = 'cancelled', ended_at = ? where workspace_id = ? and pipeline_run_id = ? and state = 'running'`,
    )
    .run(...at);
  await tx
    .statement(
      `update tokens set revoked_at = ? where workspace_id = ? and revoked_at is null and stage_run_id in
       (select id from stage_runs where workspace_id = ? and pipeline_run_id = ?)`,
    )
    .run(input.now, scope.workspaceId, scope.workspaceId, input.id);
  await tx
    .statement('update pipeline_runs set state = ?, message = ?, ended_at = ? where workspace_id = ? and id = ?')
    .run(input.outcome, input.message, input.now, scope.workspaceId, input.id);
  await recordEvent(tx, scope, {
    id: input.eventId,
    kind: 'pipeline_run.ended',
    subjectKind: 'pipeline_run',
    subjectId: input.id,
    at: input.now,
    actor,
    data: { project: run.project, number: run.number, outcome: input.outcome },
  });
}
