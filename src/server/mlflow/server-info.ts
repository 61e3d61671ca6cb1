import { answer, type Route } from '../route.ts';
import { none } from './messages.ts';
import { mlflowRoute } from './route.ts';

/** What clients ask before they use a newer way: none of these are there. */
const serverInfo = {
  store_type: 'SqlStore',
  workspaces_enabled: false,
  features_enabled: { gateway: false },
  multipart_downloads_enabled: false,
  multipart_uploads_enabled: false,
  presigned_upload_model_id_supported: false,
  presigned_upload_run_id_supported: false,
  trace_archival_enabled: false,
};

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
    handler: async () => serverInfo,
  }),
];
