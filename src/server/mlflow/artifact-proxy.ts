/** `mlflow-artifacts`: the store that clients of MLflow reach through this server, file by file. */
import { MillwrightError } from '../../errors.ts';
import { findSealedFolder } from '../../registry/index.ts';
import * as tracking from '../../tracking/index.ts';
import { answer, type AnswerValue, type Call, type Route } from '../route.ts';
import { artifactAnswer } from './artifact-answer.ts';
import { mlflowError } from './errors.ts';
import { listJson } from './proto-json.ts';

const base = '/mlflow-artifacts';
const prefixes = ['/api/2.0', '/ajax-api/2.0'] as const;

type ProxyRoute = Pick<Route, 'method' | 'url' | 'action' | 'body' | 'handler'>;

const proxyRoutes: readonly ProxyRoute[] = [
  { method: 'PUT', url: '/artifacts/*', action: 'tracking.write', body: 'stream', handler: upload },
  { method: 'GET', url: '/artifacts/*', action: 'read', body: 'none', handler: download },
  { method: 'DELETE', url: '/artifacts/*', action: 'tracking.write', body: 'bytes', handler: remove },
  { method: 'GET', url: '/artifacts', action: 'read', body: 'none', handler: list },
  // Clients fall back to one PUT, and to a plain GET, on exactly this answer.
  ...['/mpu/create/*', '/mpu/complete/*', '/mpu/abort/*'].map((url): ProxyRoute => ({
    method: 'POST',
    url,
    action: 'tracking.write',
    body: 'bytes',
    handler: unsupported('Multipart upload'),
  })),
  { method: 'GET', url: '/presigned/*', action: 'read', body: 'none', handler: unsupported('Multipart download') },
];

export const artifactProxyRoutes: readonly Route[] = prefixes.flatMap((prefix) =>
  proxyRoutes.map((route) => ({ ...route, url: `${prefix}${base}${route.url}`, onError: mlflowError })),
);

async function upload(call: Call): Promise<AnswerValue> {
  const { path, owner } = await tracking.findOwner(call.app, call.principal, call.params['*'] ?? '');
  if (owner.deleted)
    throw new MillwrightError('INVALID_PARAMETER_VALUE', `the ${ownerNoun(owner.kind)} '${owner.id}' is deleted: restore it first`);
  const length = call.headers['content-length'];
  await tracking.putArtifact(call.app, call.principal, path, {
    stream: bodyOf(call),
    sizeBytes: length === undefined ? undefined : Number(length),
    signal: call.signal,
    guard: () => refuseSealed(call, path),
  });
  return empty();
}

async function download(call: Call): Promise<AnswerValue> {
  const { path } = await tracking.findOwner(call.app, call.principal, call.params['*'] ?? '');
  return artifactAnswer(call, call.principal, path);
}

async function remove(call: Call): Promise<AnswerValue> {
  const { path } = await tracking.findOwner(call.app, call.principal, call.params['*'] ?? '');
  await refuseSealed(call, path);
  await tracking.deleteArtifacts(call.app, call.principal, path);
  return empty();
}

async function list(call: Call): Promise<object> {
  const { path } = await tracking.findOwner(call.app, call.principal, call.query.get('path') ?? '');
  const entries: tracking.ArtifactEntry[] = [];
  let token: string | undefined;
  do {
    const page = await tracking.listArtifacts(call.app, call.principal, path, token);
    entries.push(...page.entries);
    token = page.nextPageToken;
    // This call has no pages, and a part of a model would be taken for the whole.
    if (entries.length > entriesLimit)
      throw new MillwrightError('INVALID_PARAMETER_VALUE', `'${path}' holds more than ${entriesLimit} entries: use folders`);
  } while (token !== undefined);
  return { files: listJson(entries.map((entry) => entryJson(entry))) };
}

const entriesLimit = 100_000;

/** @param folder put before the entry's path */
export function entryJson({ path, isDirectory, sizeBytes }: tracking.ArtifactEntry, folder = ''): object {
  return { path: folder === '' ? path : `${folder}/${path}`, is_dir: isDirectory, file_size: sizeBytes };
}

/** Files that a gate has judged stay as they are, also if they stand in the folder of a run. */
async function refuseSealed(call: Call, path: string): Promise<void> {
  const sealed = await call.app.db.read(findSealedFolder, { scope: call.principal, path });
  if (sealed === undefined) return;
  throw new MillwrightError(
    'INVALID_PARAMETER_VALUE',
    `'${path}' belongs to a model version that a gate has judged ('${sealed}'): its files stay as they are; log the model anew and register that`,
  );
}

function unsupported(what: string): Route['handler'] {
  return async () => {
    throw new MillwrightError('NOT_IMPLEMENTED', `${what} is not supported for the current artifact repository`);
  };
}

function ownerNoun(kind: 'run' | 'logged_model'): string {
  return kind === 'run' ? 'run' : 'logged model';
}

/** Reading can stop half-way without the connection being torn: the answer still goes out on it. */
function bodyOf(call: Call): AsyncIterable<Uint8Array> {
  return call.stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
}

function empty(): AnswerValue {
  return answer({ headers: { 'content-type': 'application/json' }, body: '{}' });
}
