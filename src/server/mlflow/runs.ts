import * as tracking from '../../tracking/index.ts';
import { tagOf } from './experiments.ts';
import * as messages from './messages.ts';
import { mlflowRoute } from './route.ts';
import { runInfoJson, runJson } from './run-json.ts';

const write = 'tracking.write';

export const runRoutes = [
  mlflowRoute({
    method: 'POST',
    path: '/mlflow/runs/create',
    action: write,
    request: messages.createRun,
    async handler({ app, principal, request }) {
      const run = await tracking.createRun(app, principal, {
        experimentId: tracking.parseExperimentId(request.experiment_id || '0'),
        name: request.run_name,
        userId: request.user_id ?? '',
        startedAt: request.start_time ?? 0,
        tags: request.tags.map(tagOf),
      });
      return { run: runJson(run) };
    },
  }),
  mlflowRoute({
    method: 'POST',
    path: '/mlflow/runs/update',
    action: write,
    request: messages.updateRun,
    async handler({ app, principal, request }) {
      const info = await tracking.updateRun(app, principal, {
        runId: request.run_id,
        status: request.status,
        endedAt: request.end_time,
        name: request.run_name,
      });
      return { run_info: runInfoJson(info) };
    },
  }),
  mlflowRoute({
    method: 'POST',
    path: '/mlflow/runs/delete',
    action: write,
    request: messages.runRef,
    handler: ({ app, scope, request }) => tracking.deleteRun(app, scope, request.run_id),
  }),
  mlflowRoute({
    method: 'POST',
    path: '/mlflow/runs/restore',
    action: write,
    request: messages.runRef,
    handler: ({ app, scope, request }) => tracking.restoreRun(app, scope, request.run_id),
  }),
  mlflowRoute({
    method: 'GET',
    path: '/mlflow/runs/get',
    action: 'read',
    request: messages.runRef,
    async handler({ app, scope, request }) {
      const run = await app.db.read(tracking.getRun, { scope, runId: request.run_id });
      return { run: { outputs: {}, ...runJson(run) } };
    },
  }),
  mlflowRoute({
    method: 'POST',
    path: '/mlflow/runs/set-tag',
    action: write,
    request: messages.setTag,
    handler: ({ app, scope, request }) => tracking.setTag(app, scope, request.run_id, tagOf(request)),
  }),
  mlflowRoute({
    method: 'POST',
    path: '/mlflow/runs/delete-tag',
    action: write,
    request: messages.deleteTag,
    handler: ({ app, scope, request }) => tracking.deleteTag(app, scope, request.run_id, request.key),
  }),
  mlflowRoute({
    method: 'POST',
    path: '/mlflow/runs/log-model',
    action: write,
    request: messages.logModel,
    handler: ({ app, scope, request }) => tracking.recordModel(app, scope, request.run_id, request.model_json),
  }),
].flat();
