import { constants } from 'node:fs';
import { copyFile, link, lstat, open, realpath, rename, rm, rmdir } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { MillwrightError, errnoOf } from '../../errors.ts';
import { makeFolderDurably, syncFolder } from '../../lib/durable-folders.ts';
import { pageOfFolder, walkFolder } from './filesystem-list.ts';
import { checkFolderPrefix, checkKey, checkPrefix, resolveRange } from './key.ts';
import type {
  BlobPage,
  BlobRead,
  BlobSource,
  BlobStat,
  Blobs,
  FilesystemLocation,
  GetOptions,
  ListOptions,
  PutOptions,
  PutResult,
} from './port.ts';
import { measured } from './source.ts';
import { TemporaryFiles } from './temporary-files.ts';

/** How often an operation begins again where another process removed a folder that it had just made. */
const attempts = 8;

export function filesystemBlobs(location: Omit<FilesystemLocation, 'kind'>): Blobs {
  return new FilesystemBlobs(location.root);
}

class FilesystemBlobs implements Blobs {
  readonly #root: string;
  readonly #temporary: TemporaryFiles;

  constructor(root: string) {
    this.#root = root;
    this.#temporary = new TemporaryFiles(join(root, '.tmp'));
  }

  async put(key: string, source: BlobSource, options: PutOptions = {}): Promise<PutResult> {
    checkKey(key);
    if (options.ifAbsent === true && (await this.stat(key)) !== undefined) return { sizeBytes: 0, written: false };
    const temporary = await this.#temporary.next();
    try {
      const sizeBytes = await this.#write(temporary, measured(key, source, options));
      const written = await this.#publish(temporary, key, options);
      return { sizeBytes: written ? sizeBytes : 0, written };
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async get(key: string, options: GetOptions = {}): Promise<BlobRead | undefined> {
    checkKey(key);
    options.signal?.throwIfAborted();
    const handle = await this.#openRead(key);
    if (handle === undefined) return undefined;
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) {
        await handle.close();
        return undefined;
      }
      const { first, lengthBytes } = resolveRange(key, stats.size, options.range);
      // An empty blob has no last byte; reading to its end gives nothing.
      const end = lengthBytes === 0 ? {} : { end: first + lengthBytes - 1 };
      const signal = options.signal === undefined ? {} : { signal: options.signal };
      const stream = handle.createReadStream({ start: first, highWaterMark: 256 * 1024, ...end, ...signal });
      return { stream, lengthBytes, ...describe(stats) };
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async stat(key: string): Promise<BlobStat | undefined> {
    checkKey(key);
    if (!(await this.#isInside(key))) return undefined;
    try {
      const stats = await lstat(this.#path(key));
      return stats.isFile() ? describe(stats) : undefined;
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  async list(prefix: string, options: ListOptions = {}): Promise<BlobPage> {
    checkPrefix(prefix);
    if (!(await this.#isInside(`${prefix}x`))) return { blobs: [], prefixes: [] };
    return pageOfFolder(this.#root, prefix, options);
  }

  async delete(key: string): Promise<void> {
    checkKey(key);
    if ((await this.stat(key)) === undefined) return;
    await rm(this.#path(key), { force: true });
    await this.#prune(key);
  }

  async deletePrefix(prefix: string): Promise<number> {
    checkFolderPrefix(prefix);
    if (!(await this.#isInside(`${prefix}x`))) return 0;
    let deleted = 0;
    for await (const entry of walkFolder(this.#root, prefix)) {
      await rm(this.#path(entry), { force: true });
      deleted += 1;
    }
    // What is left holds no blobs: empty folders and links, which are removed, never followed.
    await rm(this.#path(prefix.slice(0, -1)), { recursive: true, force: true });
    await this.#prune(prefix.slice(0, -1));
    return deleted;
  }

  async copy(from: string, to: string): Promise<void> {
    checkKey(from);
    checkKey(to);
    if ((await this.stat(from)) === undefined)
      throw new MillwrightError('RESOURCE_DOES_NOT_EXIST', `no file ${JSON.stringify(from)} to copy`);
    const temporary = await this.#temporary.next();
    try {
      await copyFile(this.#path(from), temporary, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
      const handle = await open(temporary, 'r+');
      await handle.sync().finally(() => handle.close());
      await this.#publish(temporary, to, {});
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async close(): Promise<void> {
    await this.#temporary.close();
  }

  #path(key: string): string {
    return join(this.#root, key);
  }

  /** @returns false where the folder of `key` is absent. A folder that leads out of the root through a link is an error. */
  async #isInside(key: string): Promise<boolean> {
    const root = await realpathOrAbsent(this.#root);
    if (root === undefined) return false;
    for (let folder = dirname(key); ; folder = dirname(folder)) {
      const real = await realpathOrAbsent(this.#path(folder));
      if (real === undefined) continue;
      if (real === root || real.startsWith(root.endsWith(sep) ? root : root + sep)) return folder === dirname(key);
      throw new MillwrightError('PERMISSION_DENIED', `the folder of ${JSON.stringify(key)} leads out of the store through a symbolic link`);
    }
  }

  async #openRead(key: string): Promise<FileHandle | undefined> {
    if (!(await this.#isInside(key))) return undefined;
    try {
      return await open(this.#path(key), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    } catch (error) {
      if (isAbsent(error) || errnoOf(error) === 'ELOOP') return undefined;
      throw error;
    }
  }

  async #write(path: string, source: AsyncIterable<Uint8Array>): Promise<number> {
    const handle = await this.#create(path);
    let sizeBytes = 0;
    try {
      for await (const chunk of source) {
        for (let offset = 0; offset < chunk.length;) offset += (await handle.write(chunk, offset)).bytesWritten;
        sizeBytes += chunk.length;
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    return sizeBytes;
  }

  async #create(path: string): Promise<FileHandle> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await open(path, 'wx');
      } catch (error) {
        if (errnoOf(error) !== 'ENOENT' || attempt === attempts) throw error;
        await this.#temporary.reopen();
      }
    }
  }

  /** Gives the temporary file its name. @returns false where `ifAbsent` found the name taken */
  async #publish(temporary: string, key: string, { ifAbsent = false }: PutOptions): Promise<boolean> {
    const target = this.#path(key);
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#isInside(key);
        await makeFolderDurably(dirname(target));
        await (ifAbsent ? link(temporary, target) : rename(temporary, target));
        await syncFolder(dirname(target));
        return true;
      } catch (error) {
        const errno = errnoOf(error);
        if (ifAbsent && errno === 'EEXIST' && (await this.stat(key)) !== undefined) return false;
        // Another writer's delete pruned the folder between its making and the rename.
        if (errno === 'ENOENT' && attempt < attempts) continue;
        if (errno === 'ENOTDIR' || errno === 'EISDIR' || errno === 'EEXIST' || errno === 'ENOTEMPTY') throw clash(key, error);
        throw error;
      }
    }
  }

  /** Removes the folders above `key` that became empty. */
  async #prune(key: string): Promise<void> {
    for (let folder = dirname(key); folder !== '.'; folder = dirname(folder)) {
      try {
        await rmdir(this.#path(folder));
      } catch (error) {
        if (['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return;
        throw error;
      }
    }
  }
}

async function realpathOrAbsent(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

function describe(stats: { size: number; mtimeMs: number; ino: number }): BlobStat {
  return {
    sizeBytes: stats.size,
    modifiedMs: Math.trunc(stats.mtimeMs),
    etag: `"${stats.size.toString(16)}-${Math.trunc(stats.mtimeMs * 1000).toString(16)}-${stats.ino.toString(16)}"`,
  };
}

function isAbsent(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === 'ENOENT' || errno === 'ENOTDIR';
}

function clash(key: string, cause: unknown): MillwrightError {
  return new MillwrightError(
    'RESOURCE_CONFLICT',
    `${JSON.stringify(key)} cannot be stored: a folder or a file stands in its place; use another path`,
    {
      cause,
    },
  );
}
