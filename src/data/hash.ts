import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { MillwrightError } from '../errors.ts';
import type { HashAlgorithm } from '../formats/dvc/entry.ts';
import { encodeTree, sortTree, treeHash, type TreeFile } from '../formats/dvc/tree.ts';
import { hasObject, readTree, writeObject, type Cache } from './cache.ts';
import type { FileStamp } from './file-jobs.ts';
import type { HashedPath } from './output.ts';
import type { Repository } from './repository.ts';
import { isSettled, stateKey } from './state.ts';
import { walkFiles, type WalkedFile } from './walk.ts';

export interface HashOptions {
  /** Also put what is hashed into the cache. */
  readonly keep: boolean;
  /** False where only the hash matters: then the list of an unchanged folder need not be read. Default true. */
  readonly listsFiles?: boolean;
}

/**
 * The hash of what a path holds now; files that have not changed since they were last hashed are not read.
 * @returns undefined where nothing is there
 */
export async function hashPath(
  repository: Repository,
  path: string,
  algorithm: HashAlgorithm,
  options: HashOptions = { keep: false },
): Promise<HashedPath | undefined> {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  const cache = options.keep ? repository.cache(algorithm) : undefined;
  if (stat.isDirectory()) return hashFolder(repository, path, algorithm, cache, options.listsFiles ?? true);
  if (!stat.isFile()) throw new MillwrightError('DATA_ERROR', `'${path}' is neither a file nor a folder: only those can be tracked`);
  const stamp = { inode: stat.ino, mtimeMs: stat.mtimeMs, size: stat.size };
  const [md5] = await hashFiles(repository, [{ path, stamp }], algorithm, cache);
  const isexec = (stat.mode & 0o100) !== 0;
  return { hash: { algorithm, value: md5! }, meta: { size: stat.size, ...(isexec ? { isexec } : {}) }, tree: undefined, linked: [] };
}

async function hashFolder(
  repository: Repository,
  folder: string,
  algorithm: HashAlgorithm,
  cache: Cache | undefined,
  listsFiles: boolean,
): Promise<HashedPath> {
  const files = walkFiles(folder, repository.ignore, cache === undefined ? 'skip' : 'refuse');
  const size = files.reduce((sum, file) => sum + file.stamp.size, 0);
  const key = stateKey(algorithm, folder);
  const fingerprint = fingerprintOf(files);
  const known = repository.state.getFolder(key, fingerprint);
  if (known !== undefined && !listsFiles)
    return { hash: { algorithm, value: known }, meta: { size, nfiles: files.length }, tree: [], linked: [] };
  const remembered = known === undefined ? undefined : rememberedTree(repository, known, algorithm, cache);
  const tree = remembered ?? (await hashEach(repository, folder, files, algorithm, cache));
  const bytes = remembered === undefined ? encodeTree(tree) : undefined;
  const value = bytes === undefined ? known! : treeHash(bytes);
  if (cache !== undefined && bytes !== undefined) writeObject(cache, value, bytes);
  if (bytes !== undefined && files.every((file) => isSettled(file.stamp.mtimeMs))) repository.state.setFolder(key, fingerprint, value);
  const linked = files.filter((file) => file.isLink || file.links > 1).map((file) => file.relpath);
  return { hash: { algorithm, value }, meta: { size, nfiles: files.length }, tree, linked };
}

/** The directory object of an unchanged folder, from the cache; undefined where the cache lacks it or, when keeping, any of its files. */
function rememberedTree(
  repository: Repository,
  value: string,
  algorithm: HashAlgorithm,
  cache: Cache | undefined,
): readonly TreeFile[] | undefined {
  const tree = readTree(repository.cache(algorithm), value);
  if (tree === undefined || cache === undefined) return tree;
  return tree.every((file) => hasObject(cache, file.md5)) ? tree : undefined;
}

async function hashEach(
  repository: Repository,
  folder: string,
  files: readonly WalkedFile[],
  algorithm: HashAlgorithm,
  cache: Cache | undefined,
): Promise<TreeFile[]> {
  const targets = files.map((file) => ({ path: `${folder}/${file.relpath}`, stamp: file.stamp }));
  const digests = await hashFiles(repository, targets, algorithm, cache);
  return sortTree(files.map((file, i) => ({ relpath: file.relpath, md5: digests[i]! })));
}

export interface FileTarget {
  readonly path: string;
  readonly stamp: FileStamp;
}

/** The hash of each file, in order: remembered, or read now (and kept, where a cache is given). */
export async function hashFiles(
  repository: Repository,
  files: readonly FileTarget[],
  algorithm: HashAlgorithm,
  cache: Cache | undefined,
): Promise<string[]> {
  const digests = files.map((file) => repository.state.get(stateKey(algorithm, file.path), file.stamp));
  const missing = files.flatMap((file, i) => (isKnown(digests[i], cache) ? [] : [{ ...file, i }]));
  // Told apart because a look at an unchanged repository asks for each of its files
  if (missing.length === 0) return digests.map((digest) => digest!);
  const hashed = await repository.files.hash(missing, algorithm, cache);
  for (const [n, { path, i }] of missing.entries()) {
    const { md5, stamp } = hashed[n]!;
    digests[i] = md5;
    repository.state.set(stateKey(algorithm, path), stamp, md5);
  }
  return digests.map((digest) => digest!);
}

function isKnown(digest: string | undefined, cache: Cache | undefined): boolean {
  return digest !== undefined && (cache === undefined || hasObject(cache, digest));
}

function fingerprintOf(files: readonly WalkedFile[]): string {
  const hash = createHash('md5');
  const lines = files.map(({ relpath, stamp }) => `${relpath}\0${stamp.inode} ${stamp.mtimeMs} ${stamp.size}\n`);
  return hash.update(lines.join('')).digest('hex');
}
