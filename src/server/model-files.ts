import type { ModelFiles } from '../api/models.ts';
import { MillwrightError } from '../errors.ts';
import * as registry from '../registry/index.ts';
import * as serving from '../serving/index.ts';
import { answer, type AnswerValue, type Call, type Route } from './route.ts';

/** Files of registered versions, for hosts that serve a model by its URI. */
export const modelFileRoutes: readonly Route[] = [
  { method: 'GET', url: '/api/1/model-files', action: 'read', body: 'none', query: ['model', 'endpoint'], handler: list },
  { method: 'GET', url: '/api/1/models/:name/versions/:version/files/*', action: 'read', body: 'none', handler: read },
];

async function list({ app, principal, query }: Call): Promise<ModelFiles> {
  const uri = query.get('model');
  const name = query.get('endpoint');
  if ((uri === null) === (name === null))
    throw new MillwrightError('INVALID_PARAMETER_VALUE', "give 'model', a URI such as models:/NAME@ALIAS, or 'endpoint', a name");
  const { follows, version } = uri === null ? await servedBy(app, principal, name!) : await namedBy(app, principal, uri);
  if (version === undefined)
    throw new MillwrightError(
      'RESOURCE_DOES_NOT_EXIST',
      `${serving.modelUriOf(follows)} stands on no version: \`millwright models list\` shows those that are there`,
    );
  const files = await serving.listModelFiles(app.blobs, principal, version);
  return { name: version.name, version: version.version, runId: version.runId ?? null, files };
}

interface Wanted {
  readonly follows: serving.Endpoint['follows'];
  readonly version: registry.ModelVersion | undefined;
}

async function namedBy(app: Call['app'], scope: Call['principal'], uri: string): Promise<Wanted> {
  const follows = serving.parseModelUri(uri);
  return { follows, version: await app.db.read(serving.findFollowed, { scope, follows }) };
}

/** What the endpoint itself serves: after a rollback another version than its name stands on. */
async function servedBy(app: Call['app'], scope: Call['principal'], name: string): Promise<Wanted> {
  const desired = await app.db.read(serving.findDesired, { scope, name });
  if (desired === undefined) throw serving.endpointNotFound(name);
  return { follows: desired.endpoint.follows, version: desired.target?.version };
}

async function read({ app, principal, params, signal }: Call): Promise<AnswerValue> {
  const [name, text] = [params['name']!, params['version']!];
  const version = await app.db.read(registry.findVersion, { scope: principal, name, version: registry.versionNumber(text) });
  if (version === undefined) throw registry.versionNotFound(name, text);
  const { stream } = await serving.findModelFile(app.blobs, principal, version, params['*'] ?? '', signal);
  return answer({ headers: { 'content-type': 'application/octet-stream', 'content-security-policy': 'sandbox' }, body: stream });
}
