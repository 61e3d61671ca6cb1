import { chmodSync, lstatSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { MillwrightError } from '../errors.ts';
import { objectPath } from './cache.ts';
import type { LinkType } from './config.ts';
import { hashPath } from './hash.ts';
import { createLinker, needsRelink, unprotect, type Linker } from './link.ts';
import { sameHash, type HashedPath, type OutputEntry, type TrackedOutput } from './output.ts';
import { outputExists } from './output-status.ts';
import type { Repository } from './repository.ts';
import type { ScmChanges } from './scm-changes.ts';

export interface SaveOptions {
  /** Put the data into the cache (`--no-commit` leaves it out). */
  readonly commit: boolean;
  /** Link the work tree's files to the cache anew, as `cache.type` wants. */
  readonly relink: boolean;
  /** How the output is named in messages: relative to the user's folder. */
  readonly name: string;
}

/**
 * Records what an output holds now: hashes it, puts it into the cache, lets Git ignore it and links the work tree to the cache.
 * @returns the entry to write; the caller writes the file that declares the output, last
 */
export async function saveOutput(
  repository: Repository,
  output: TrackedOutput,
  changes: ScmChanges,
  options: SaveOptions,
): Promise<OutputEntry> {
  const { path, entry } = output;
  if (!outputExists(repository, path)) throw new MillwrightError('DATA_ERROR', `output '${options.name}' does not exist`);
  if (entry.cache) await changes.ignore(path);
  const keep = options.commit && entry.cache;
  const saved = await hashForSaving(repository, output, keep);
  if (saved.meta.size === 0 && saved.tree === undefined) repository.effects.warn(`'${options.name}' is empty.`);
  if (saved.tree?.length === 0) repository.effects.warn(`'${options.name}' is empty.`);
  if (keep && options.relink) {
    relinkOutput(repository, path, saved);
    repository.state.rememberOutput(path, saved.hash);
  }
  return recorded(entry, saved);
}

/** Data recorded by 2.x keeps its kind of hash for as long as it does not change. */
async function hashForSaving(repository: Repository, { path, entry }: TrackedOutput, keep: boolean): Promise<HashedPath> {
  if (entry.algorithm === 'md5-dos2unix') {
    const legacy = await hashPath(repository, path, 'md5-dos2unix');
    if (legacy !== undefined && sameHash(legacy.hash, entry.hash))
      return keep ? present(await hashPath(repository, path, 'md5-dos2unix', { keep })) : legacy;
  }
  return present(await hashPath(repository, path, 'md5', { keep }));
}

function present(hashed: HashedPath | undefined): HashedPath {
  if (hashed === undefined) throw new MillwrightError('DATA_ERROR', 'the output vanished while it was read: run the command again');
  return hashed;
}

/** The entry with what was saved; fields of version-aware remotes describe what was there before, and go. */
export function recorded(entry: OutputEntry, saved: HashedPath): OutputEntry {
  const rest = new Map(entry.rest);
  rest.delete('files');
  rest.delete('cloud');
  return { ...entry, algorithm: saved.hash.algorithm, hash: saved.hash, meta: saved.meta, rest };
}

/** Links what was just saved: its content is in the cache, so nothing can be lost. */
export function relinkOutput(repository: Repository, path: string, saved: HashedPath): void {
  // DVC moves the file itself into the cache where hard links come first: then a copy will not do, even if the list allows one.
  const types: readonly LinkType[] = repository.config.linkTypes[0] === 'hardlink' ? ['hardlink'] : repository.config.linkTypes;
  const cache = repository.cache(saved.hash.algorithm);
  const stagingDir = stagingFolder(repository);
  let linker: Linker | undefined;
  const relink = (file: string, md5: string): void => {
    linker ??= createLinker(repository.config.linkTypes, stagingDir);
    linker.create(objectPath(cache, md5), file);
  };
  if (saved.tree === undefined) {
    relinkFile(path, objectPath(cache, saved.hash.value), () => relink(path, saved.hash.value), types, stagingDir);
    if (saved.meta.isexec === true) makeExecutable(path);
    return;
  }
  // Copies are what the default asks for: then only links among the files need a look.
  const linked = new Set(saved.linked);
  const isCopyWanted = types[0] === 'copy' || types[0] === 'reflink';
  for (const { relpath, md5 } of saved.tree) {
    if (isCopyWanted && !linked.has(relpath)) continue;
    const file = `${path}/${relpath}`;
    const stat = lstatSync(file);
    const target = stat.isSymbolicLink() ? readlinkSync(file) : undefined;
    if (needsRelink(stat, target, objectPath(cache, md5), types)) relink(file, md5);
  }
}

/** A single file gets the mode of a fresh one; a folder's files keep theirs, as with DVC. */
function relinkFile(path: string, object: string, relink: () => void, types: Repository['config']['linkTypes'], stagingDir: string): void {
  const stat = lstatSync(path);
  const target = stat.isSymbolicLink() ? readlinkSync(path) : undefined;
  if (needsRelink(stat, target, object, types)) relink();
  else if (types[0] === 'copy' || types[0] === 'reflink') unprotect(path, stagingDir);
}

/** DVC lets the owner execute, and only the owner. */
export function makeExecutable(path: string): void {
  chmodSync(path, statSync(path).mode | 0o100);
}

export function stagingFolder(repository: Repository): string {
  return join(repository.tmpDir, 'millwright');
}
