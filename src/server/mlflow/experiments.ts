import { MillwrightError } from '../../errors.ts';
import * as tracking from '../../tracking/index.ts';
import type { NamedValue } from '../../tracking/index.ts';
import * as messages from './messages.ts';
import { mlflowRoute } from './route.ts';
import { experimentJson } from './run-json.ts';

/** A tag of a request; an absent key or value is the empty text, as in protobuf. */
export function tagOf(tag: { readonly key: string | undefined; readonly value: string | undefined }): NamedValue {
  return { name: tag.key ?? '', value: tag.value ?? '' };
}

const write = 'tracking.write';

export const experimentRoutes = [
  mlflowRoute({
    method: 'POST',
    path: '/mlflow/experiments/create',
    action: write,
    request: messages.createExperiment,
    async handler({ app, scope, request }) {
      const id = await tracking.createExperiment(app, scope, {
        name: request.name,
        artifactLocation: request.artifact_location,
        tags: request.tags.map(tagOf),
      });
      return { experiment_id: String(id) };
    },
  }),
  mlflowRoute({
    method: 'GET',
    path: '/mlflow/experiments/get',
    action: 'read',
    request: messages.experimentRef,
    async handler({ app, scope, request }) {
      const id = tracking.parseExperimentId(request.experiment_id);
      const experiment = await app.db.read(tracking.getExperiment, { scope, id });
      if (experiment === undefined) throw tracking.noExperiment(id);
      return { experiment: experimentJson(experiment) };
    },
  }),
  mlflowRoute({
    method: 'GET',
    path: '/mlflow/experiments/get-by-name',
    action: 'read',
    request: messages.getExperimentByName,
    async handler({ app, scope, request }) {
      const experiment = await app.db.read(tracking.getExperimentByName, { scope, name: request.experiment_name });
      if (experiment === undefined) {
        throw new MillwrightError('RESOURCE_DOES_NOT_EXIST', `Could not find experiment with name '${request.experiment_name}'`);
      }
      return { experiment: experimentJson(experiment) };
    },
  }),
  mlflowRoute({
    method: 'POST',
    path: '/mlflow/experiments/delete',
    action: write,
    request: messages.experimentRef,
    handler: ({ app, scope, request }) => tracking.deleteExperiment(app, scope, tracking.parseExperimentId(request.experiment_id)),
  }),
  mlflowRoute({
    method: 'POST',
    path: '/mlflow/experiments/restore',
    action: write,
    request: messages.experimentRef,
    handler: ({ app, scope, request }) => tracking.restoreExperiment(app, scope, tracking.parseExperimentId(request.experiment_id)),
  }),
  mlflowRoute({
    method: 'POST',
    path: '/mlflow/experiments/update',
    action: write,
    request: messages.updateExperiment,
    handler: ({ app, scope, request }) =>
      tracking.renameExperiment(app, scope, tracking.parseExperimentId(request.experiment_id), request.new_name),
  }),
  mlflowRoute({
    method: 'POST',
    path: '/mlflow/experiments/set-experiment-tag',
    action: write,
    request: messages.setExperimentTag,
    handler: ({ app, scope, request }) =>
      tracking.setExperimentTag(app, scope, tracking.parseExperimentId(request.experiment_id), tagOf(request)),
  }),
  mlflowRoute({
    method: 'POST',
    path: '/mlflow/experiments/delete-experiment-tag',
    action: write,
    request: messages.deleteExperimentTag,
    handler: ({ app, scope, request }) =>
      tracking.deleteExperimentTag(app, scope, tracking.parseExperimentId(request.experiment_id), request.key),
  }),
].flat();
