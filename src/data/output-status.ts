import { existsSync } from 'node:fs';
import { hasObject, readTree } from './cache.ts';
import { hashPath } from './hash.ts';
import { isDirectoryHash, sameHash, type Hash, type OutputState, type TrackedDependency, type TrackedOutput } from './output.ts';
import type { Repository } from './repository.ts';

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
  const now = await hashPath(repository, tracked.path, tracked.entry.algorithm);
  if (now === undefined) return 'deleted';
  return sameHash(now.hash, tracked.entry.hash) ? undefined : 'modified';
}

/** Whether the cache holds an object, and for a directory every file of it. */
export function hasWholeObject(repository: Repository, hash: Hash): boolean {
  const cache = repository.cache(hash.algorithm);
  if (!isDirectoryHash(hash)) return hasObject(cache, hash.value);
  return readTree(cache, hash.value)?.every((file) => hasObject(cache, file.md5)) ?? false;
}

/** Whether an output is there, for DVC's eyes: what `.dvcignore` names is not. */
export function outputExists(repository: Repository, path: string): boolean {
  return existsSync(path) && !repository.ignore.isIgnored(path, true) && !repository.ignore.isIgnored(path, false);
}
