import { randomBytes } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errnoOf } from '../errors.ts';
import { namingFullDisk } from './full-disk.ts';

/**
 * Writes a file so that a reader, and a machine after a power cut, finds the old text or the new one, whole.
 * @param stagingDir where the unfinished file lies: a folder that nobody looks into
 * @param mode its permission bits; where absent it keeps those that it has
 */
export function replaceFile(path: string, text: string, stagingDir: string, mode = statSync(path, { throwIfNoEntry: false })?.mode): void {
  namingFullDisk(path, () => replace(path, text, stagingDir, mode, fsyncSync));
  syncFolder(dirname(path));
}

/** As {@link replaceFile}, but after a power cut the old text may stand there, until the folder is synced. */
export function replaceFileSoon(path: string, text: string, stagingDir: string): void {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  namingFullDisk(path, () => replace(path, text, stagingDir, mode, fsyncSync));
}

/** As {@link replaceFile} for what can be made again: whole for every reader, but after a power cut the old text may stand there. */
export function replaceFileUnsynced(path: string, text: string, stagingDir: string): void {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  namingFullDisk(path, () => replace(path, text, stagingDir, mode, () => undefined));
}

function replace(path: string, text: string, stagingDir: string, mode: number | undefined, sync: (descriptor: number) => void): void {
  mkdirSync(stagingDir, { recursive: true });
  const staged = join(stagingDir, `${basename(path).slice(0, 100)}.${randomBytes(8).toString('hex')}`);
  try {
    const descriptor = openSync(staged, 'wx', mode);
    try {
      writeFileSync(descriptor, text);
      if (mode !== undefined) fchmodSync(descriptor, mode & 0o7777);
      sync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    rename(staged, path);
  } catch (error) {
    removeIfThere(staged);
    throw error;
  }
}

/** Across file systems the last step is made beside the file. */
function rename(staged: string, path: string): void {
  try {
    renameSync(staged, path);
  } catch (error) {
    if (errnoOf(error) !== 'EXDEV') throw error;
    const beside = join(dirname(path), `.${basename(staged).slice(-16)}.tmp`);
    try {
      copyFileSync(staged, beside);
      renameSync(beside, path);
    } catch (problem) {
      removeIfThere(beside);
      throw problem;
    }
    removeIfThere(staged);
  }
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}
