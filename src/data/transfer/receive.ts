import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { MillwrightError } from '../../errors.ts';
import { fullDisk } from '../../lib/full-disk.ts';
import { digestOf, makeFolder, objectPath, syncFolder, temporaryName, type Cache } from '../cache.ts';

/** Puts a stream into the cache as the object `value`, after its hash has been found to be right. Durable on return. */
export async function receiveObject(cache: Cache, value: string, stream: Readable, place: string): Promise<void> {
  const path = objectPath(cache, value);
  makeFolder(cache, dirname(path));
  const temporary = join(dirname(path), temporaryName());
  try {
    const md5 = await write(temporary, stream);
    const found = cache.algorithm === 'md5' ? md5 : digestOf(temporary, cache.algorithm);
    if (found !== value.slice(0, 32)) {
      throw new MillwrightError(
        'DATA_ERROR',
        `the object ${value} in ${place} is damaged (its bytes have the hash ${found}): delete it there and push it again from a good copy`,
      );
    }
    await rename(temporary, path);
  } catch (error) {
    stream.destroy();
    await rm(temporary, { force: true });
    throw fullDisk(error, `cannot write '${path}'`) ?? error;
  }
  syncFolder(dirname(path));
}

async function write(path: string, stream: Readable): Promise<string> {
  const hash = createHash('md5');
  const handle = await open(path, 'wx', 0o444);
  try {
    for await (const chunk of stream) {
      const bytes = chunk as Buffer;
      hash.update(bytes);
      for (let at = 0; at < bytes.length;) at += (await handle.write(bytes, at)).bytesWritten;
    }
    await handle.chmod(0o444);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return hash.digest('hex');
}
