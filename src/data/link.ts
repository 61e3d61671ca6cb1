import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  symlinkSync,
  type Stats,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { MillwrightError, errnoOf } from '../errors.ts';
import { namingFullDisk } from '../lib/full-disk.ts';
import { removeIfThere, temporaryName } from './cache.ts';
import type { LinkType } from './config.ts';

/** Puts cache objects into the work tree by the first link type that works here. */
export interface Linker {
  /** Replaces `destination` by the object, in one step: a reader or a crash finds the old file or the new one, whole. */
  create(object: string, destination: string): void;
}

/** What a file system or the distance between two says when it cannot do one kind of link. */
const unsupported = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EXDEV', 'ENOTTY', 'ENOSYS', 'EINVAL', 'EAGAIN', 'EMLINK', 'EACCES']);

/** @param stagingDir on the work tree's file system but not in the user's data: unfinished files are made there */
export function createLinker(types: readonly LinkType[], stagingDir: string): Linker {
  const usable = [...types];
  mkdirSync(stagingDir, { recursive: true });
  const attempt = (object: string, destination: string): void => {
    for (;;) {
      const type = usable[0];
      if (type === undefined) {
        throw new MillwrightError(
          'DATA_ERROR',
          `No possible cache link types for '${destination}': set one that works here, as in 'dvc config cache.type copy'`,
        );
      }
      try {
        return namingFullDisk(destination, () => replace(type, object, destination, stagingDir));
      } catch (error) {
        if (!unsupported.has(errnoOf(error) ?? '') || (type === 'copy' && errnoOf(error) !== 'EXDEV')) throw error;
        usable.shift();
      }
    }
  };
  return { create: attempt };
}

function replace(type: LinkType, object: string, destination: string, stagingDir: string): void {
  const staged = join(stagingDir, temporaryName());
  try {
    make(type, object, staged);
    move(staged, destination);
    // Renaming a hard link onto a link to the same file does nothing.
    if (type === 'hardlink') removeIfThere(staged);
  } catch (error) {
    removeIfThere(staged);
    throw error;
  }
}

function make(type: LinkType, object: string, path: string): void {
  if (type === 'symlink') return symlinkSync(object, path);
  if (type === 'hardlink') {
    // DVC does not link empty files: every empty file would share one inode, and a limit of links.
    if (lstatSync(object).size === 0) return closeSync(openSync(path, 'wx'));
    return linkSync(object, path);
  }
  copyFileSync(object, path, type === 'reflink' ? constants.COPYFILE_FICLONE_FORCE : constants.COPYFILE_EXCL);
  chmodSync(path, plainMode());
}

/** A data folder may lie on another disk than `.dvc`: then the last step is made beside the destination. */
function move(staged: string, destination: string): void {
  try {
    renameSync(staged, destination);
  } catch (error) {
    if (errnoOf(error) !== 'EXDEV') throw error;
    const beside = join(dirname(destination), temporaryName());
    try {
      copyFileSync(staged, beside, constants.COPYFILE_EXCL);
      chmodSync(beside, plainMode());
      renameSync(beside, destination);
    } catch (problem) {
      removeIfThere(beside);
      throw problem;
    }
    removeIfThere(staged);
  }
}

/** What a new file of the user would get: 0666 less the umask. */
export function plainMode(): number {
  return 0o666 & ~process.umask();
}

/** Whether a file that already holds the object's content is linked in another way than the configured types want. */
export function needsRelink(stat: Stats, linkTarget: string | undefined, object: string, types: readonly LinkType[]): boolean {
  const isHardlink = !stat.isSymbolicLink() && stat.nlink > 1;
  const isCopy = !stat.isSymbolicLink() && !isHardlink;
  for (const type of types) {
    if ((type === 'copy' || type === 'reflink') && isCopy) return false;
    if (type === 'hardlink' && isHardlink) return stat.ino !== lstatSync(object, { throwIfNoEntry: false })?.ino;
    if (type === 'symlink' && linkTarget !== undefined) return linkTarget !== object;
  }
  return true;
}

/** Makes a file of one's own out of a link into the cache, and lets its owner write. */
export function unprotect(path: string, stagingDir: string): void {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink() || stat.nlink > 1) {
    mkdirSync(stagingDir, { recursive: true });
    namingFullDisk(path, () => copyInPlace(path, join(stagingDir, temporaryName())));
  }
  chmodSync(path, plainMode());
}

function copyInPlace(path: string, staged: string): void {
  try {
    copyFileSync(path, staged, constants.COPYFILE_FICLONE);
    move(staged, path);
  } catch (error) {
    removeIfThere(staged);
    throw error;
  }
}
