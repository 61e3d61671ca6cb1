import { answer, type Route } from '../route.ts';
import { none } from './messages.ts';
import { mlflowRoute } from './route.ts';

/** The release of MLflow whose protocol this server speaks: clients compare it before they use newer calls. */
export const mlflowVersion = '3.17.2';

const version: Route = {
  method: 'GET',
  url: '/version',
  action: 'public',
  body: 'none',
  handler: async () => answer({ headers: { 'content-type': 'text/plain; charset=utf-8' }, body: mlflowVersion }),
};

export const serverInfoRoutes: readonly Route[] = [
  version,
  ...mlflowRoute({
    method: 'GET',
    path: '/mlflow/server-info',
    versions: ['3.0'],
    action: 'read',
    request: none,
    handler: async () => ({ store_type: 'SqlStore', workspaces_enabled: false }),
  }),
];
