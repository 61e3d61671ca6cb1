import type { Scope } from '../../access/index.ts';
import { defineRead, type Tx } from '../../backends/db/port.ts';
import { MillwrightError } from '../../errors.ts';
import type { PipelineRunTables } from './tables.ts';

export interface PipelineRunRow {
  readonly id: string;
  readonly project: string;
  readonly number: number;
  readonly cause: string;
  readonly actor: string;
  readonly state: string;
  readonly message: string | null;
  readonly commit: string | null;
  readonly branch: string | null;
  readonly dirty: boolean;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly counts: Readonly<Record<string, number>>;
}

/** Newest first; `before` is the id of the last run of the page before. Ids sort by time. */
export const listPipelineRuns = defineRead<
  PipelineRunTables,
  { scope: Scope; project?: string; number?: number; before?: string; limit: number },
  PipelineRunRow[]
>('pipelines.listPipelineRuns', async (tx, { scope, project, number, before, limit }) => {
  let query = selectRuns(tx, scope).orderBy('id', 'desc').limit(limit);
  if (project !== undefined) query = query.where('project', '=', project);
  if (number !== undefined) query = query.where('number', '=', number);
  if (before !== undefined) query = query.where('id', '<', before);
  return withCounts(tx, scope, await query.execute());
});

function selectRuns(tx: Tx<PipelineRunTables>, scope: Scope) {
  return tx.kysely
    .selectFrom('pipeline_runs')
    .select((select) => [
      'id',
      'project',
      'number',
      'cause',
      'actor',
      'state',
      'message',
      'commit_hash',
      'branch',
      'started_at',
      'ended_at',
      select('patch', 'is not', null).as('dirty'),
    ])
    .where('workspace_id', '=', scope.workspaceId);
}

type SelectedRun = Awaited<ReturnType<ReturnType<typeof selectRuns>['execute']>>[number];

async function withCounts(tx: Tx<PipelineRunTables>, scope: Scope, runs: readonly SelectedRun[]): Promise<PipelineRunRow[]> {
  if (runs.length === 0) return [];
  const counted = await tx.kysely
    .selectFrom('stage_runs')
    .select((select) => ['pipeline_run_id', 'state', select.fn.countAll<number>().as('count')])
    .where('workspace_id', '=', scope.workspaceId)
    .where(
      'pipeline_run_id',
      'in',
      runs.map((run) => run.id),
    )
    .groupBy(['pipeline_run_id', 'state'])
    .execute();
  return runs.map((run) => ({
    id: run.id,
    project: run.project,
    number: run.number,
    cause: run.cause,
    actor: run.actor,
    state: run.state,
    message: run.message,
    commit: run.commit_hash,
    branch: run.branch,
    dirty: Boolean(run.dirty),
    startedAt: run.started_at,
    endedAt: run.ended_at,
    counts: Object.fromEntries(counted.filter((row) => row.pipeline_run_id === run.id).map((row) => [row.state, row.count])),
  }));
}

export interface StageRunRow {
  readonly id: string;
  readonly stage: string;
  readonly command: string;
  readonly after: readonly string[];
  readonly state: string;
  readonly exitCode: number | null;
  readonly message: string | null;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly cpuSeconds: number | null;
  readonly peakMemoryBytes: number | null;
  readonly params: Readonly<Record<string, Record<string, unknown>>>;
  readonly deps: readonly DataRow[];
  readonly outs: readonly DataRow[];
  readonly runIds: readonly string[];
  readonly madeBy: { readonly stageRunId: string; readonly pipelineRunId: string } | null;
}

export interface DataRow {
  readonly path: string;
  readonly algorithm: string;
  readonly hash: string;
  readonly sizeBytes?: number;
  readonly files?: number;
}

export interface PipelineRunDetail {
  readonly run: PipelineRunRow;
  readonly patch: string | null;
  readonly stages: readonly StageRunRow[];
}

/** @throws RESOURCE_DOES_NOT_EXIST */
export const getPipelineRun = defineRead<PipelineRunTables, { scope: Scope; id: string }, PipelineRunDetail>(
  'pipelines.getPipelineRun',
  async (tx, { scope, id }) => {
    const [run] = await withCounts(tx, scope, await selectRuns(tx, scope).where('id', '=', id).execute());
    if (run === undefined) throw new MillwrightError('RESOURCE_DOES_NOT_EXIST', `no pipeline run with id '${id}'`);
    const [patch] = await tx
      .statement<{ patch: string | null }>('select patch from pipeline_runs where workspace_id = ? and id = ?')
      .all(scope.workspaceId, id);
    return { run, patch: patch?.patch ?? null, stages: await stagesOf(tx, scope, id) };
  },
);

