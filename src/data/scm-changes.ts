import { existsSync, readFileSync, statSync, truncateSync, unlinkSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { MillwrightError, errnoOf } from '../errors.ts';
import { addGitignoreEntry, gitignoreEntry, removeGitignoreEntry } from '../formats/dvc/gitignore-file.ts';
import { appendWhole } from '../lib/append-whole.ts';
import { replaceFileUnsynced } from '../lib/replace-file.ts';
import type { Repository } from './repository.ts';
import { stagingFolder } from './save-output.ts';

/** What a command changed that belongs into Git: collected while it works, staged or shown at its end. */
export interface ScmChanges {
  /** A file that Git should track now. */
  track(path: string): void;
  /** Makes Git ignore an output; throws where Git tracks it. */
  ignore(path: string): Promise<void>;
  /** Lets Git see an output again. */
  unignore(path: string): void;
  /** What was ignored so far is declared in a file now. */
  settle(): void;
  /**
   * Takes back lines that `ignore` added: the command failed.
   * @param which those of files that are not declared yet, or, as DVC does where it refuses something, all of them
   */
  rollBack(which: 'unsettled' | 'all'): void;
  /** Stages the files where `core.autostage` says so. @returns the files left for the user to stage, relative to `cwd` */
  finish(cwd: string): Promise<readonly string[]>;
}

export function collectChanges(repository: Repository): ScmChanges {
  const { git, gitIgnore } = repository;
  if (git === undefined || gitIgnore === undefined) return noChanges;
  const files = new Set<string>();
  const ignored: AddedEntry[] = [];
  let settled = 0;
  const stagingDir = stagingFolder(repository);
  const unignore = (path: string): void => {
    const file = removeEntry(path, stagingDir);
    gitIgnore.forget(dirname(path));
    if (file !== undefined) files.add(file);
  };
  return {
    track: (path) => void files.add(path),
    ignore: async (path) => {
      if (await git.isTracked(path)) throw alreadyTracked(relative(repository.root, path));
      if (isIgnored(repository, path)) return;
      const added = appendEntry(path, git.root, stagingDir);
      gitIgnore.forget(dirname(path));
      files.add(added.file);
      ignored.push(added);
    },
    unignore,
    settle: () => void (settled = ignored.length),
    rollBack: (which) => {
      for (const added of ignored.splice(which === 'all' ? 0 : settled).reverse()) {
        if (!isTakenBack(added)) unignore(added.path);
        gitIgnore.forget(dirname(added.path));
      }
    },
    finish: async (cwd) => {
      ignored.length = 0;
      settled = 0;
      if (!repository.config.autostage) return [...files].map((file) => relative(cwd, file) || '.').sort();
      const staged: string[] = [];
      // What went is staged too, if Git knew it
      for (const file of files) if (existsSync(file) || (await git.isTracked(file))) staged.push(file);
      await git.add(staged);
      return [];
    },
  };
}

const noChanges: ScmChanges = {
  track: () => undefined,
  ignore: async () => undefined,
  unignore: () => undefined,
  settle: () => undefined,
  rollBack: () => undefined,
  finish: async () => [],
};

/** Whether Git ignores a file or folder: what DVC asks before it adds a line. */
export function isIgnored(repository: Repository, path: string): boolean {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  return repository.gitIgnore?.isIgnored(path, isFolder) ?? false;
}

interface AddedEntry {
  readonly path: string;
  /** The `.gitignore`. */
  readonly file: string;
  readonly before: string | undefined;
  readonly after: string;
}

/** Cuts off what was appended, which needs no room on a full disk. @returns false where somebody changed the file since */
function isTakenBack({ file, before, after }: AddedEntry): boolean {
  if (readText(file) !== after) return false;
  if (before === undefined) unlinkSync(file);
  else if (after.startsWith(before)) truncateSync(file, Buffer.byteLength(before));
  return true;
}

function appendEntry(path: string, gitRoot: string, stagingDir: string): AddedEntry {
  const file = join(dirname(path), '.gitignore');
  if (!file.startsWith(gitRoot + sep)) {
    throw new MillwrightError('DATA_ERROR', `'${path}' is outside of git repository '${gitRoot}'`);
  }
  const text = readText(file);
  const changed = addGitignoreEntry(text ?? '', gitignoreEntry(basename(path)));
  if (changed !== undefined) {
    if (text !== undefined && changed.startsWith(text)) appendWhole(file, changed.slice(text.length));
    else replaceFileUnsynced(file, changed, stagingDir);
  }
  return { path, file, before: text, after: changed ?? text! };
}

/** @returns the file, where it had the line and still exists */
function removeEntry(path: string, stagingDir: string): string | undefined {
  const file = join(dirname(path), '.gitignore');
  const text = readText(file);
  const changed = text === undefined ? undefined : removeGitignoreEntry(text, gitignoreEntry(basename(path)));
  if (changed === undefined) return undefined;
  if (changed !== '') {
    replaceFileUnsynced(file, changed, stagingDir);
    return file;
  }
  unlinkSync(file);
  return undefined;
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function alreadyTracked(path: string): MillwrightError {
  return new MillwrightError(
    'DATA_ERROR',
    `output '${path}' is already tracked by SCM (e.g. Git).\n    You can remove it from Git, then add to DVC.\n        To stop tracking from Git:\n            git rm -r --cached '${path}'\n            git commit -m "stop tracking ${path}"`,
  );
}
