/**
 * The bytes of data versions, in a project's cache: opened by their hash, never by a path that somebody gave. What is
 * opened lies below the cache's folder, links resolved, and is whole.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import { errnoOf } from '../../errors.ts';
import type { Hash, HashAlgorithm } from '../../formats/dvc/entry.ts';
import { decodeTree, type TreeFile } from '../../formats/dvc/tree.ts';
import { cacheAt, digestOf, objectPath, type Cache } from '../cache.ts';
import { loadConfig } from '../config.ts';

/** A project on the server's own disk; plain data, for threads. */
export interface ProjectFolder {
  readonly root: string;
  /** What DVC's configuration depends on. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

export type OpenCache = (algorithm: HashAlgorithm) => Cache;

/** The cache as the configuration has it now. @throws DVC_CONFIG_INVALID */
export function openCache({ root, env }: ProjectFolder): OpenCache {
  const dvcDir = join(root, '.dvc');
  const config = loadConfig(dvcDir, env);
  return (algorithm) => cacheAt(config.cacheDir ?? join(dvcDir, 'cache'), algorithm, config.isCacheShared);
}

const hashForm = /^[0-9a-f]{32}(\.dir)?$/;

function isHash(algorithm: string, value: string): boolean {
  return (algorithm === 'md5' || algorithm === 'md5-dos2unix') && hashForm.test(value);
}

/** Where an object lies; undefined where it is not there, is damaged, or leads out of the cache. */
export function locateObject(open: OpenCache, { algorithm, value }: Hash): { path: string; sizeBytes: number } | undefined {
  if (!isHash(algorithm, value)) return undefined;
  const cache = open(algorithm);
  try {
    const path = realpathSync(objectPath(cache, value));
    if (!path.startsWith(realpathSync(cache.folder) + sep)) return undefined;
    const stat = lstatSync(path);
    if (!stat.isFile()) return undefined;
    // Objects that DVC made are read-only and whole; others may be half-written.
    const isWhole = (stat.mode & 0o777) === 0o444 || digestOf(path, algorithm) === value.replace(/\.dir$/, '');
    return isWhole ? { path, sizeBytes: stat.size } : undefined;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errnoOf(error) ?? '')) return undefined;
    throw error;
  }
}

/** An object open for reading; `use` gets the descriptor. @returns undefined where the object is not there */
export function withObject<T>(open: OpenCache, hash: Hash, use: (descriptor: number, sizeBytes: number) => T): T | undefined {
  const place = locateObject(open, hash);
  if (place === undefined) return undefined;
  const descriptor = openSync(place.path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return use(descriptor, fstatSync(descriptor).size);
  } finally {
    closeSync(descriptor);
  }
}

/** The files of a folder; undefined where their list is not there. */
export function treeOf(open: OpenCache, hash: Hash): readonly TreeFile[] | undefined {
  return withObject(open, hash, (descriptor) => decodeTree(readFileSync(descriptor)));
}

/** How large an object is, without asking whether it is whole: for lists of many. */
export function sizeOf(open: OpenCache, { algorithm, value }: Hash): number | null {
  if (!isHash(algorithm, value)) return null;
  return lstatSync(objectPath(open(algorithm), value), { throwIfNoEntry: false })?.size ?? null;
}
