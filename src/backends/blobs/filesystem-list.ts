import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../../errors.ts';
import type { BlobPage, BlobStat, ListOptions } from './port.ts';
import { pageLimit } from './page.ts';

/**
 * One page below `root`. Memory grows with the largest folder, not with the tree. Keys come in the order of their UTF-8 bytes
 * because a folder is sorted as its name followed by `/`.
 */
export async function pageOfFolder(root: string, prefix: string, options: ListOptions): Promise<BlobPage> {
  const limit = pageLimit(options);
  const blobs: (BlobStat & { key: string })[] = [];
  const prefixes: string[] = [];
  let last: string | undefined;
  for await (const key of walk(root, prefix, options)) {
    if (blobs.length + prefixes.length === limit) return { blobs, prefixes, cursor: last! };
    if (key.endsWith('/')) prefixes.push(key);
    else {
      const stats = await statOrAbsent(join(root, key));
      if (stats === undefined) continue;
      blobs.push({ key, ...stats });
    }
    last = key;
  }
  return { blobs, prefixes };
}

/** The keys of all blobs that start with `prefix`. */
export function walkFolder(root: string, prefix: string): AsyncGenerator<string> {
  return walk(root, prefix, {});
}

async function* walk(root: string, prefix: string, options: ListOptions): AsyncGenerator<string> {
  const slash = prefix.lastIndexOf('/') + 1;
  yield* walkBelow({ root, prefix, after: options.cursor, oneLevel: options.delimiter === '/' }, prefix.slice(0, slash));
}

interface Walk {
  readonly root: string;
  readonly prefix: string;
  readonly after: string | undefined;
  readonly oneLevel: boolean;
}

/** @param folder a key prefix ending in `/`, or empty */
async function* walkBelow(walk: Walk, folder: string): AsyncGenerator<string> {
  for (const key of await keysOf(walk.root, folder)) {
    if (key.length >= walk.prefix.length ? !key.startsWith(walk.prefix) : !walk.prefix.startsWith(key)) continue;
    const isFolder = key.endsWith('/');
    if (isPast(walk, key)) continue;
    if (!isFolder) yield key;
    else if (!walk.oneLevel) yield* walkBelow(walk, key);
    else if (await holdsBlobs(walk.root, key)) yield key;
  }
}

/** Whether a page that ended with `after` has shown `key`, and, of a folder to be entered, all that is below it. */
function isPast({ after, oneLevel }: Walk, key: string): boolean {
  if (after === undefined) return false;
  const isEntered = key.endsWith('/') && !oneLevel;
  if (isEntered && after.startsWith(key)) return false;
  return compareBytes(key, after) <= 0;
}

/** The entries of one folder in order; folders end in `/`. Links and special files are no blobs. */
async function keysOf(root: string, folder: string): Promise<string[]> {
  let entries: Dirent[];
  try {
    entries = await readdir(join(root, folder), { withFileTypes: true });
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return [];
    throw error;
  }
  const keys = entries
    .filter((entry) => (entry.isFile() || entry.isDirectory()) && !(folder === '' && entry.name === '.tmp'))
    .map((entry) => folder + entry.name + (entry.isDirectory() ? '/' : ''));
  return keys.toSorted(compareBytes);
}

async function holdsBlobs(root: string, folder: string): Promise<boolean> {
  for await (const _ of walkFolder(root, folder)) return true;
  return false;
}

async function statOrAbsent(path: string): Promise<BlobStat | undefined> {
  try {
    const stats = await lstat(path);
    return { sizeBytes: stats.size, modifiedMs: Math.trunc(stats.mtimeMs) };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
