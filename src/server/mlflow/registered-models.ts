import * as registry from '../../registry/index.ts';
import { followersOf, refuseUnknownMover } from '../followed.ts';
import { MillwrightError } from '../../errors.ts';
import type { Int64 } from './proto-fields.ts';
import { listJson } from './proto-json.ts';
import { modelJson, versionJson } from './registry-json.ts';
import * as messages from './registry-messages.ts';
import { actOf, tagOf } from './registry-act.ts';
import { mlflowRoute } from './route.ts';

const write = 'registry.write';
const pageLimit = 1000;

export const registeredModelRoutes = [
  mlflowRoute({
    method: 'POST',
    path: '/mlflow/registered-models/create',
    action: write,
    request: messages.createModel,
    async handler({ app, principal, request }) {
      const model = await app.db.write(registry.createModel, {
        ...actOf(app, principal),
        id: app.ids.uuid7(),
        name: request.name,
        description: request.description,
        tags: request.tags.map(tagOf),
      });
      return { registered_model: modelJson(model) };
    },
  }),
  mlflowRoute({
    method: 'POST',
    path: '/mlflow/registered-models/rename',
    action: write,
    request: messages.renameModel,
    async handler({ app, principal, request }) {
      const { name, new_name: newName } = request;
      await refuseUnknownMover(app, principal, name);
      const followers = await followersOf(app, principal, newName);
      const model = await app.db.write(registry.renameModel, { ...actOf(app, principal), name, newName, followers });
      return { registered_model: modelJson(model) };
    },
  }),
  mlflowRoute({
    method: 'PATCH',
    path: '/mlflow/registered-models/update',
    action: write,
    request: messages.updateModel,
    async handler({ app, principal, request }) {
      const { name, description } = request;
      return { registered_model: modelJson(await app.db.write(registry.updateModel, { ...actOf(app, principal), name, description })) };
    },
  }),
  mlflowRoute({
    method: 'DELETE',
    path: '/mlflow/registered-models/delete',
    action: write,
    request: messages.modelRef,
    async handler({ app, principal, request }) {
      await refuseUnknownMover(app, principal, request.name);
      await app.db.write(registry.deleteModel, { ...actOf(app, principal), name: request.name });
    },
  }),
  mlflowRoute({
    method: 'GET',
    path: '/mlflow/registered-models/get',
    action: 'read',
    request: messages.modelRef,
    async handler({ app, scope, request }) {
      const model = await app.db.read(registry.findModel, { scope, name: request.name });
      if (model === undefined) throw registry.modelNotFound(request.name);
      return { registered_model: modelJson(model) };
    },
  }),
  mlflowRoute({
    method: 'GET',
    path: '/mlflow/registered-models/search',
    action: 'read',
    request: messages.searchModels,
    async handler({ app, scope, request }) {
      const maxResults = pageSize(request.max_results, pageLimit);
      const { filter, order_by: orderBy, page_token: pageToken } = request;
      const page = await app.db.read(registry.searchModels, { scope, filter, orderBy, maxResults, pageToken });
      return { registered_models: listJson(page.items.map(modelJson)), next_page_token: page.nextPageToken };
    },
  }),
  ...(['GET', 'POST'] as const).map((method) =>
    mlflowRoute({
      method,
      path: '/mlflow/registered-models/get-latest-versions',
      action: 'read',
      request: messages.latestVersions,
      async handler({ app, scope, request }) {
        const { name, stages } = request;
        return { model_versions: listJson((await app.db.read(registry.latestVersions, { scope, name, stages })).map(versionJson)) };
      },
    }),
  ),
  mlflowRoute({
    method: 'POST',
    path: '/mlflow/registered-models/set-tag',
    action: write,
    request: messages.setModelTag,
    handler: ({ app, principal, request }) =>
      app.db.write(registry.setModelTag, { ...actOf(app, principal), name: request.name, tag: tagOf(request) }),
  }),
  mlflowRoute({
    method: 'DELETE',
    path: '/mlflow/registered-models/delete-tag',
    action: write,
    request: messages.deleteModelTag,
    handler: ({ app, principal, request }) =>
      app.db.write(registry.deleteModelTag, { ...actOf(app, principal), name: request.name, key: request.key }),
  }),
].flat();

/** @throws INVALID_PARAMETER_VALUE with the registry's own words */
export function pageSize(asked: Int64, limit: number): number {
  if (asked < 1)
    throw new MillwrightError('INVALID_PARAMETER_VALUE', `Invalid value for max_results. It must be a positive integer, but got ${asked}`);
  if (asked > limit) {
    throw new MillwrightError(
      'INVALID_PARAMETER_VALUE',
      `Invalid value for request parameter max_results. It must be at most ${limit}, but got value ${asked}`,
    );
  }
  return Number(asked);
}
