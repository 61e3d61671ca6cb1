import * as tracking from '../../tracking/index.ts';
import type { LoggedMetric } from '../../tracking/index.ts';
import { tagOf } from './experiments.ts';
import * as messages from './messages.ts';
import type { Int64 } from './proto-fields.ts';
import { mlflowRoute } from './route.ts';

const write = 'tracking.write';

interface MetricMessage {
  readonly key: string;
  readonly value: number;
  readonly timestamp: Int64;
  readonly step: Int64;
  readonly model_id: string | undefined;
  readonly dataset_name: string | undefined;
  readonly dataset_digest: string | undefined;
}

function metricOf(metric: MetricMessage): LoggedMetric {
  return {
    name: metric.key,
    value: metric.value,
    timestamp: metric.timestamp,
    step: metric.step,
    modelId: metric.model_id,
    datasetName: metric.dataset_name,
    datasetDigest: metric.dataset_digest,
  };
}

export const loggingRoutes = [
  mlflowRoute({
    method: 'POST',
    path: '/mlflow/runs/log-metric',
    action: write,
    request: messages.logMetric,
    handler: ({ app, scope, request }) => tracking.logMetric(app, scope, request.run_id, metricOf(request)),
  }),
  mlflowRoute({
    method: 'POST',
    path: '/mlflow/runs/log-parameter',
    action: write,
    request: messages.logParam,
    handler: ({ app, scope, request }) => tracking.logParam(app, scope, request.run_id, tagOf(request)),
  }),
  mlflowRoute({
    method: 'POST',
    path: '/mlflow/runs/log-batch',
    action: write,
    request: messages.logBatch,
    handler: ({ app, scope, request }) =>
      tracking.logBatch(app, scope, {
        runId: request.run_id,
        metrics: request.metrics.map(metricOf),
        params: request.params.map(tagOf),
        tags: request.tags.map(tagOf),
      }),
  }),
].flat();
