/** Logging: the hot path. Prepared statements only, many rows each. */
import type { Scope } from '../access/index.ts';
import { defineWrite, type SqlValue, type Tx } from '../backends/db/port.ts';
import type { NamedValue } from './experiment.ts';
import { invalid, pythonQuote } from './limits.ts';
import { insertRows, placeholders } from './rows.ts';
import type { Int64 } from './run.ts';
import { findActiveRun, tagRun, type RunRow } from './run-writes.ts';

/** Metrics as columns: they cross to the writer at a fraction of what a thousand objects cost. */
export interface MetricColumns {
  readonly names: readonly string[];
  readonly values: Float64Array;
  readonly timestamps: readonly Int64[];
  readonly steps: readonly Int64[];
}

/** A metric that was measured on a logged model, and perhaps on a dataset. */
export interface ModelMetric {
  readonly modelId: string;
  readonly name: string;
  readonly value: number;
  readonly timestamp: Int64;
  readonly step: Int64;
  readonly datasetName: string | undefined;
  readonly datasetDigest: string | undefined;
}

export interface Batch {
  readonly scope: Scope;
  readonly runId: string;
  readonly metrics: MetricColumns;
  readonly modelMetrics: readonly ModelMetric[];
  readonly params: readonly NamedValue[];
  readonly tags: readonly NamedValue[];
}

/** Rows are upserted in one order of names for all, so that clients of one run wait for each other and never lock up. */
const commutes = { commutes: true } as const;

/** Logs params, metrics and tags of one run: all of them or, where a param would change, none. */
export const logBatch = defineWrite<never, Batch, void>(
  'tracking.logBatch',
  async (tx, batch) => {
    const run = await findActiveRun(tx, batch.scope, batch.runId);
    if (batch.params.length > 0) {
      const changes = await putParams(tx, run, batch.params);
      if (changes.length > 0) {
        throw invalid(
          `Changing param values is not allowed. Params were already logged='[${changes.map(changeText).join(', ')}]' for run ID='${batch.runId}'.`,
        );
      }
    }
    if (batch.metrics.names.length > 0) await putMetrics(tx, run, batch.metrics);
    if (batch.modelMetrics.length > 0) await putModelMetrics(tx, batch.scope, run, batch.modelMetrics);
    if (batch.tags.length > 0) await tagRun(tx, run, batch.tags);
  },
  commutes,
);

export const logParam = defineWrite<never, { scope: Scope; runId: string; param: NamedValue }, void>(
  'tracking.logParam',
  async (tx, { scope, runId, param }) => {
    const run = await findActiveRun(tx, scope, runId);
    const [change] = await putParams(tx, run, [param]);
    if (change === undefined) return;
    throw invalid(
      `Changing param values is not allowed. Param with key='${param.name}' was already logged with value='${change.old}' for run ID='${runId}'. Attempted logging new value '${param.value}'.`,
    );
  },
  commutes,
);

interface ParamChange extends NamedValue {
  readonly old: string;
}

/** Stores new params and answers those that are there with another value. Names must be unique. */
async function putParams(tx: Tx<never>, run: RunRow, params: readonly NamedValue[]): Promise<ParamChange[]> {
  const inserted = await insertRows<{ name: string }>(
    tx,
    'insert into run_params (run_key, name, value)',
    3,
    'on conflict (run_key, name) do nothing returning name',
    params.toSorted(byName).flatMap(({ name, value }) => [run.run_key, name, value]),
  );
  if (inserted.length === params.length) return [];
  const fresh = new Set(inserted.map((row) => row.name));
  const present = params.filter(({ name }) => !fresh.has(name));
  const rows = await tx
    .statement<{ name: string; value: string }>(
      `select name, value from run_params where run_key = ? and name in (${placeholders(present.length)})`,
    )
    .all(run.run_key, ...present.map(({ name }) => name));
  const stored = new Map(rows.map((row) => [row.name, row.value]));
  return present.filter(({ name, value }) => stored.get(name) !== value).map((param) => ({ ...param, old: stored.get(param.name) ?? '' }));
}

