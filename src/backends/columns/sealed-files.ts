import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { errnoOf, MillwrightError } from '../../errors.ts';

/** Where sealed files go: the part of the blobs' port that is used. */
export interface SealedStore {
  put(key: string, source: AsyncIterable<Uint8Array>): Promise<unknown>;
  get(key: string): Promise<{ readonly stream: NodeJS.ReadableStream } | undefined>;
  delete(key: string): Promise<void>;
}

/** A sealed file that was dropped between the look at the database and the look at the store. */
export class FileGone extends MillwrightError {}

export interface SealedFileCache {
  /** Where a sealed file lies on this machine; fetched at the first call. @throws FileGone */
  path(key: string): Promise<string>;
  forget(key: string): Promise<void>;
}

/** Sealed files never change: a copy is good for ever. */
export function sealedFileCache(folder: string, blobs: SealedStore): SealedFileCache {
  const pathOf = (key: string): string => join(folder, `${createHash('sha256').update(key).digest('hex')}.parquet`);
  return {
    async path(key) {
      const path = pathOf(key);
      if (await isThere(path)) return path;
      await mkdir(folder, { recursive: true });
      const read = await blobs.get(key);
      if (read === undefined) throw new FileGone('TEMPORARILY_UNAVAILABLE', `the file ${key} of records is gone: ask again`);
      const part = `${path}.${randomBytes(8).toString('hex')}.part`;
      await pipeline(read.stream, createWriteStream(part));
      await rename(part, path);
      return path;
    },
    forget: (key) => rm(pathOf(key), { force: true }),
  };
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => {
      if (errnoOf(error) !== 'ENOENT') throw error;
      return false;
    },
  );
}
