import type { Scope } from '../access/index.ts';
import { defineWrite, type Tx } from '../backends/db/port.ts';
import { MillwrightError } from '../errors.ts';
import { recordEvent } from '../events/index.ts';
import { recordEdges, type Edge } from '../lineage/index.ts';
import { below } from './artifact-location.ts';
import type { NamedValue } from './experiment.ts';
import { findActiveExperiment } from './experiment-writes.ts';
import { invalid } from './limits.ts';
import { insertRows } from './rows.ts';
import { isEnded, runNameTag, type Int64, type RunInfo, type RunStatus } from './run.ts';

export interface RunRow {
  readonly run_key: number;
  readonly experiment_id: number;
  readonly run_id: string;
  readonly name: string;
  readonly user_id: string;
  readonly status: RunStatus;
  readonly started_at: Int64;
  readonly ended_at: Int64 | null;
  readonly deleted_at: number | null;
  readonly artifact_uri: string;
}

export const runColumns = 'run_key, experiment_id, run_id, name, user_id, status, started_at, ended_at, deleted_at, artifact_uri';

export function runInfo(row: RunRow): RunInfo {
  return {
    runId: row.run_id,
    experimentId: row.experiment_id,
    name: row.name,
    userId: row.user_id,
    status: row.status,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    deletedAt: row.deleted_at,
    artifactUri: row.artifact_uri,
  };
}

/** @throws RESOURCE_DOES_NOT_EXIST */
export async function findRun(tx: Tx<never>, scope: Scope, runId: string): Promise<RunRow> {
  const [row] = await tx
    .statement<RunRow>(`select ${runColumns} from runs where workspace_id = ? and run_id = ?`)
    .all(scope.workspaceId, runId);
  if (row === undefined) throw new MillwrightError('RESOURCE_DOES_NOT_EXIST', `Run with id=${runId} not found`);
  return row;
}

/** @throws INVALID_PARAMETER_VALUE where the run is deleted */
export async function findActiveRun(tx: Tx<never>, scope: Scope, runId: string): Promise<RunRow> {
  const row = await findRun(tx, scope, runId);
  if (row.deleted_at !== null) throw invalid(`The run ${runId} must be in the 'active' state. Current state is deleted.`);
  return row;
}

export interface NewRun {
  readonly scope: Scope;
  readonly actor: string;
  readonly experimentId: number;
  readonly runId: string;
  readonly name: string;
  readonly userId: string;
  readonly startedAt: Int64;
  /** Values as they are stored; the name's tag among them. */
  readonly tags: readonly NamedValue[];
  readonly edges: readonly Edge[];
  readonly eventId: string;
  readonly now: number;
}

export const insertRun = defineWrite<never, NewRun, RunInfo>('tracking.insertRun', async (tx, input) => {
  const experiment = await findActiveExperiment(tx, input.scope, input.experimentId);
  const artifactUri = below(experiment.artifact_location, `${input.runId}/artifacts`);
  const [row] = await tx
    .statement<RunRow>(
      `insert into runs (workspace_id, experiment_id, run_id, name, user_id, status, started_at, artifact_uri)
       values (?, ?, ?, ?, ?, 'RUNNING', ?, ?) returning ${runColumns}`,
    )
    .all(input.scope.workspaceId, input.experimentId, input.runId, input.name, input.userId, input.startedAt, artifactUri);
  await putTags(tx, row!.run_key, input.tags);
  await recordEvent(tx, input.scope, {
    id: input.eventId,
    kind: 'run.created',
    subjectKind: 'run',
    subjectId: input.runId,
    at: input.now,
    actor: input.actor,
    data: { experimentId: input.experimentId, name: input.name },
  });
  await recordEdges(tx, input.scope, input.now, input.edges);
  return runInfo(row!);
});

/** Last value of a name wins. */
async function putTags(tx: Tx<never>, runKey: number, tags: readonly NamedValue[]): Promise<void> {
  const last = new Map(tags.map(({ name, value }) => [name, value]));
  await insertRows(
    tx,
    'insert into run_tags (run_key, name, value)',
    3,
    'on conflict (run_key, name) do update set value = excluded.value',
    [...last].toSorted(([a], [b]) => (a < b ? -1 : 1)).flatMap(([name, value]) => [runKey, name, value]),
  );
}

