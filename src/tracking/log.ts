import type { Scope } from '../access/index.ts';
import type { TrackingContext } from './context.ts';
import type { NamedValue } from './experiment.ts';
import { checkBatchSize, checkMetricName, checkParam, checkRunId, checkTag, checkTimestamp, invalid, pythonQuote } from './limits.ts';
import { logBatch as writeBatch, logParam as writeParam, setTag as writeTag, type MetricColumns, type ModelMetric } from './log-writes.ts';
import type { Metric } from './run.ts';

/** A point to log; `modelId` also puts it on that logged model. */
export interface LoggedMetric extends Metric {
  readonly modelId?: string | undefined;
  readonly datasetName?: string | undefined;
  readonly datasetDigest?: string | undefined;
}

export interface BatchInput {
  readonly runId: string;
  readonly metrics: readonly LoggedMetric[];
  readonly params: readonly NamedValue[];
  readonly tags: readonly NamedValue[];
}

/** Logs everything of the batch or nothing. */
export async function logBatch(ctx: TrackingContext, scope: Scope, batch: BatchInput): Promise<void> {
  checkRunId(batch.runId);
  checkMetrics(batch.metrics, (index, field) => `metrics[${index}].${field}`);
  const params = batch.params.map(({ name, value }, index) => ({ name, value: checkParam(name, value, `params[${index}].key`) }));
  const tags = batch.tags.map(({ name, value }, index) => ({ name, value: checkTag(name, value, `tags[${index}].`) }));
  checkBatchSize({ metrics: batch.metrics.length, params: params.length, tags: tags.length });
  checkUnique(params);
  await ctx.db.write(writeBatch, {
    scope: { workspaceId: scope.workspaceId },
    runId: batch.runId,
    metrics: toColumns(batch.metrics),
    modelMetrics: modelMetrics(batch.metrics),
    params,
    tags,
  });
}

export async function logMetric(ctx: TrackingContext, scope: Scope, runId: string, metric: LoggedMetric): Promise<void> {
  checkMetrics([metric], (_, field) => field);
  await ctx.db.write(writeBatch, {
    scope: { workspaceId: scope.workspaceId },
    runId,
    metrics: toColumns([metric]),
    modelMetrics: modelMetrics([metric]),
    params: [],
    tags: [],
  });
}

export async function logParam(ctx: TrackingContext, scope: Scope, runId: string, param: NamedValue): Promise<void> {
  const value = checkParam(param.name, param.value);
  await ctx.db.write(writeParam, { scope: { workspaceId: scope.workspaceId }, runId, param: { name: param.name, value } });
}

export async function setTag(ctx: TrackingContext, scope: Scope, runId: string, tag: NamedValue): Promise<void> {
  const value = checkTag(tag.name, tag.value);
  await ctx.db.write(writeTag, { scope: { workspaceId: scope.workspaceId }, runId, tag: { name: tag.name, value } });
}

function checkMetrics(metrics: readonly LoggedMetric[], path: (index: number, field: string) => string): void {
  let checked = '';
  for (const [index, metric] of metrics.entries()) {
    if (metric.name !== checked) checkMetricName(metric.name, path(index, 'name'));
    checked = metric.name;
    if (metric.timestamp < 0) checkTimestamp(metric.timestamp, metric.name, metric.value, path(index, 'timestamp'));
    if (!metric.datasetName !== !metric.datasetDigest)
      throw invalid('Both dataset_name and dataset_digest must be provided if one is provided');
  }
}

function checkUnique(params: readonly NamedValue[]): void {
  const seen = new Set<string>();
  const repeated = params.filter(({ name }) => seen.size === seen.add(name).size).map(({ name }) => pythonQuote(name));
  if (repeated.length === 0) return;
  throw invalid(
    `Duplicate parameter keys have been submitted: [${repeated.join(', ')}]. Please ensure the request contains only one param value per param key.`,
  );
}

function toColumns(metrics: readonly LoggedMetric[]): MetricColumns {
  const values = new Float64Array(metrics.length);
  for (const [index, metric] of metrics.entries()) values[index] = metric.value;
  return {
    names: metrics.map((metric) => metric.name),
    values,
    timestamps: metrics.map((metric) => metric.timestamp),
    steps: metrics.map((metric) => metric.step),
  };
}

function modelMetrics(metrics: readonly LoggedMetric[]): ModelMetric[] {
  return metrics.flatMap((metric) =>
    metric.modelId
      ? [
          {
            modelId: metric.modelId,
            name: metric.name,
            value: metric.value,
            timestamp: metric.timestamp,
            step: metric.step,
            datasetName: metric.datasetName,
            datasetDigest: metric.datasetDigest,
          },
        ]
      : [],
  );
}
