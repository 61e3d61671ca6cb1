import { MillwrightError } from '../../errors.ts';
import { isDirectoryHash, type Hash, type HashAlgorithm } from '../../formats/dvc/entry.ts';
import { decodeTree, type TreeFile } from '../../formats/dvc/tree.ts';
import { readTree, type Cache } from '../cache.ts';
import type { ObjectStore } from './object-store.ts';

/** An output whose objects are asked for, in the work tree or in a revision. */
export interface UsedOutput {
  readonly hash: Hash;
  /** As messages show it: relative to the current folder. */
  readonly name: string;
  /** Which files of a directory are meant; all where absent, and then the directory object itself too. */
  readonly includes?: (relpath: string) => boolean;
}

export interface UsedDirectory {
  readonly value: string;
  readonly name: string;
  readonly files: readonly string[];
  /** False where only some of its files were asked for. */
  readonly isWhole: boolean;
}

/** The objects of one algorithm that outputs consist of. */
export interface UsedObjects {
  readonly algorithm: HashAlgorithm;
  /** Hash → the names it is known by. Files of directories included, directory objects not. */
  readonly files: ReadonlyMap<string, readonly string[]>;
  readonly directories: readonly UsedDirectory[];
  /** Directory objects that are neither in the cache nor in the store, so that their files are not known. */
  readonly unreadable: readonly { readonly value: string; readonly name: string }[];
}

export const algorithms: readonly HashAlgorithm[] = ['md5', 'md5-dos2unix'];

export type Caches = (algorithm: HashAlgorithm) => Cache;

/**
 * Looks into the directory objects of the outputs.
 * @param store where directory objects are read that the cache lacks; they are not kept
 */
export async function usedObjects(
  outputs: readonly UsedOutput[],
  algorithm: HashAlgorithm,
  caches: Caches,
  store: ObjectStore | undefined,
): Promise<UsedObjects> {
  const files = new Map<string, string[]>();
  const directories: UsedDirectory[] = [];
  const unreadable: { value: string; name: string }[] = [];
  const trees = new Map<string, readonly TreeFile[] | undefined>();
  for (const { hash, name, includes } of outputs) {
    if (hash.algorithm !== algorithm) continue;
    if (!isDirectoryHash(hash)) {
      remember(files, hash.value, name);
      continue;
    }
    if (!trees.has(hash.value)) trees.set(hash.value, await treeOf(caches(algorithm), hash.value, store));
    const tree = trees.get(hash.value)?.filter((file) => includes?.(file.relpath) ?? true);
    if (tree === undefined) unreadable.push({ value: hash.value, name });
    else {
      for (const file of tree) remember(files, file.md5, `${name}/${file.relpath}`);
      directories.push({ value: hash.value, name, files: tree.map((file) => file.md5), isWhole: includes === undefined });
    }
  }
  return { algorithm, files, directories, unreadable };
}

async function treeOf(cache: Cache, value: string, store: ObjectStore | undefined): Promise<readonly TreeFile[] | undefined> {
  const local = readTree(cache, value);
  if (local !== undefined || store === undefined) return local;
  const bytes = await store.read(cache.algorithm, value);
  if (bytes === undefined) return undefined;
  const tree = decodeTree(bytes);
  if (tree !== undefined) return tree;
  throw new MillwrightError(
    'DATA_ERROR',
    `the directory object ${value} in ${store.place} is damaged: delete it there and push it again from a good copy`,
  );
}

function remember(files: Map<string, string[]>, value: string, name: string): void {
  const names = files.get(value);
  if (names === undefined) files.set(value, [name]);
  else if (!names.includes(name)) names.push(name);
}

/** Whole directories of `used`, each once. */
export function wholeDirectories(used: UsedObjects): UsedDirectory[] {
  return [...new Map(used.directories.filter((directory) => directory.isWhole).map((directory) => [directory.value, directory])).values()];
}
