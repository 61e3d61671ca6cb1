import * as tracking from '../../tracking/index.ts';
import { tagOf } from './experiments.ts';
import * as messages from './messages.ts';
import { mlflowRoute } from './route.ts';

export const inputRoutes = [
  mlflowRoute({
    method: 'POST',
    path: '/mlflow/runs/log-inputs',
    action: 'tracking.write',
    request: messages.logInputs,
    // A schema and a profile of a dataset may be megabytes.
    bodyLimitBytes: 32 * 1024 * 1024,
    handler: ({ app, scope, request }) =>
      tracking.logInputs(app, scope, {
        runId: request.run_id,
        datasets: request.datasets.map(({ dataset, tags }) => ({
          dataset: {
            name: dataset.name,
            digest: dataset.digest,
            sourceType: dataset.source_type,
            source: dataset.source,
            schema: dataset.schema,
            profile: dataset.profile,
          },
          tags: tags.map(tagOf),
        })),
        models: request.models.map((model) => model.model_id),
      }),
  }),
  mlflowRoute({
    method: 'POST',
    path: '/mlflow/runs/outputs',
    action: 'tracking.write',
    request: messages.logOutputs,
    handler: ({ app, scope, request }) =>
      tracking.logOutputs(app, scope, {
        runId: request.run_id,
        models: request.models.map((model) => ({ modelId: model.model_id, step: model.step })),
      }),
  }),
].flat();
