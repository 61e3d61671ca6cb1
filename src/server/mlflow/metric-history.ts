import { MillwrightError } from '../../errors.ts';
import * as tracking from '../../tracking/index.ts';
import type { RunMetric } from '../../tracking/index.ts';
import * as messages from './messages.ts';
import type { Int64 } from './proto-fields.ts';
import { listJson } from './proto-json.ts';
import { mlflowRoute } from './route.ts';
import { metricJson } from './run-json.ts';

/** Points in one answer where the client names no page size: the rest follows under `next_page_token`. */
const unpagedLimit = 250_000;
const bulkLimit = 25_000;
const bulkRuns = 100;
const intervalLimit = 2500;

function invalid(message: string): MillwrightError {
  return new MillwrightError('INVALID_PARAMETER_VALUE', message);
}

function runMetricJson(metric: RunMetric): object {
  return { ...metricJson(metric), run_id: metric.runId };
}

export const metricHistoryRoutes = [
  mlflowRoute({
    method: 'GET',
    path: '/mlflow/metrics/get-history',
    action: 'read',
    request: messages.getMetricHistory,
    async handler({ app, scope, request }) {
      const limit = request.max_results ?? unpagedLimit;
      if (limit <= 0) throw invalid(`Invalid value ${limit} for parameter 'max_results' supplied. It must be a positive integer.`);
      const page = await app.db.read(tracking.getMetricHistory, {
        scope,
        runId: request.run_id,
        name: request.metric_key,
        limit: Math.min(Number(limit), unpagedLimit),
        pageToken: request.page_token || undefined,
      });
      return { metrics: listJson(page.metrics.map(metricJson)), next_page_token: page.nextPageToken };
    },
  }),
  mlflowRoute({
    method: 'GET',
    path: '/mlflow/metrics/get-history-bulk',
    action: 'read',
    request: messages.getMetricHistoryBulk,
    async handler({ app, scope, request }) {
      const count = request.run_id.length;
      if (count === 0) throw invalid('GetMetricHistoryBulk request must specify at least one run_id.');
      if (count > bulkRuns) {
        throw invalid(`GetMetricHistoryBulk request cannot specify more than ${bulkRuns} run_ids. Received ${count} run_ids.`);
      }
      if (request.metric_key === undefined) throw invalid('GetMetricHistoryBulk request must specify a metric_key.');
      const limit = Math.min(positive(request.max_results ?? bulkLimit), bulkLimit);
      const query = { scope, runIds: request.run_id, name: request.metric_key, limit };
      return { metrics: (await app.db.read(tracking.getMetricHistories, query)).map(runMetricJson) };
    },
  }),
  mlflowRoute({
    method: 'GET',
    path: '/mlflow/metrics/get-history-bulk-interval',
    action: 'read',
    request: messages.getMetricHistoryBulkInterval,
    async handler({ app, scope, request }) {
      const count = request.run_ids.length;
      const seeDocs = 'See the API docs for more information about request parameters.';
      if (count > bulkRuns) {
        throw invalid(
          `GetMetricHistoryBulkInterval request must specify at most ${bulkRuns} run_ids. Received ${count} run_ids. ${seeDocs}`,
        );
      }
      const limit = request.max_results ?? intervalLimit;
      if (limit < 1 || limit > intervalLimit) throw invalid(`max_results must be between 1 and ${intervalLimit}. ${seeDocs}`);
      const metrics = await app.db.read(tracking.sampleMetricHistories, {
        scope,
        runIds: request.run_ids,
        name: request.metric_key,
        limit: Number(limit),
        steps: stepRange(request.start_step, request.end_step),
      });
      return { metrics: listJson(metrics.map(runMetricJson)) };
    },
  }),
].flat();

function positive(limit: Int64): number {
  if (limit <= 0) throw invalid(`Invalid value ${limit} for parameter 'max_results' supplied. It must be a positive integer.`);
  return Number(limit);
}

function stepRange(from: Int64 | undefined, to: Int64 | undefined): { from: Int64; to: Int64 } | undefined {
  if (from === undefined && to === undefined) return undefined;
  if (from === undefined || to === undefined) throw invalid('If either start step or end step are specified, both must be specified.');
  if (from > to) throw invalid(`end_step must be greater than start_step. Found start_step=${from} and end_step=${to}.`);
  return { from, to };
}
