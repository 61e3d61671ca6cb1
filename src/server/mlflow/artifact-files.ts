/** Artifacts as MLflow's pages, Java and R ask for them: by run, logged model or model version and a path below it. */
import { MillwrightError } from '../../errors.ts';
import * as registry from '../../registry/index.ts';
import * as tracking from '../../tracking/index.ts';
import type { Call, Route } from '../route.ts';
import { artifactAnswer } from './artifact-answer.ts';
import { entryJson } from './artifact-proxy.ts';
import { mlflowError } from './errors.ts';
import { required, text, type Shape } from './proto-fields.ts';
import { listJson, message } from './proto-json.ts';
import { mlflowRoute, type MlflowCall } from './route.ts';

const listOfRun = message({ run_id: required(text), run_uuid: text, path: text, page_token: text });
const listOfModel = message({ model_id: required(text), artifact_directory_path: text, page_token: text });

const fileRoutes: readonly Route[] = (
  [
    ['/get-artifact', fileOfRun],
    ['/model-versions/get-artifact', fileOfVersion],
    ['/ajax-api/2.0/mlflow/logged-models/:model_id/artifacts/files', fileOfModel],
  ] as const
).map(([url, handler]) => ({ method: 'GET', url, action: 'read', body: 'none', handler, onError: mlflowError }));

export const artifactFileRoutes: readonly Route[] = [
  ...fileRoutes,
  ...mlflowRoute({
    method: 'GET',
    path: '/mlflow/artifacts/list',
    action: 'read',
    request: listOfRun,
    handler: (call) => listBelow(call, call.request.run_id, call.request.path, call.request.page_token),
  }),
  ...mlflowRoute({
    method: 'GET',
    path: '/mlflow/logged-models/{model_id}/artifacts/directories',
    action: 'read',
    request: listOfModel,
    handler: (call) => listBelow(call, call.request.model_id, call.request.artifact_directory_path, call.request.page_token),
  }),
];

async function fileOfRun(call: Call): Promise<unknown> {
  const runId = call.query.get('run_id') ?? call.query.get('run_uuid') ?? missing('run_id');
  const root = await rootOf(call, runId);
  return artifactAnswer(call, call.principal, below(root.path, call.query.get('path') ?? missing('path')));
}

async function fileOfModel(call: Call): Promise<unknown> {
  const root = await rootOf(call, call.params['model_id'] ?? '');
  return artifactAnswer(call, call.principal, below(root.path, call.query.get('artifact_file_path') ?? missing('artifact_file_path')));
}

async function fileOfVersion(call: Call): Promise<unknown> {
  const name = call.query.get('name') ?? missing('name');
  const number = call.query.get('version') ?? missing('version');
  const path = call.query.get('path') ?? missing('path');
  const version = await call.app.db.read(registry.findVersion, { scope: call.principal, name, version: registry.versionNumber(number) });
  if (version === undefined) throw registry.versionNotFound(name, number);
  return artifactAnswer(call, call.principal, below(localPath(version.storageLocation), path));
}

type ListCall = Pick<MlflowCall<Shape>, 'app' | 'scope'>;

async function listBelow({ app, scope }: ListCall, ownerId: string, path = '', pageToken = ''): Promise<object> {
  const root = await rootOf({ app, principal: scope }, ownerId);
  const folder = tracking.checkArtifactPath(path);
  const page = await tracking.listArtifacts(app, scope, below(root.path, folder), pageToken || undefined);
  return {
    root_uri: root.uri,
    files: listJson(page.entries.map((entry) => entryJson(entry, folder))),
    next_page_token: page.nextPageToken,
  };
}

async function rootOf(call: { app: Call['app']; principal: ListCall['scope'] }, id: string): Promise<{ uri: string; path: string }> {
  const owner = await call.app.db.read(tracking.findArtifactOwner, { scope: call.principal, id });
  if (owner === undefined) {
    const message = id.startsWith('m-') ? `Logged model with ID '${id}' not found.` : `Run with id=${id} not found`;
    throw new MillwrightError('RESOURCE_DOES_NOT_EXIST', message);
  }
  return { uri: owner.artifactUri, path: localPath(owner.artifactUri) };
}

function localPath(uri: string): string {
  const path = tracking.artifactPathOf(uri);
  if (path === undefined || path === '') {
    throw new MillwrightError(
      'INVALID_PARAMETER_VALUE',
      `the files are at '${uri}', which this server does not read: fetch them from there`,
    );
  }
  return path;
}

function below(root: string, path: string): string {
  const checked = tracking.checkArtifactPath(path);
  return checked === '' ? root : `${root}/${checked}`;
}

function missing(parameter: string): never {
  throw new MillwrightError('INVALID_PARAMETER_VALUE', `Missing value for required parameter '${parameter}'.`);
}
