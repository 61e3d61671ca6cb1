import type { Scope } from '../access/index.ts';
import { defineRead, type Tx } from '../backends/db/port.ts';
import { MillwrightError } from '../errors.ts';
import type { NamedValue } from './experiment.ts';
import type { LoggedModel, LoggedModelMetric, LoggedModelStatus } from './logged-model.ts';
import { placeholders } from './rows.ts';
import { metricOf, type PointRow } from './run-queries.ts';

export interface LoggedModelRow {
  readonly model_key: number;
  readonly experiment_id: number;
  readonly model_id: string;
  readonly name: string;
  readonly model_type: string | null;
  readonly source_run_id: string | null;
  readonly status: LoggedModelStatus;
  readonly status_message: string | null;
  readonly artifact_location: string;
  readonly created_at: number;
  readonly updated_at: number;
  readonly deleted_at: number | null;
}

const columns = [
  'model_key',
  'experiment_id',
  'model_id',
  'name',
  'model_type',
  'source_run_id',
  'status',
  'status_message',
  'artifact_location',
  'created_at',
  'updated_at',
  'deleted_at',
] as const;

/** @param alias of the table, with its dot */
export function loggedModelColumns(alias = ''): string {
  return columns.map((column) => `${alias}${column}`).join(', ');
}

export function noLoggedModel(modelId: string): MillwrightError {
  return new MillwrightError('RESOURCE_DOES_NOT_EXIST', `Logged model with ID '${modelId}' not found.`);
}

/** @throws RESOURCE_DOES_NOT_EXIST, also for a deleted one unless `allowDeleted` */
export async function findLoggedModel(tx: Tx<never>, scope: Scope, modelId: string, allowDeleted = false): Promise<LoggedModelRow> {
  const [row] = await tx
    .statement<LoggedModelRow>(`select ${loggedModelColumns()} from logged_models where workspace_id = ? and model_id = ?`)
    .all(scope.workspaceId, modelId);
  if (row === undefined || (row.deleted_at !== null && !allowDeleted)) throw noLoggedModel(modelId);
  return row;
}

/** @throws RESOURCE_DOES_NOT_EXIST */
export const getLoggedModel = defineRead<never, { scope: Scope; modelId: string; allowDeleted?: boolean }, LoggedModel>(
  'tracking.getLoggedModel',
  async (tx, { scope, modelId, allowDeleted = false }) => {
    const [model] = await withModelData(tx, [await findLoggedModel(tx, scope, modelId, allowDeleted)]);
    return model!;
  },
);

/** Rows, in their order, with params, tags and metrics. */
export async function withModelData(tx: Tx<never>, rows: readonly LoggedModelRow[]): Promise<LoggedModel[]> {
  if (rows.length === 0) return [];
  const keys = rows.map((row) => row.model_key);
  const params = await valuesOf(tx, 'logged_model_params', keys);
  const tags = await valuesOf(tx, 'logged_model_tags', keys);
  const metrics = await metricsOf(tx, keys);
  return rows.map((row) => ({
    modelId: row.model_id,
    experimentId: row.experiment_id,
    name: row.name,
    modelType: row.model_type ?? undefined,
    sourceRunId: row.source_run_id ?? undefined,
    status: row.status,
    statusMessage: row.status_message ?? undefined,
    artifactLocation: row.artifact_location,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    deletedAt: row.deleted_at,
    params: params.get(row.model_key) ?? [],
    tags: tags.get(row.model_key) ?? [],
    metrics: metrics.get(row.model_key) ?? [],
  }));
}

async function valuesOf(
  tx: Tx<never>,
  table: 'logged_model_params' | 'logged_model_tags',
  keys: readonly number[],
): Promise<Map<number, NamedValue[]>> {
  const rows = await tx
    .statement<{ model_key: number; name: string; value: string }>(
      `select model_key, name, value from ${table} where model_key in (${placeholders(keys.length)}) order by model_key, name`,
    )
    .all(...keys);
  const byModel = Map.groupBy(rows, (row) => row.model_key);
  return new Map([...byModel].map(([key, values]) => [key, values.map(({ name, value }) => ({ name, value }))]));
}

async function metricsOf(tx: Tx<never>, keys: readonly number[]): Promise<Map<number, LoggedModelMetric[]>> {
  const rows = await tx
    .statement<PointRow & { model_key: number; name: string; run_id: string; dataset_name: string; dataset_digest: string }>(
      `select model_key, name, run_id, logged_at, step, value, is_nan, dataset_name, dataset_digest
       from logged_model_metrics where model_key in (${placeholders(keys.length)}) order by model_key, name, logged_at, step`,
    )
    .all(...keys);
  const byModel = Map.groupBy(rows, (row) => row.model_key);
  return new Map(
    [...byModel].map(([key, metrics]) => [
      key,
      metrics.map((row) => ({
        ...metricOf(row.name, row),
        runId: row.run_id,
        datasetName: row.dataset_name === '' ? undefined : row.dataset_name,
        datasetDigest: row.dataset_digest === '' ? undefined : row.dataset_digest,
      })),
    ]),
  );
}