async function stagesOf(tx: Tx<PipelineRunTables>, scope: Scope, pipelineRunId: string): Promise<StageRunRow[]> {
  const stages = await tx.kysely
    .selectFrom('stage_runs')
    .selectAll()
    .where('workspace_id', '=', scope.workspaceId)
    .where('pipeline_run_id', '=', pipelineRunId)
    .orderBy('position')
    .execute();
  const data = await tx
    .statement<{
      stage_run_id: string;
      direction: string;
      path: string;
      algorithm: string;
      hash: string;
      size_bytes: number | null;
      files: number | null;
    }>(
      `select stage_run_id, direction, path, algorithm, hash, size_bytes, files from stage_run_data
       where workspace_id = ? and stage_run_id in (select id from stage_runs where workspace_id = ? and pipeline_run_id = ?) order by path`,
    )
    .all(scope.workspaceId, scope.workspaceId, pipelineRunId);
  const edges = await edgesOf(tx, scope, pipelineRunId);
  const dataOf = (id: string, direction: string): DataRow[] =>
    data
      .filter((row) => row.stage_run_id === id && row.direction === direction)
      .map((row) => ({
        path: row.path,
        algorithm: row.algorithm,
        hash: row.hash,
        ...(row.size_bytes === null ? {} : { sizeBytes: row.size_bytes }),
        ...(row.files === null ? {} : { files: row.files }),
      }));
  return stages.map((row) => ({
    id: row.id,
    stage: row.stage,
    command: row.command,
    after: JSON.parse(row.after_stages) as string[],
    state: row.state,
    exitCode: row.exit_code,
    message: row.message,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    cpuSeconds: row.cpu_seconds,
    peakMemoryBytes: row.peak_memory_bytes,
    params: JSON.parse(row.params) as Record<string, Record<string, unknown>>,
    deps: dataOf(row.id, 'in'),
    outs: dataOf(row.id, 'out'),
    runIds: edges.runs.filter((edge) => edge.stage === row.id).map((edge) => edge.run),
    madeBy: edges.makers.get(row.id) ?? null,
  }));
}

/** What lineage says of the stage runs: the MLflow runs they logged, and the stage runs whose outputs the skipped ones reuse. */
async function edgesOf(tx: Tx<PipelineRunTables>, scope: Scope, pipelineRunId: string) {
  const runs = await tx
    .statement<{ stage: string; run: string }>(
      `select from_id as stage, to_id as run from lineage_edges where workspace_id = ? and from_kind = 'stage_run' and to_kind = 'run'
       and from_id in (select id from stage_runs where workspace_id = ? and pipeline_run_id = ?) order by at`,
    )
    .all(scope.workspaceId, scope.workspaceId, pipelineRunId);
  const makers = await tx
    .statement<{ stage: string; maker: string; pipeline_run_id: string }>(
      `select to_id as stage, from_id as maker, stage_runs.pipeline_run_id from lineage_edges
       join stage_runs on stage_runs.workspace_id = lineage_edges.workspace_id and stage_runs.id = lineage_edges.from_id
       where lineage_edges.workspace_id = ? and from_kind = 'stage_run' and to_kind = 'stage_run' and relation = 'reused'
       and to_id in (select id from stage_runs where workspace_id = ? and pipeline_run_id = ?)`,
    )
    .all(scope.workspaceId, scope.workspaceId, pipelineRunId);
  return { runs, makers: new Map(makers.map((row) => [row.stage, { stageRunId: row.maker, pipelineRunId: row.pipeline_run_id }])) };
}

/** The MLflow runs that stage runs logged, oldest first, by stage run. */
export async function runsOfStageRuns(
  tx: Tx<PipelineRunTables>,
  scope: Scope,
  stageRunIds: readonly string[],
): Promise<Map<string, readonly string[]>> {
  const logged = new Map<string, string[]>();
  for (let start = 0; start < stageRunIds.length; start += chunkIds) {
    const ids = stageRunIds.slice(start, start + chunkIds);
    const rows = await tx
      .statement<{ stage: string; run: string }>(
        `select from_id as stage, to_id as run from lineage_edges where workspace_id = ? and from_kind = 'stage_run' and to_kind = 'run'
         and from_id in (${ids.map(() => '?').join(', ')}) order by at, to_id`,
      )
      .all(scope.workspaceId, ...ids);
    for (const { stage, run } of rows) logged.set(stage, [...(logged.get(stage) ?? []), run]);
  }
  return logged;
}