function changeText(change: ParamChange): string {
  return `{'key': ${pythonQuote(change.name)}, 'old_value': ${pythonQuote(change.old)}, 'new_value': ${pythonQuote(change.value)}}`;
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

const newer = '(excluded.step, excluded.logged_at, excluded.value) > (metric_series.step, metric_series.logged_at, metric_series.value)';

/** Keeps the newest point by (step, timestamp, value); always answers the series' key. */
const upsertSeries = `on conflict (run_key, name) do update set
  step = case when ${newer} then excluded.step else metric_series.step end,
  logged_at = case when ${newer} then excluded.logged_at else metric_series.logged_at end,
  value = case when ${newer} then excluded.value else metric_series.value end,
  is_nan = case when ${newer} then excluded.is_nan else metric_series.is_nan end
  returning series_key, name`;

/** NaN is stored as 0 with a flag, as in MLflow: so it also counts in comparisons of the newest point. */
async function putMetrics(tx: Tx<never>, run: RunRow, metrics: MetricColumns): Promise<void> {
  const newest = newestPoints(metrics);
  const names = newest.size === 1 ? newest.keys() : [...newest.keys()].toSorted(); // one order for all: no deadlocks
  const series: SqlValue[] = [];
  for (const name of names) {
    const index = newest.get(name)!;
    const value = metrics.values[index]!;
    const nan = Number.isNaN(value);
    series.push(run.experiment_id, run.run_key, name, metrics.steps[index]!, metrics.timestamps[index]!, nan ? 0 : value, nan ? 1 : 0);
  }
  const keys = new Map<string, SqlValue>();
  const head = 'insert into metric_series (experiment_id, run_key, name, step, logged_at, value, is_nan)';
  for (const row of await insertRows<{ name: string; series_key: number }>(tx, head, 7, upsertSeries, series)) {
    keys.set(row.name, row.series_key);
  }
  const points: SqlValue[] = [];
  for (let index = 0; index < metrics.names.length; index += 1) {
    const value = metrics.values[index]!;
    const nan = Number.isNaN(value);
    points.push(keys.get(metrics.names[index]!)!, metrics.timestamps[index]!, metrics.steps[index]!, nan ? 0 : value, nan ? 1 : 0);
  }
  await insertRows(tx, 'insert into metric_points (series_key, logged_at, step, value, is_nan)', 5, 'on conflict do nothing', points);
}

/** Of each metric in the batch the index of its newest point. */
function newestPoints(metrics: MetricColumns): Map<string, number> {
  const newest = new Map<string, number>();
  for (let index = 0; index < metrics.names.length; index += 1) {
    const name = metrics.names[index]!;
    const other = newest.get(name);
    if (other === undefined || isNewer(metrics, index, other)) newest.set(name, index);
  }
  return newest;
}

function isNewer(metrics: MetricColumns, a: number, b: number): boolean {
  const step = compare(metrics.steps[a]!, metrics.steps[b]!);
  if (step !== 0) return step > 0;
  const time = compare(metrics.timestamps[a]!, metrics.timestamps[b]!);
  return time === 0 ? (metrics.values[a]! || 0) > (metrics.values[b]! || 0) : time > 0;
}

function compare(a: Int64, b: Int64): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

async function putModelMetrics(tx: Tx<never>, scope: Scope, run: RunRow, metrics: readonly ModelMetric[]): Promise<void> {
  const keys = new Map<string, SqlValue>();
  for (const modelId of new Set(metrics.map((metric) => metric.modelId))) {
    const [row] = await tx
      .statement<{ model_key: number }>('select model_key from logged_models where workspace_id = ? and model_id = ?')
      .all(scope.workspaceId, modelId);
    if (row === undefined) throw invalid(`Logged model with ID '${modelId}' not found.`);
    keys.set(modelId, row.model_key);
  }
  const values = metrics.flatMap((metric): SqlValue[] => [
    keys.get(metric.modelId)!,
    metric.name,
    run.run_id,
    metric.timestamp,
    metric.step,
    Number.isNaN(metric.value) ? 0 : metric.value,
    Number.isNaN(metric.value) ? 1 : 0,
    metric.datasetName ?? '',
    metric.datasetDigest ?? '',
  ]);
  const head = 'insert into logged_model_metrics (model_key, name, run_id, logged_at, step, value, is_nan, dataset_name, dataset_digest)';
  await insertRows(tx, head, 9, 'on conflict do nothing', values);
}

export const setTag = defineWrite<never, { scope: Scope; runId: string; tag: NamedValue }, void>(
  'tracking.setTag',
  async (tx, { scope, runId, tag }) => tagRun(tx, await findActiveRun(tx, scope, runId), [tag]),
  commutes,
);
