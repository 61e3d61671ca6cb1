import { MillwrightError } from '../../errors.ts';
import * as tracking from '../../tracking/index.ts';
import { experimentJson, runJson } from './run-json.ts';
import { loggedModelJson } from './logged-models.ts';
import * as messages from './messages.ts';
import type { Message } from './proto-fields.ts';
import { listJson } from './proto-json.ts';
import { mlflowRoute, type MlflowCall } from './route.ts';

const mostRuns = 50_000;

async function searchExperiments({ app, scope, request }: MlflowCall<typeof messages.searchExperiments.shape>): Promise<object> {
  const found = await app.db.read(tracking.searchExperiments, {
    scope,
    filter: request.filter ?? '',
    view: request.view_type ?? 'ACTIVE_ONLY',
    orderBy: request.order_by,
    limit: request.max_results ?? 0,
    pageToken: request.page_token || undefined,
  });
  return { experiments: listJson(found.experiments.map(experimentJson)), next_page_token: found.nextPageToken };
}

function loggedModelSearch(request: Message<typeof messages.searchLoggedModels.shape>): Omit<tracking.LoggedModelSearch, 'scope'> {
  return {
    experimentIds: request.experiment_ids.map(tracking.parseExperimentId),
    filter: request.filter ?? '',
    datasets: request.datasets.map((dataset) => ({ name: dataset.dataset_name, digest: dataset.dataset_digest || undefined })),
    orderBy: request.order_by.map((ordering) => ({
      field: ordering.field_name,
      ascending: ordering.ascending,
      datasetName: ordering.dataset_name || undefined,
      datasetDigest: ordering.dataset_digest || undefined,
    })),
    limit: request.max_results,
    pageToken: request.page_token || undefined,
  };
}

const experimentSearch = {
  path: '/mlflow/experiments/search',
  action: 'read',
  request: messages.searchExperiments,
  handler: searchExperiments,
} as const;

export const searchRoutes = [
  mlflowRoute({ method: 'GET', ...experimentSearch }),
  mlflowRoute({ method: 'POST', ...experimentSearch }),
  mlflowRoute({
    method: 'POST',
    path: '/mlflow/runs/search',
    action: 'read',
    request: messages.searchRuns,
    async handler({ app, scope, request }) {
      if (request.max_results > mostRuns) {
        throw new MillwrightError(
          'INVALID_PARAMETER_VALUE',
          `Invalid value ${request.max_results} for parameter 'max_results' supplied:  Hint: Value was of type 'int'. See the API docs for more information about request parameters.`,
        );
      }
      const found = await tracking.searchRuns(app, {
        scope,
        experimentIds: request.experiment_ids.map(tracking.parseExperimentId),
        filter: request.filter ?? '',
        view: request.run_view_type ?? 'ACTIVE_ONLY',
        orderBy: request.order_by,
        limit: request.max_results,
        pageToken: request.page_token || undefined,
      });
      return { runs: listJson(found.runs.map((run) => ({ outputs: {}, ...runJson(run) }))), next_page_token: found.nextPageToken };
    },
  }),
  mlflowRoute({
    method: 'POST',
    path: '/mlflow/logged-models/search',
    action: 'read',
    request: messages.searchLoggedModels,
    async handler({ app, scope, request }) {
      const found = await app.db.read(tracking.searchLoggedModels, { scope, ...loggedModelSearch(request) });
      return { models: listJson(found.models.map(loggedModelJson)), next_page_token: found.nextPageToken };
    },
  }),
  mlflowRoute({
    method: 'POST',
    path: '/mlflow/experiments/search-datasets',
    action: 'read',
    request: messages.searchDatasets,
    async handler({ app, scope, request }) {
      const summaries = await tracking.searchDatasets(app, scope, request.experiment_ids.map(tracking.parseExperimentId));
      return {
        dataset_summaries: listJson(
          summaries.map((summary) => ({
            experiment_id: String(summary.experimentId),
            name: summary.name,
            digest: summary.digest,
            context: summary.context,
          })),
        ),
      };
    },
  }),
].flat();
