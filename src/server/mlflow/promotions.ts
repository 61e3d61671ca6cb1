/** The MLflow calls that move an alias or a stage: each goes through the gate, where the model has one. */
import * as registry from '../../registry/index.ts';
import { followersOf } from '../followed.ts';
import { versionJson } from './registry-json.ts';
import * as messages from './registry-messages.ts';
import { mlflowRoute } from './route.ts';

const promote = 'registry.promote';

export const promotionRoutes = [
  mlflowRoute({
    method: 'POST',
    path: '/mlflow/model-versions/transition-stage',
    action: promote,
    request: messages.transition,
    async handler({ app, principal, request, signal }) {
      const target = { kind: 'stage', name: request.stage } as const;
      const version = await registry.promote(app, principal, {
        name: request.name,
        target,
        version: registry.versionNumber(request.version),
        archiveExisting: request.archive_existing_versions ?? false,
        override: undefined,
        followers: await followersOf(app, principal, request.name, target),
        signal,
      });
      return { model_version: version && versionJson(version) };
    },
  }),
  mlflowRoute({
    method: 'POST',
    path: '/mlflow/registered-models/alias',
    action: promote,
    request: messages.setAlias,
    async handler({ app, principal, request, signal }) {
      const target = { kind: 'alias', name: request.alias } as const;
      await registry.promote(app, principal, {
        name: request.name,
        target,
        version: registry.versionNumber(request.version),
        archiveExisting: false,
        override: undefined,
        followers: await followersOf(app, principal, request.name, target),
        signal,
      });
    },
  }),
  mlflowRoute({
    method: 'DELETE',
    path: '/mlflow/registered-models/alias',
    action: promote,
    request: messages.aliasRef,
    async handler({ app, principal, request, signal }) {
      const target = { kind: 'alias', name: request.alias } as const;
      await registry.promote(app, principal, {
        name: request.name,
        target,
        version: undefined,
        archiveExisting: false,
        override: undefined,
        followers: await followersOf(app, principal, request.name, target),
        signal,
      });
    },
  }),
  mlflowRoute({
    method: 'GET',
    path: '/mlflow/registered-models/alias',
    action: 'read',
    request: messages.aliasRef,
    async handler({ app, scope, request }) {
      const { name, alias } = request;
      const version = await app.db.read(registry.findVersionByAlias, { scope, name, alias });
      if (version === undefined) throw registry.aliasNotFound(name, alias);
      return { model_version: versionJson(version) };
    },
  }),
].flat();
