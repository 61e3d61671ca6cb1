import type { Scope } from '../access/index.ts';
import { defineRead, type Tx } from '../backends/db/port.ts';
import type { NamedValue } from './experiment.ts';
import { placeholders } from './rows.ts';
import type { DatasetInput, Int64, Metric, ModelOutput, Run } from './run.ts';
import { findRun, runColumns, runInfo, type RunRow } from './run-writes.ts';

/** Active or deleted. @throws RESOURCE_DOES_NOT_EXIST */
export const getRun = defineRead<never, { scope: Scope; runId: string }, Run>('tracking.getRun', async (tx, { scope, runId }) => {
  const [run] = await withData(tx, [await findRun(tx, scope, runId)]);
  return run!;
});

/** Active or deleted; those that are not there are left out. In no particular order. */
export const getRuns = defineRead<never, { scope: Scope; runIds: readonly string[] }, Run[]>(
  'tracking.getRuns',
  async (tx, { scope, runIds }) => {
    if (runIds.length === 0) return [];
    const rows = await tx
      .statement<RunRow>(`select ${runColumns} from runs where workspace_id = ? and run_id in (${placeholders(runIds.length)})`)
      .all(scope.workspaceId, ...runIds);
    return withData(tx, rows);
  },
);

/** Runs a statement takes at most: bounds its length. */
const chunkRuns = 500;

/** Rows, in their order, with everything that was logged to them. */
export async function withData(tx: Tx<never>, rows: readonly RunRow[]): Promise<Run[]> {
  const runs: Run[] = [];
  for (let start = 0; start < rows.length; start += chunkRuns) {
    const chunk = rows.slice(start, start + chunkRuns);
    const keys = chunk.map((row) => row.run_key);
    const metrics = await metricsOf(tx, keys);
    const params = await valuesOf(tx, 'run_params', keys);
    const tags = await valuesOf(tx, 'run_tags', keys);
    const datasets = await datasetsOf(tx, keys);
    const models = await modelsOf(tx, keys);
    for (const row of chunk) {
      runs.push({
        info: runInfo(row),
        metrics: metrics.get(row.run_key) ?? [],
        params: params.get(row.run_key) ?? [],
        tags: tags.get(row.run_key) ?? [],
        datasets: datasets.get(row.run_key) ?? [],
        modelInputs: models.inputs.get(row.run_key) ?? [],
        modelOutputs: models.outputs.get(row.run_key) ?? [],
      });
    }
  }
  return runs;
}

export interface PointRow {
  readonly logged_at: Int64;
  readonly step: Int64;
  readonly value: number;
  readonly is_nan: number;
}

export function metricOf(name: string, row: PointRow): Metric {
  return { name, value: row.is_nan ? NaN : row.value, timestamp: row.logged_at, step: row.step };
}

async function metricsOf(tx: Tx<never>, runKeys: readonly number[]): Promise<Map<number, Metric[]>> {
  const rows = await tx
    .statement<PointRow & { run_key: number; name: string }>(
      `select run_key, name, logged_at, step, value, is_nan from metric_series where run_key in (${placeholders(runKeys.length)}) order by run_key, name`,
    )
    .all(...runKeys);
  return grouped(rows, (row) => metricOf(row.name, row));
}

async function valuesOf(tx: Tx<never>, table: 'run_params' | 'run_tags', runKeys: readonly number[]): Promise<Map<number, NamedValue[]>> {
  const rows = await tx
    .statement<{ run_key: number; name: string; value: string }>(
      `select run_key, name, value from ${table} where run_key in (${placeholders(runKeys.length)}) order by run_key, name`,
    )
    .all(...runKeys);
  return grouped(rows, ({ name, value }) => ({ name, value }));
}

interface DatasetRow {
  readonly run_key: number;
  readonly dataset_key: number;
  readonly name: string;
  readonly digest: string;
  readonly source_type: string;
  readonly source: string;
  readonly schema: string | null;
  readonly profile: string | null;
}

async function datasetsOf(tx: Tx<never>, runKeys: readonly number[]): Promise<Map<number, DatasetInput[]>> {
  const rows = await tx
    .statement<DatasetRow>(
      `select i.run_key, d.dataset_key, d.name, d.digest, d.source_type, d.source, d.schema, d.profile
       from dataset_inputs i join datasets d on d.dataset_key = i.dataset_key
       where i.run_key in (${placeholders(runKeys.length)}) order by i.run_key, i.position, d.dataset_key`,
    )
    .all(...runKeys);
  if (rows.length === 0) return new Map();
  const tagRows = await tx
    .statement<{ run_key: number; dataset_key: number; name: string; value: string }>(
      `select run_key, dataset_key, name, value from dataset_input_tags where run_key in (${placeholders(runKeys.length)}) order by name`,
    )
    .all(...runKeys);
  return grouped(rows, (row) => ({
    dataset: {
      name: row.name,
      digest: row.digest,
      sourceType: row.source_type,
      source: row.source,
      schema: row.schema ?? undefined,
      profile: row.profile ?? undefined,
    },
    tags: tagRows
      .filter((tag) => tag.run_key === row.run_key && tag.dataset_key === row.dataset_key)
      .map(({ name, value }) => ({ name, value })),
  }));
}

async function modelsOf(
  tx: Tx<never>,
  runKeys: readonly number[],
): Promise<{ inputs: Map<number, string[]>; outputs: Map<number, ModelOutput[]> }> {
  const rows = await tx
    .statement<{ run_key: number; direction: string; model_id: string; step: Int64 }>(
      `select run_key, direction, model_id, step from run_models where run_key in (${placeholders(runKeys.length)}) order by run_key, step, model_id`,
    )
    .all(...runKeys);
  return {
    inputs: grouped(
      rows.filter((row) => row.direction === 'input'),
      (row) => row.model_id,
    ),
    outputs: grouped(
      rows.filter((row) => row.direction === 'output'),
      (row) => ({ modelId: row.model_id, step: row.step }),
    ),
  };
}

function grouped<Row extends { readonly run_key: number }, Item>(rows: readonly Row[], item: (row: Row) => Item): Map<number, Item[]> {
  const groups = new Map<number, Item[]>();
  for (const row of rows) {
    const group = groups.get(row.run_key);
    if (group === undefined) groups.set(row.run_key, [item(row)]);
    else group.push(item(row));
  }
  return groups;
}

/** Active runs of all experiments. */
export const countRuns = defineRead<never, { scope: Scope }, number>('tracking.countRuns', async (tx, { scope }) => {
  const [row] = await tx
    .statement<{ count: number }>('select count(*) as count from runs where workspace_id = ? and deleted_at is null')
    .all(scope.workspaceId);
  return row!.count;
});
