import * as registry from '../../registry/index.ts';
import { refuseUnknownMover } from '../followed.ts';
import { listJson } from './proto-json.ts';
import { pageSize } from './registered-models.ts';
import { actOf, tagOf } from './registry-act.ts';
import { versionJson } from './registry-json.ts';
import * as messages from './registry-messages.ts';
import { mlflowRoute, type MlflowCall } from './route.ts';

const write = 'registry.write';
const pageLimit = 200_000;

export const modelVersionRoutes = [
  mlflowRoute({
    method: 'POST',
    path: '/mlflow/model-versions/create',
    action: write,
    request: messages.createVersion,
    async handler({ app, principal, request }) {
      await refuseUnknownMover(app, principal, request.name, { kind: 'alias', name: 'latest' });
      const version = await registry.createVersion(app, principal, {
        name: request.name,
        source: request.source,
        runId: request.run_id || undefined,
        modelId: request.model_id || undefined,
        runLink: request.run_link,
        description: request.description ?? '',
        tags: request.tags.map(tagOf),
      });
      if (version.parity?.state === 'pending') app.parity.wake();
      return { model_version: versionJson(version) };
    },
  }),
  mlflowRoute({
    method: 'GET',
    path: '/mlflow/model-versions/get',
    action: 'read',
    request: messages.versionRef,
    handler: async (call) => ({ model_version: versionJson(await findVersion(call)) }),
  }),
  mlflowRoute({
    method: 'GET',
    path: '/mlflow/model-versions/get-download-uri',
    action: 'read',
    request: messages.versionRef,
    handler: async (call) => ({ artifact_uri: (await findVersion(call)).storageLocation }),
  }),
  mlflowRoute({
    method: 'PATCH',
    path: '/mlflow/model-versions/update',
    action: write,
    request: messages.updateVersion,
    async handler({ app, principal, request }) {
      const { name, description } = request;
      const change = { ...actOf(app, principal), name, description, version: registry.versionNumber(request.version) };
      return { model_version: versionJson(await app.db.write(registry.updateVersion, change)) };
    },
  }),
  mlflowRoute({
    method: 'DELETE',
    path: '/mlflow/model-versions/delete',
    action: write,
    request: messages.versionRef,
    async handler({ app, principal, request }) {
      await refuseUnknownMover(app, principal, request.name);
      const version = registry.versionNumber(request.version);
      await app.db.write(registry.deleteVersion, { ...actOf(app, principal), name: request.name, version });
    },
  }),
  mlflowRoute({
    method: 'GET',
    path: '/mlflow/model-versions/search',
    action: 'read',
    request: messages.searchVersions,
    async handler({ app, scope, request }) {
      const maxResults = pageSize(request.max_results, pageLimit);
      const { filter, order_by: orderBy, page_token: pageToken } = request;
      const page = await app.db.read(registry.searchVersions, { scope, filter, orderBy, maxResults, pageToken });
      return { model_versions: listJson(page.items.map(versionJson)), next_page_token: page.nextPageToken };
    },
  }),
  mlflowRoute({
    method: 'POST',
    path: '/mlflow/model-versions/set-tag',
    action: write,
    request: messages.setVersionTag,
    handler: ({ app, principal, request }) =>
      app.db.write(registry.setVersionTag, {
        ...actOf(app, principal),
        name: request.name,
        version: registry.versionNumber(request.version),
        tag: tagOf(request),
      }),
  }),
  mlflowRoute({
    method: 'DELETE',
    path: '/mlflow/model-versions/delete-tag',
    action: write,
    request: messages.deleteVersionTag,
    handler: ({ app, principal, request }) =>
      app.db.write(registry.deleteVersionTag, {
        ...actOf(app, principal),
        name: request.name,
        version: registry.versionNumber(request.version),
        key: request.key,
      }),
  }),
].flat();

async function findVersion({ app, scope, request }: MlflowCall<typeof messages.versionRef.shape>): Promise<registry.ModelVersion> {
  const version = registry.versionNumber(request.version);
  const found = await app.db.read(registry.findVersion, { scope, name: request.name, version });
  if (found === undefined) throw registry.versionNotFound(request.name, request.version);
  return found;
}