/** Ids in one statement: bounds its length. */
const chunkIds = 500;

/** Who reads and writes a path, by stage name, in the newest pipeline run of each project: for the list of datasets. */
export const stagesOfPaths = defineRead<
  PipelineRunTables,
  { scope: Scope },
  { project: string; path: string; direction: string; stage: string }[]
>('pipelines.stagesOfPaths', async (tx, { scope }) =>
  tx
    .statement<{ project: string; path: string; direction: string; stage: string }>(
      `select pipeline_runs.project, stage_run_data.path, stage_run_data.direction, stage_runs.stage
         from pipeline_runs
         join stage_runs on stage_runs.workspace_id = pipeline_runs.workspace_id and stage_runs.pipeline_run_id = pipeline_runs.id
         join stage_run_data on stage_run_data.workspace_id = stage_runs.workspace_id and stage_run_data.stage_run_id = stage_runs.id
         where pipeline_runs.workspace_id = ? and pipeline_runs.number =
           (select max(newest.number) from pipeline_runs newest where newest.workspace_id = pipeline_runs.workspace_id and newest.project = pipeline_runs.project)
         limit 20000`,
    )
    .all(scope.workspaceId),
);

/** What people call stage runs: `<project> #<number> · <stage>`. */
export const nameStageRuns = defineRead<
  PipelineRunTables,
  { scope: Scope; ids: readonly string[] },
  { id: string; stage: string; pipelineRunId: string; project: string; number: number }[]
>('pipelines.nameStageRuns', async (tx, { scope, ids }) =>
  ids.length === 0
    ? []
    : tx.kysely
        .selectFrom('stage_runs')
        .innerJoin('pipeline_runs', (join) =>
          join
            .onRef('pipeline_runs.workspace_id', '=', 'stage_runs.workspace_id')
            .onRef('pipeline_runs.id', '=', 'stage_runs.pipeline_run_id'),
        )
        .select(['stage_runs.id', 'stage_runs.stage', 'pipeline_runs.id as pipelineRunId', 'pipeline_runs.project', 'pipeline_runs.number'])
        .where('stage_runs.workspace_id', '=', scope.workspaceId)
        .where('stage_runs.id', 'in', [...ids])
        .execute(),
);

/** What people call pipeline runs: `<project> #<number>`. */
export const namePipelineRuns = defineRead<
  PipelineRunTables,
  { scope: Scope; ids: readonly string[] },
  { id: string; project: string; number: number }[]
>('pipelines.namePipelineRuns', async (tx, { scope, ids }) =>
  ids.length === 0
    ? []
    : tx.kysely
        .selectFrom('pipeline_runs')
        .select(['id', 'project', 'number'])
        .where('workspace_id', '=', scope.workspaceId)
        .where('id', 'in', [...ids])
        .execute(),
);

export const countPipelineRuns = defineRead<PipelineRunTables, { scope: Scope }, number>(
  'pipelines.countPipelineRuns',
  async (tx, { scope }) => {
    const [row] = await tx
      .statement<{ count: number }>('select count(*) as count from pipeline_runs where workspace_id = ?')
      .all(scope.workspaceId);
    return row!.count;
  },
);

/** A path at which a stage read or wrote a content: the name of data that no dataset knows, such as a script. */
export const pathOfContent = defineRead<
  PipelineRunTables,
  { scope: Scope; algorithm: string; hash: string },
  { path: string; stage: string; pipelineRunId: string } | undefined
>('pipelines.pathOfContent', async (tx, { scope, algorithm, hash }) => {
  const [row] = await tx
    .statement<{ path: string; stage: string; pipelineRunId: string }>(
      `select stage_run_data.path, stage_runs.stage, stage_runs.pipeline_run_id as "pipelineRunId" from stage_run_data
       join stage_runs on stage_runs.workspace_id = stage_run_data.workspace_id and stage_runs.id = stage_run_data.stage_run_id
       where stage_run_data.workspace_id = ? and stage_run_data.hash = ? and stage_run_data.algorithm = ? order by stage_run_data.stage_run_id desc limit 1`,
    )
    .all(scope.workspaceId, hash, algorithm);
  return row;
});
