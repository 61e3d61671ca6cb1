/** The files of a repository at one moment, the work tree's or a commit's, read the same way by what shows metrics and parameters. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import type { Git } from '../backends/git/git.ts';
import { findStageFiles } from './discover.ts';
import type { Repository } from '../data/repository.ts';
import { errnoOf, MillwrightError } from '../errors.ts';

export interface Tree {
  /** Paths of the dvc.yaml files, relative to the root of the repository. */
  readonly pipelineFiles: readonly string[];
  /** The text of a file by its path relative to the root; undefined where there is none. */
  read(path: string): string | undefined;
  /** The files below a folder; undefined where `path` is none. */
  filesBelow(path: string): readonly string[] | undefined;
}

export function workTree(repository: Repository): Tree {
  const pipelineFiles: string[] = [];
  const note = (file: string): void => {
    if (file.endsWith('/dvc.yaml')) pipelineFiles.push(relative(repository.root, file));
  };
  findStageFiles(repository, () => false, note);
  return {
    pipelineFiles,
    read: (path) => readFile(join(repository.root, path)),
    filesBelow: (path) => {
      const folder = join(repository.root, path);
      if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return undefined;
      const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      return entries.map((entry) => relative(repository.root, join(entry.parentPath, entry.name))).toSorted();
    },
  };
}

function readFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(errnoOf(error) ?? '')) return undefined;
    throw error;
  }
}

/** A blob that has to be fetched before the work can go on. */
class Lacking extends Error {
  readonly blob: string;
  constructor(blob: string) {
    super(blob);
    this.blob = blob;
  }
}

/**
 * Runs `work` on the files of a commit. Reading is synchronous for `work`, and Git is not: where a file is not there yet, it is
 * fetched and `work` begins again, so `work` may have no effects.
 */
export async function atCommit<T>(repository: Repository, git: Git, commit: string, work: (tree: Tree) => T): Promise<T> {
  const prefix = relative(git.root, repository.root);
  const blobs = new Map<string, string>();
  for (const [path, blob] of await git.listFiles(commit)) {
    if (prefix === '' || path.startsWith(`${prefix}/`)) blobs.set(prefix === '' ? path : path.slice(prefix.length + 1), blob);
  }
  const contents = new Map<string, string>();
  const tree: Tree = {
    pipelineFiles: [...blobs.keys()].filter((path) => posix.basename(path) === 'dvc.yaml'),
    read: (path) => {
      const blob = blobs.get(path);
      if (blob === undefined) return undefined;
      const text = contents.get(blob);
      if (text === undefined) throw new Lacking(blob);
      return text;
    },
    filesBelow: (path) => {
      const below = [...blobs.keys()].filter((file) => file.startsWith(`${path}/`));
      return below.length === 0 ? undefined : below;
    },
  };
  for (;;) {
    try {
      return work(tree);
    } catch (error) {
      if (!(error instanceof Lacking)) throw error;
      for (const [blob, bytes] of await git.readBlobs([error.blob])) contents.set(blob, bytes.toString('utf8'));
      if (!contents.has(error.blob)) throw new MillwrightError('DATA_ERROR', `Git lacks the object ${error.blob}: run \`git fsck\``);
    }
  }
}

/** Runs `work` on the work tree (`workspace`) or on a revision. */
export async function atRevision<T>(repository: Repository, revision: string, work: (tree: Tree) => T): Promise<T> {
  if (revision === 'workspace') return work(workTree(repository));
  const { git } = repository;
  if (git === undefined) throw new MillwrightError('DATA_ERROR', `'${revision}' needs Git, and this repository has none`);
  const commit = await git.resolve(revision);
  if (commit === undefined) throw new MillwrightError('DATA_ERROR', `unknown Git revision '${revision}'`);
  return atCommit(repository, git, commit, work);
}

export function folderOf(path: string): string {
  const folder = dirname(path);
  return folder === '.' ? '' : folder;
}
