import type { Scope } from '../access/index.ts';
import type { BlobRead, Blobs } from '../backends/blobs/port.ts';
import { MillwrightError } from '../errors.ts';
import type { ModelVersion } from '../registry/index.ts';
import { artifactKey, artifactPathOf } from '../tracking/index.ts';

/** Paths of a version's files, relative to its folder. @throws MODEL_INVALID where they are not on this server */
export async function listModelFiles(blobs: Pick<Blobs, 'list'>, scope: Scope, version: ModelVersion): Promise<string[]> {
  const root = rootOf(scope, version);
  const files: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await blobs.list(root, cursor === undefined ? {} : { cursor });
    files.push(...page.blobs.map(({ key }) => key.slice(root.length)));
    cursor = page.cursor;
  } while (cursor !== undefined);
  if (files.length === 0)
    throw new MillwrightError('MODEL_INVALID', `${labelOf(version)} has no files at ${version.storageLocation}: log the model again`);
  return files;
}

/** @throws RESOURCE_DOES_NOT_EXIST */
export async function findModelFile(
  blobs: Pick<Blobs, 'get'>,
  scope: Scope,
  version: ModelVersion,
  path: string,
  signal: AbortSignal,
): Promise<BlobRead> {
  const root = artifactPathOf(version.storageLocation);
  const blob = root === undefined || root === '' ? undefined : await blobs.get(artifactKey(scope, `${root}/${path}`), { signal });
  if (blob !== undefined) return blob;
  throw new MillwrightError('RESOURCE_DOES_NOT_EXIST', `${labelOf(version)} has no file '${path.slice(0, 200)}'`);
}

function rootOf(scope: Scope, version: ModelVersion): string {
  const path = artifactPathOf(version.storageLocation);
  if (path !== undefined && path !== '') return `${artifactKey(scope, path)}/`;
  throw new MillwrightError(
    'MODEL_INVALID',
    `the files of ${labelOf(version)} are not on this server (${version.storageLocation.slice(0, 200)}): log the model here and register it again`,
  );
}

function labelOf(version: ModelVersion): string {
  return `version ${version.version} of '${version.name}'`;
}
