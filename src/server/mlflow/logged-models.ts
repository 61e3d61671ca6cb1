import { parseRegistrations, type LoggedModel, type LoggedModelMetric } from '../../tracking/index.ts';
import * as tracking from '../../tracking/index.ts';
import { tagOf } from './experiments.ts';
import * as messages from './messages.ts';
import { doubleJson, int64Json, listJson } from './proto-json.ts';
import { mlflowRoute } from './route.ts';
import { tagJson } from './run-json.ts';

const write = 'tracking.write';

export function loggedModelJson(model: LoggedModel): object {
  const registered = model.tags.find((tag) => tag.name === tracking.registrationsTag)?.value;
  return {
    info: {
      model_id: model.modelId,
      experiment_id: String(model.experimentId),
      name: model.name,
      creation_timestamp_ms: model.createdAt,
      last_updated_timestamp_ms: model.updatedAt,
      artifact_uri: model.artifactLocation,
      status: model.status,
      model_type: model.modelType,
      source_run_id: model.sourceRunId,
      status_message: model.statusMessage,
      tags: listJson(model.tags.map(tagJson)),
      registrations: registered === undefined ? undefined : listJson(parseRegistrations(registered)),
    },
    data: { params: listJson(model.params.map(tagJson)), metrics: listJson(model.metrics.map(modelMetricJson(model.modelId))) },
  };
}

function modelMetricJson(modelId: string): (metric: LoggedModelMetric) => object {
  return (metric) => ({
    key: metric.name,
    value: doubleJson(metric.value),
    timestamp: int64Json(metric.timestamp),
    step: int64Json(metric.step),
    dataset_name: metric.datasetName,
    dataset_digest: metric.datasetDigest,
    model_id: modelId,
    run_id: metric.runId,
  });
}

export const loggedModelRoutes = [
  mlflowRoute({
    method: 'POST',
    path: '/mlflow/logged-models',
    action: write,
    request: messages.createLoggedModel,
    async handler({ app, scope, request }) {
      const model = await tracking.createLoggedModel(app, scope, {
        experimentId: tracking.parseExperimentId(request.experiment_id),
        name: request.name,
        modelType: request.model_type ?? '',
        sourceRunId: request.source_run_id ?? '',
        params: request.params.map(tagOf),
        tags: request.tags.map(tagOf),
      });
      return { model: loggedModelJson(model) };
    },
  }),
  mlflowRoute({
    method: 'GET',
    path: '/mlflow/logged-models/{model_id}',
    action: 'read',
    request: messages.loggedModelRef,
    async handler({ app, scope, request }) {
      const query = { scope, modelId: request.model_id, allowDeleted: request.allow_deleted ?? false };
      return { model: loggedModelJson(await app.db.read(tracking.getLoggedModel, query)) };
    },
  }),
  mlflowRoute({
    method: 'PATCH',
    path: '/mlflow/logged-models/{model_id}',
    action: write,
    request: messages.finalizeLoggedModel,
    handler: async ({ app, scope, request }) => ({
      model: loggedModelJson(await tracking.finalizeLoggedModel(app, scope, request.model_id, request.status)),
    }),
  }),
  mlflowRoute({
    method: 'DELETE',
    path: '/mlflow/logged-models/{model_id}',
    action: write,
    request: messages.loggedModelRef,
    handler: ({ app, scope, request }) => tracking.deleteLoggedModel(app, scope, request.model_id),
  }),
  mlflowRoute({
    method: 'PATCH',
    path: '/mlflow/logged-models/{model_id}/tags',
    action: write,
    request: messages.setLoggedModelTags,
    handler: ({ app, scope, request }) => tracking.setLoggedModelTags(app, scope, request.model_id, request.tags.map(tagOf)),
  }),
  mlflowRoute({
    method: 'DELETE',
    path: '/mlflow/logged-models/{model_id}/tags/{tag_key}',
    action: write,
    request: messages.deleteLoggedModelTag,
    handler: ({ app, scope, request }) => tracking.deleteLoggedModelTag(app, scope, request.model_id, request.tag_key),
  }),
  mlflowRoute({
    method: 'POST',
    path: '/mlflow/logged-models/{model_id}/params',
    action: write,
    request: messages.logLoggedModelParams,
    handler: ({ app, scope, request }) => tracking.logLoggedModelParams(app, scope, request.model_id, request.params.map(tagOf)),
  }),
].flat();
