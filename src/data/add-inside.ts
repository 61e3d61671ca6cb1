import { relative } from 'node:path';
import { MillwrightError } from '../errors.ts';
import { encodeTree, treeHash, type TreeFile } from '../formats/dvc/tree.ts';
import { readTree, writeObject } from './cache.ts';
import { hashPath } from './hash.ts';
import { isDirectoryHash, type HashedPath, type Meta, type OutputEntry, type TrackedOutput } from './output.ts';
import type { Repository } from './repository.ts';
import { recorded, relinkOutput, type SaveOptions } from './save-output.ts';
import type { ScmChanges } from './scm-changes.ts';

/** Records a file or folder inside a folder that is tracked already, and leaves the rest of it as it was recorded. */
export async function addInside(
  repository: Repository,
  output: TrackedOutput,
  path: string,
  changes: ScmChanges,
  options: SaveOptions,
): Promise<OutputEntry> {
  const { entry } = output;
  if (entry.hash !== undefined && !isDirectoryHash(entry.hash)) {
    throw new MillwrightError('DATA_ERROR', `Cannot modify '${entry.path}' which is being tracked as a file`);
  }
  const known = recordedTree(repository, entry);
  const keep = options.commit && entry.cache;
  const part = await hashPath(repository, path, 'md5', { keep });
  await changes.ignore(output.path);
  const prefix = relative(output.path, path);
  const merged = merge(known, prefix, part, options.name);
  const bytes = encodeTree(merged.files);
  const hash = { algorithm: 'md5' as const, value: treeHash(bytes) };
  const size = sizeAfter(entry, merged, part, hash.value);
  const meta: Meta = { ...(size === undefined ? {} : { size }), nfiles: merged.files.length };
  const saved: HashedPath = { hash, meta, tree: merged.files, linked: [] };
  if (keep) writeObject(repository.cache('md5'), hash.value, bytes);
  // DVC gives a file that is added alone the mode of a fresh one, its execute bit included.
  if (keep && options.relink && part !== undefined) relinkOutput(repository, path, { ...part, meta: {} });
  return recorded(entry, saved);
}

function recordedTree(repository: Repository, entry: OutputEntry): readonly TreeFile[] {
  if (entry.hash === undefined) return [];
  const tree = readTree(repository.cache(entry.hash.algorithm), entry.hash.value);
  if (tree === undefined) {
    throw new MillwrightError(
      'DATA_ERROR',
      `the cache lacks the list of files of '${entry.path}' (${entry.hash.value}): 'millwright fetch ${entry.path}' brings it`,
    );
  }
  return tree;
}

interface Merged {
  readonly files: readonly TreeFile[];
  /** Nothing that was recorded went or changed. */
  readonly isAppended: boolean;
}

function merge(known: readonly TreeFile[], prefix: string, part: HashedPath | undefined, name: string): Merged {
  const others = known.filter((file) => file.relpath !== prefix && !file.relpath.startsWith(`${prefix}/`));
  if (part === undefined) {
    if (others.length === known.length) throw new MillwrightError('DATA_ERROR', `output '${name}' does not exist`);
    return { files: others, isAppended: false };
  }
  const added =
    part.tree === undefined
      ? [{ relpath: prefix, md5: part.hash.value }]
      : part.tree.map((file) => ({ ...file, relpath: `${prefix}/${file.relpath}` }));
  return { files: [...others, ...added], isAppended: others.length === known.length };
}

/** DVC knows the size of the whole only where files were added and none replaced. */
function sizeAfter(entry: OutputEntry, merged: Merged, part: HashedPath | undefined, value: string): number | undefined {
  const before = entry.meta.size === 0 ? undefined : entry.meta.size;
  if (part !== undefined && merged.isAppended && before !== undefined && part.meta.size !== undefined) return before + part.meta.size;
  return entry.hash?.value === value ? entry.meta.size : undefined;
}
