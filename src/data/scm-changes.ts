import { existsSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { MillwrightError, errnoOf } from '../errors.ts';
import { addGitignoreEntry, gitignoreEntry, removeGitignoreEntry } from '../formats/dvc/gitignore-file.ts';
import type { Repository } from './repository.ts';

/** What a command changed that belongs into Git: collected while it works, staged or shown at its end. */
export interface ScmChanges {
  /** A file that Git should track now. */
  track(path: string): void;
  /** Makes Git ignore an output; throws where Git tracks it. */
  ignore(path: string): Promise<void>;
  /** Lets Git see an output again. */
  unignore(path: string): void;
  /** What was ignored so far is declared in a file now, and stays ignored if the command fails later. */
  settle(): void;
  /** Takes back the lines that `ignore` added since: the command failed. */
  rollBack(): void;
  /** Stages the files where `core.autostage` says so. @returns the files left for the user to stage, relative to `cwd` */
  finish(cwd: string): Promise<readonly string[]>;
}

export function collectChanges(repository: Repository): ScmChanges {
  const { git, gitIgnore } = repository;
  if (git === undefined || gitIgnore === undefined) return noChanges;
  const files = new Set<string>();
  const ignored: string[] = [];
  const unignore = (path: string): void => {
    const file = removeEntry(path);
    gitIgnore.forget(dirname(path));
    if (file !== undefined) files.add(file);
  };
  return {
    track: (path) => void files.add(path),
    ignore: async (path) => {
      if (isIgnored(repository, path)) return;
      if (await git.isTracked(path)) throw alreadyTracked(relative(repository.root, path));
      const file = appendEntry(path, git.root);
      gitIgnore.forget(dirname(path));
      files.add(file);
      ignored.push(path);
    },
    unignore,
    settle: () => void ignored.splice(0),
    rollBack: () => {
      for (const path of ignored.splice(0)) unignore(path);
    },
    finish: async (cwd) => {
      ignored.length = 0;
      if (!repository.config.autostage) return [...files].map((file) => relative(cwd, file) || '.').sort();
      await git.add([...files].filter((file) => existsSync(file)));
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
  return repository.gitIgnore?.isIgnored(path, false) ?? false;
}

function appendEntry(path: string, gitRoot: string): string {
  const file = join(dirname(path), '.gitignore');
  if (!file.startsWith(gitRoot + sep)) {
    throw new MillwrightError('DATA_ERROR', `'${path}' is outside of git repository '${gitRoot}'`);
  }
  const text = readText(file);
  const changed = addGitignoreEntry(text ?? '', gitignoreEntry(basename(path)));
  if (changed !== undefined) writeFileSync(file, changed);
  return file;
}

/** @returns the file, where it had the line and still exists */
function removeEntry(path: string): string | undefined {
  const file = join(dirname(path), '.gitignore');
  const text = readText(file);
  const changed = text === undefined ? undefined : removeGitignoreEntry(text, gitignoreEntry(basename(path)));
  if (changed === undefined) return undefined;
  if (changed !== '') {
    writeFileSync(file, changed);
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
