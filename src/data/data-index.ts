import { relative, sep } from 'node:path';
import type { TreeFile } from '../formats/dvc/tree.ts';
import { readTree } from './cache.ts';
import { hashPath } from './hash.ts';
import { isDirectoryHash, type Hash, type OutputEntry } from './output.ts';
import type { Repository } from './repository.ts';

/** Outputs at one moment (a commit, what the files record now, the work tree), to be compared with another. */
export interface DataIndex {
  /** By path relative to the repository's root, POSIX. */
  readonly entries: ReadonlyMap<string, IndexEntry>;
  /** Folders whose files are not known: the cache lacks their list. */
  readonly unknown: readonly string[];
}

export interface IndexEntry {
  readonly path: string;
  readonly hash: Hash | undefined;
  readonly isDirectory: boolean;
}

/** An output as some file declares it. */
export interface DeclaredOutput {
  /** POSIX, relative to the repository's root. */
  readonly path: string;
  readonly hash: Hash | undefined;
  /** The remote that it belongs to, where that is not the default one. */
  readonly remote?: string | undefined;
}

/** The files of a folder that the cache cannot list, as a remote lists them; undefined where none does. */
export type ListInRemote = (output: DeclaredOutput) => Promise<readonly TreeFile[] | undefined>;

export const emptyIndex: DataIndex = { entries: new Map(), unknown: [] };

export interface IndexOptions {
  /** Look into folders. */
  readonly isGranular: boolean;
}

/** What was recorded, with the files of folders as far as the cache or a remote knows them. */
export async function recordedIndex(
  repository: Repository,
  outputs: readonly DeclaredOutput[],
  { isGranular, listInRemote }: IndexOptions & { readonly listInRemote: ListInRemote },
): Promise<DataIndex> {
  const entries = new Map<string, IndexEntry>();
  const unknown: string[] = [];
  for (const output of outputs) {
    const { path, hash } = output;
    const isDirectory = hash !== undefined && isDirectoryHash(hash);
    entries.set(path, { path, hash, isDirectory });
    if (!isGranular || !isDirectory) continue;
    const tree = readTree(repository.cache(hash.algorithm), hash.value) ?? (await listInRemote(output));
    if (tree === undefined) unknown.push(path);
    for (const file of tree ?? []) add(entries, `${path}/${file.relpath}`, { algorithm: hash.algorithm, value: file.md5 });
  }
  return { entries, unknown };
}

/** What the work tree holds where outputs are declared. */
export async function workspaceIndex(
  repository: Repository,
  outputs: readonly DeclaredOutput[],
  { isGranular }: IndexOptions,
): Promise<DataIndex> {
  const entries = new Map<string, IndexEntry>();
  for (const { path, hash } of outputs) {
    const now = await hashPath(repository, `${repository.root}/${path}`, hash?.algorithm ?? 'md5');
    if (now === undefined) continue;
    entries.set(path, { path, hash: now.hash, isDirectory: now.tree !== undefined });
    if (!isGranular) continue;
    for (const file of now.tree ?? []) add(entries, `${path}/${file.relpath}`, { algorithm: now.hash.algorithm, value: file.md5 });
  }
  return { entries, unknown: [] };
}

function add(entries: Map<string, IndexEntry>, path: string, hash: Hash): void {
  entries.set(path, { path, hash, isDirectory: false });
}

/** The cached outputs inside the repository that stages declare. */
export function declaredOutputs(
  repository: Repository,
  outputs: readonly { readonly path: string; readonly entry: Pick<OutputEntry, 'hash' | 'cache' | 'remote'> }[],
): DeclaredOutput[] {
  return outputs
    .filter(({ path, entry }) => entry.cache && path.startsWith(repository.root + sep))
    .map(({ path, entry }) => ({ path: relative(repository.root, path), hash: entry.hash, remote: entry.remote }));
}

/** Only what is at or below one of the paths, or above it on the way there. All, where none is given. */
export function selectOutputs(outputs: readonly DeclaredOutput[], paths: readonly string[]): DeclaredOutput[] {
  if (paths.length === 0) return [...outputs];
  return outputs.filter((output) => paths.some((path) => isWithin(output.path, path) || isWithin(path, output.path)));
}

/** Whether a path is another one or lies below it. */
export function isWithin(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}
