import { readdirSync, statSync, type Dirent, type Stats } from 'node:fs';
import { MillwrightError, errnoOf } from '../errors.ts';
import type { FileStamp } from './file-jobs.ts';
import type { IgnoreTree } from './ignore.ts';

export interface WalkedFile {
  /** POSIX, relative to the folder that was walked. */
  readonly relpath: string;
  readonly stamp: FileStamp;
  readonly mode: number;
  /** A symbolic link to a file: its content counts. */
  readonly isLink: boolean;
  readonly links: number;
}

/**
 * The files of an output's folder, as DVC collects them: links to files followed, links to folders and repositories below left out, and what
 * `.dvcignore` names.
 */
export function walkFiles(root: string, ignore: IgnoreTree, dangling: DanglingLinks): WalkedFile[] {
  const files: WalkedFile[] = [];
  if (ignore.isIgnored(root, true)) return files;
  collect(root, '', ignore, dangling, files);
  return files;
}

/** Links to nothing are an error in data to be kept; in a work tree that is compared, a link whose cache object is gone is a missing file. */
export type DanglingLinks = 'refuse' | 'skip';

function collect(folder: string, prefix: string, ignore: IgnoreTree, dangling: DanglingLinks, files: WalkedFile[]): void {
  const entries = readFolder(folder);
  if (prefix !== '' && entries.some((entry) => entry.name === '.dvc')) return;
  const isIgnored = ignore.entriesOf(folder);
  for (const entry of entries) {
    const { name } = entry;
    if (entry.isDirectory()) {
      if (!isIgnored(name, true)) collect(`${folder}/${name}`, `${prefix}${name}/`, ignore, dangling, files);
      continue;
    }
    const stat = statSync(`${folder}/${name}`, { throwIfNoEntry: false });
    if (stat?.isDirectory() === true || isIgnored(name, false) || (stat === undefined && dangling === 'skip')) continue;
    if (name === '.dvcignore') throw new MillwrightError('DATA_ERROR', `.dvcignore file should not be in collected dir path: '${folder}'`);
    files.push(walked(`${folder}/${name}`, `${prefix}${name}`, entry, stat));
  }
}

function walked(path: string, relpath: string, entry: Dirent, stat: Stats | undefined): WalkedFile {
  if (stat === undefined) {
    throw new MillwrightError('DATA_ERROR', `'${path}' is a symbolic link to nothing: remove it, or restore what it points to`);
  }
  if (!stat.isFile())
    throw new MillwrightError('DATA_ERROR', `'${path}' is neither a file nor a folder: remove it, or name it in .dvcignore`);
  if (relpath.includes('\ufffd')) {
    throw new MillwrightError('DATA_ERROR', `the name of '${path}' is not UTF-8: rename the file`);
  }
  return {
    relpath,
    stamp: { inode: stat.ino, mtimeMs: stat.mtimeMs, size: stat.size },
    mode: stat.mode,
    isLink: entry.isSymbolicLink(),
    links: stat.nlink,
  };
}

export function readFolder(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (errnoOf(error) !== 'EACCES') throw error;
    throw new MillwrightError('DATA_ERROR', `'${folder}' cannot be read: permission denied; give yourself access with 'chmod u+rx'`, {
      cause: error,
    });
  }
}
