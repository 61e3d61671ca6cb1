import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { hasObject, readTree, type Cache } from './cache.ts';
import { hashPath } from './hash.ts';
import { isDirectoryHash, sameHash, type Hash, type OutputState, type TrackedDependency, type TrackedOutput } from './output.ts';
import type { Repository } from './repository.ts';
import { isSettled } from './state.ts';

/** How the work tree and the cache differ from what was recorded for an output; undefined where they do not. */
export async function outputStatus(repository: Repository, output: TrackedOutput): Promise<OutputState | undefined> {
  const { hash, cache } = output.entry;
  if (hash !== undefined && cache && !hasWholeObject(repository, hash)) return 'not in cache';
  return workspaceStatus(repository, output);
}

/** As {@link outputStatus}, without a look into the cache: what `commit` and dependencies are judged by. */
export async function workspaceStatus(
  repository: Repository,
  tracked: TrackedOutput | TrackedDependency,
): Promise<OutputState | undefined> {
  if ('cache' in tracked.entry && repository.ignore.isIgnored(tracked.path, true)) return 'deleted';
  const now = await hashPath(repository, tracked.path, tracked.entry.algorithm, { keep: false, listsFiles: false });
  if (now === undefined) return 'deleted';
  return sameHash(now.hash, tracked.entry.hash) ? undefined : 'modified';
}

/** Whether the cache holds an object, and for a directory every file of it. */
export function hasWholeObject(repository: Repository, hash: Hash): boolean {
  const cache = repository.cache(hash.algorithm);
  if (!isDirectoryHash(hash)) return hasObject(cache, hash.value);
  const fingerprint = cacheFingerprint(repository, cache);
  const key = `cache:${cache.folder}:${hash.value}`;
  if (fingerprint !== undefined && hasObject(cache, hash.value) && repository.state.getFolder(key, fingerprint) === 'whole') return true;
  const isWhole = readTree(cache, hash.value)?.every((file) => hasObject(cache, file.md5)) ?? false;
  if (isWhole && fingerprint !== undefined) repository.state.setFolder(key, fingerprint, 'whole');
  return isWhole;
}

/**
 * Changes whenever an object comes to the cache or goes; undefined where that cannot be told. Where the work tree holds links into the cache an
 * object can be damaged in place, which changes no folder: then each object is looked at each time.
 */
function cacheFingerprint(repository: Repository, cache: Cache): string | undefined {
  if (repository.config.linkTypes.some((type) => type === 'hardlink' || type === 'symlink')) return undefined;
  const marks: number[] = [];
  for (let i = 0; i < 256; i += 1) {
    const stat = statSync(`${cache.folder}/${i.toString(16).padStart(2, '0')}`, { throwIfNoEntry: false });
    if (stat !== undefined && !isSettled(stat.mtimeMs)) return undefined;
    marks.push(stat?.ino ?? 0, stat?.mtimeMs ?? 0);
  }
  return createHash('md5').update(marks.join(' ')).digest('hex');
}

/** Whether an output is there, for DVC's eyes: what `.dvcignore` names is not. */
export function outputExists(repository: Repository, path: string): boolean {
  return existsSync(path) && !repository.ignore.isIgnored(path, true) && !repository.ignore.isIgnored(path, false);
}
