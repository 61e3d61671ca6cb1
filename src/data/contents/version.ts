import { posix } from 'node:path';
import { MillwrightError } from '../../errors.ts';
import { isDirectoryHash, type Hash, type HashAlgorithm } from '../output.ts';
import { sizeOf, treeOf, type OpenCache } from './objects.ts';

/** A recorded version of a dataset. */
export interface StoredVersion {
  readonly project: string;
  readonly path: string;
  readonly hash: Hash;
  /** As it was recorded; null where nobody said it. */
  readonly sizeBytes: number | null;
}

/** A version as the database has it; a hash that has no such form is no object of any cache. */
export function storedVersion({
  algorithm,
  hash,
  ...version
}: Omit<StoredVersion, 'hash'> & { algorithm: string; hash: string }): StoredVersion {
  return { ...version, hash: { algorithm: algorithm as HashAlgorithm, value: hash } };
}

export interface VersionFile {
  /** Relative to the dataset; the dataset's own name where it is a single file. */
  readonly path: string;
  readonly hash: string;
  /** Null where the bytes are not in the cache and nobody recorded their size. */
  readonly sizeBytes: number | null;
  readonly isHere: boolean;
}

/** Every file of a version. @throws DATA_NOT_HERE where a folder's list is not in the cache */
export function filesOfVersion(open: OpenCache, version: StoredVersion): readonly VersionFile[] {
  const { hash, path } = version;
  if (!isDirectoryHash(hash)) {
    const sizeBytes = sizeOf(open, hash);
    return [{ path: posix.basename(path), hash: hash.value, sizeBytes: sizeBytes ?? version.sizeBytes, isHere: sizeBytes !== null }];
  }
  const tree = treeOf(open, hash);
  if (tree === undefined) throw notHere(version);
  return tree.map(({ relpath, md5 }) => {
    const sizeBytes = sizeOf(open, { algorithm: hash.algorithm, value: md5 });
    return { path: relpath, hash: md5, sizeBytes, isHere: sizeBytes !== null };
  });
}

/** The content of one file of a version. @throws DATA_NOT_HERE, RESOURCE_DOES_NOT_EXIST */
export function hashOfFile(open: OpenCache, version: StoredVersion, file: string): Hash {
  if (!isDirectoryHash(version.hash)) {
    if (file === posix.basename(version.path)) return version.hash;
  } else {
    const tree = treeOf(open, version.hash);
    if (tree === undefined) throw notHere(version);
    const found = tree.find(({ relpath }) => relpath === file);
    if (found !== undefined) return { algorithm: version.hash.algorithm, value: found.md5 };
  }
  throw new MillwrightError('RESOURCE_DOES_NOT_EXIST', `no file '${file}' in ${version.path} @ ${version.hash.value}`);
}

export function notHere(version: StoredVersion, file?: string): MillwrightError {
  const what = file === undefined || file === posix.basename(version.path) ? version.path : `${version.path}/${file}`;
  return new MillwrightError(
    'DATA_NOT_HERE',
    `the bytes of ${what} @ ${version.hash.value.slice(0, 8)} are not in the cache of the project: only their hash is known; bring them with \`millwright fetch --all-commits ${version.path}\` in the project's folder`,
  );
}
