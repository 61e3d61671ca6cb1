import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Scope } from '../access/index.ts';
import type { Blobs } from '../backends/blobs/port.ts';
import { errnoOf } from '../errors.ts';
import type { ModelVersion } from '../registry/index.ts';
import { findModelFile, listModelFiles } from './model-files.ts';

/**
 * The files of a version in a folder of this machine, whole: copied beside it and renamed.
 * @throws MODEL_INVALID where the registry only knows where they are, or there are none
 */
export async function fetchModel(
  blobs: Pick<Blobs, 'list' | 'get'>,
  scope: Scope,
  version: ModelVersion,
  cache: string,
  signal: AbortSignal,
): Promise<string> {
  // The same place with other bytes is another version: what has been promoted is sealed, the rest is named by its time.
  const identity = JSON.stringify([scope.workspaceId, version.storageLocation, version.digest ?? version.createdAt]);
  const folder = join(cache, createHash('sha256').update(identity).digest('hex').slice(0, 32));
  if (await exists(folder)) return folder;
  const temporary = `${folder}.${randomBytes(4).toString('hex')}`;
  try {
    for (const path of await listModelFiles(blobs, scope, version)) {
      const file = join(temporary, path);
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      const { stream } = await findModelFile(blobs, scope, version, path, signal);
      await pipeline(stream, createWriteStream(file, { mode: 0o600 }), { signal });
    }
    await rename(temporary, folder).catch((error: unknown) => {
      // Somebody else copied the same bytes meanwhile.
      if (errnoOf(error) !== 'ENOTEMPTY' && errnoOf(error) !== 'EEXIST') throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return folder;
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