/** Sets tags of a run; the tag that holds its name renames the run. */
export async function tagRun(tx: Tx<never>, run: RunRow, tags: readonly NamedValue[]): Promise<void> {
  await putTags(tx, run.run_key, tags);
  const name = tags.findLast((tag) => tag.name === runNameTag)?.value;
  if (name !== undefined && name !== '') await tx.statement('update runs set name = ? where run_key = ?').run(name, run.run_key);
}

export interface RunChange {
  readonly scope: Scope;
  readonly actor: string;
  readonly runId: string;
  readonly status: RunStatus | undefined;
  readonly endedAt: Int64 | undefined;
  /** Nothing changes where it is absent or empty. */
  readonly name: string | undefined;
  readonly eventId: string;
  readonly now: number;
}

/** Changes status, end or name; a run that comes to its end makes an event. */
export const updateRun = defineWrite<never, RunChange, RunInfo>('tracking.updateRun', async (tx, change) => {
  const run = await findActiveRun(tx, change.scope, change.runId);
  const name = change.name === undefined || change.name === '' ? run.name : change.name;
  const changed: RunRow = { ...run, name, status: change.status ?? run.status, ended_at: change.endedAt ?? run.ended_at };
  await tx
    .statement('update runs set name = ?, status = ?, ended_at = ? where run_key = ?')
    .run(changed.name, changed.status, changed.ended_at, run.run_key);
  if (name !== run.name) await putTags(tx, run.run_key, [{ name: runNameTag, value: name }]);
  if (isEnded(changed.status) && !isEnded(run.status)) {
    await recordEvent(tx, change.scope, {
      id: change.eventId,
      kind: 'run.ended',
      subjectKind: 'run',
      subjectId: run.run_id,
      at: change.now,
      actor: change.actor,
      data: { experimentId: run.experiment_id, name: changed.name, status: changed.status },
    });
  }
  return runInfo(changed);
});

/** Deleting twice, or restoring what is active, changes nothing. */
export const setRunDeleted = defineWrite<never, { scope: Scope; runId: string; deleted: boolean; now: number }, void>(
  'tracking.setRunDeleted',
  async (tx, { scope, runId, deleted, now }) => {
    const run = await findRun(tx, scope, runId);
    await tx.statement('update runs set deleted_at = ? where run_key = ?').run(deleted ? (run.deleted_at ?? now) : null, run.run_key);
  },
);

export const deleteTag = defineWrite<never, { scope: Scope; runId: string; name: string }, void>(
  'tracking.deleteTag',
  async (tx, { scope, runId, name }) => {
    const run = await findActiveRun(tx, scope, runId);
    const gone = await tx.statement('delete from run_tags where run_key = ? and name = ? returning name').all(run.run_key, name);
    if (gone.length === 0) throw new MillwrightError('RESOURCE_DOES_NOT_EXIST', `No tag with name: ${name} in run with id ${runId}`);
  },
);

const modelHistoryTag = 'mlflow.log-model.history';
const modelHistoryFields = ['run_id', 'artifact_path', 'utc_time_created', 'model_uuid', 'flavors'];

/** Adds a model to the list in the run's tag; a list that would not fit in a tag is refused. */
export const appendModel = defineWrite<never, { scope: Scope; runId: string; model: Readonly<Record<string, unknown>> }, void>(
  'tracking.appendModel',
  async (tx, { scope, runId, model }) => {
    const run = await findActiveRun(tx, scope, runId);
    const [row] = await tx
      .statement<{ value: string }>('select value from run_tags where run_key = ? and name = ?')
      .all(run.run_key, modelHistoryTag);
    const entry = Object.fromEntries(modelHistoryFields.map((field) => [field, model[field] ?? null]));
    const value = JSON.stringify([...parseList(row?.value ?? '[]'), entry]);
    await putTags(tx, run.run_key, [{ name: modelHistoryTag, value }]);
  },
);

/** The list in a tag; empty where a client wrote something else into it. */
function parseList(json: string): unknown[] {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
