import { lstatSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MillwrightError } from '../../errors.ts';
import type { HashAlgorithm } from '../../formats/dvc/entry.ts';
import { cacheAt, hasObject, objectPath, removeIfThere, syncFolder, writeObject, writeWhole, type Cache } from '../cache.ts';
import type { FilePool } from '../file-pool.ts';
import { entriesOf, isAbsent } from './entries.ts';
import { removeLeftOvers } from './left-overs.ts';
import { isObjectName, isRunName, type ObjectStore, type TransferWork } from './object-store.ts';

/**
 * A folder as a remote: it has the layout of a cache, so objects are copied as `add` puts them there, in threads, hashed on the way.
 * @param files copies files into a cache
 */
export function folderStore(root: string, files: FilePool): ObjectStore {
  const remote = (algorithm: HashAlgorithm): Cache => cacheAt(root, algorithm, false);
  const copy = async (from: Cache, to: Cache, values: readonly string[], work: TransferWork): Promise<void> => {
    const directories = values.filter((value) => value.endsWith('.dir'));
    const plain = values.filter((value) => !value.endsWith('.dir'));
    for (const part of slices(plain, 4096)) {
      work.signal.throwIfAborted();
      const sized = part.map((value) => sizedFile(objectPath(from, value)));
      const hashed = await files.hash(sized, to.algorithm, to);
      for (const [index, value] of part.entries()) {
        if (hashed[index]!.md5 !== value) throw damaged(sized[index]!.path);
        work.done(value);
      }
    }
    for (const value of directories) {
      writeObject(to, value, readFileSync(objectPath(from, value)));
      work.done(value);
    }
  };
  return {
    place: root,
    existing: async (algorithm, values) => new Set(values.filter((value) => hasObject(remote(algorithm), value))),
    all: async (algorithm) => objectsIn(remote(algorithm)),
    read: async (algorithm, value) => readOrAbsent(objectPath(remote(algorithm), value)),
    upload: async (cache, values, work) => {
      if (values.length === 0) return;
      await copy(cache, remote(cache.algorithm), values, work);
      removeLeftOvers(remote(cache.algorithm));
    },
    download: async (cache, values, work) => {
      const present = values.filter((value) => hasObject(remote(cache.algorithm), value));
      await copy(remote(cache.algorithm), cache, present, work);
      const found = new Set(present);
      return values.filter((value) => !found.has(value));
    },
    remove: async (algorithm, values) => {
      removeObjects(remote(algorithm), values);
      removeLeftOvers(remote(algorithm));
    },
    runs: async () => runsIn(join(root, 'runs')),
    readRun: async (name) => readOrAbsent(join(root, 'runs', name)),
    writeRun: async (name, content) => writeRunEntry(join(root, 'runs'), name, content),
    close: async () => undefined,
  };
}

/** The names of all objects in a cache. */
export function objectsIn(cache: Cache): string[] {
  const values: string[] = [];
  for (const pair of entriesOf(cache.folder)) {
    if (!/^[0-9a-f]{2}$/.test(pair.name) || !pair.isDirectory()) continue;
    for (const entry of entriesOf(join(cache.folder, pair.name))) {
      if (isObjectName(`${pair.name}${entry.name}`)) values.push(`${pair.name}${entry.name}`);
    }
  }
  return values;
}

/** Directory objects first: one that is there promises its files. The first deletions are durable before the others begin. */
export function removeObjects(cache: Cache, values: readonly string[]): void {
  const directories = values.filter((value) => value.endsWith('.dir'));
  for (const part of [directories, values.filter((value) => !value.endsWith('.dir'))]) {
    const folders = new Set<string>();
    for (const value of part) {
      const path = objectPath(cache, value);
      removeIfThere(path);
      folders.add(dirname(path));
    }
    for (const folder of folders) syncFolder(folder);
  }
}

/** `kk/key/value` of every entry of the run cache in `folder`. */
export function runsIn(folder: string): string[] {
  return entriesOf(folder)
    .flatMap((pair) => entriesOf(join(folder, pair.name)).map((key) => `${pair.name}/${key.name}`))
    .flatMap((key) => entriesOf(join(folder, key)).map((value) => `${key}/${value.name}`))
    .filter(isRunName);
}

/** @param folder `runs` of a cache or a remote */
export function writeRunEntry(folder: string, name: string, content: Buffer): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeWhole(path, content);
}

function sizedFile(path: string) {
  const stats = lstatSync(path);
  return { path, stamp: { inode: stats.ino, mtimeMs: stats.mtimeMs, size: stats.size } };
}

function readOrAbsent(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

function* slices<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

function damaged(path: string): MillwrightError {
  return new MillwrightError(
    'DATA_ERROR',
    `the object '${path}' is damaged: delete it, then push it again from a good copy or add its data again`,
  );
}
