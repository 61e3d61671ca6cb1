import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errnoOf } from '../errors.ts';
import type { FileStamp } from './file-jobs.ts';

/**
 * Hashes of files that have not changed since, so that a second look only stats them. A private memory in the user's cache folder: losing it
 * costs time, never truth. A file is known by inode, size and time of change; one that changed within the last ticks of the clock before it was
 * remembered could change again unseen, so it is not remembered.
 */
export interface HashState {
  /** The hash remembered for this very state of the file. @param key algorithm and absolute path, from {@link stateKey} */
  get(key: string, stamp: FileStamp): string | undefined;
  set(key: string, stamp: FileStamp, md5: string): void;
  /** The hash of a whole folder, by a digest of the names and stamps of all its files. */
  getFolder(key: string, fingerprint: string): string | undefined;
  setFolder(key: string, fingerprint: string, value: string): void;
  /** Outputs that were put into the work tree from here, and what they held then: path → `algorithm:value`. */
  outputs(): ReadonlyMap<string, string>;
  rememberOutput(path: string, hash: { readonly algorithm: string; readonly value: string }): void;
  forgetOutput(path: string): void;
  /** Writes what was learnt. Never fails a command: a memory that cannot be written is only slower. */
  flush(): void;
}

export function stateKey(algorithm: string, path: string): string {
  return algorithm === 'md5' ? path : `${algorithm}:${path}`;
}

/** Coarser than the clock of any file system in use (ext4: 4 ms; HFS+ and FAT, with 1 to 2 s, are known by their whole seconds). */
export const TICK_MS = 20;

const HEADER = 'millwright hashes 1';

export function openState(userCacheDir: string, root: string): HashState {
  const folder = join(userCacheDir, 'hashes', folderName(root));
  const files = table(join(folder, 'files'));
  const folders = table(join(folder, 'folders'));
  const outputs = table(join(folder, 'outputs'));
  return {
    get: (key, stamp) => (files.has(key) ? files.get(key, stampText(stamp)) : undefined),
    set: (key, stamp, md5) => {
      if (isSettled(stamp.mtimeMs)) files.set(key, stampText(stamp), md5);
    },
    getFolder: (key, fingerprint) => folders.get(key, fingerprint),
    setFolder: (key, fingerprint, value) => folders.set(key, fingerprint, value),
    outputs: () => outputs.values(),
    rememberOutput: (path, { algorithm, value }) => outputs.set(path, '', `${algorithm}:${value}`),
    forgetOutput: (path) => outputs.delete(path),
    flush: () => {
      files.flush();
      folders.flush();
      outputs.flush();
    },
  };
}

/** One for each root. A file name holds 255 bytes. */
function folderName(root: string): string {
  const name = encodeURIComponent(root);
  return name.length <= 200 ? name : createHash('md5').update(root).digest('hex');
}

/** Whether a file that changed at this time cannot change again without its time changing too. */
export function isSettled(mtimeMs: number): boolean {
  const age = Date.now() - mtimeMs;
  return age > (mtimeMs % 1000 === 0 ? 2000 : TICK_MS);
}

function stampText(stamp: FileStamp): string {
  return `${stamp.inode} ${stamp.mtimeMs} ${stamp.size}`;
}

/** Key → (mark, value): NUL between fields, loaded when first asked. */
function table(path: string) {
  let rows: Map<string, { mark: string; value: string }> | undefined;
  let changed = false;
  const load = (): Map<string, { mark: string; value: string }> => (rows ??= read(path));
  return {
    has: (key: string): boolean => load().has(key),
    get: (key: string, mark: string): string | undefined => {
      const row = load().get(key);
      return row?.mark === mark ? row.value : undefined;
    },
    set: (key: string, mark: string, value: string): void => {
      const row = load().get(key);
      if (row?.mark === mark && row.value === value) return;
      load().set(key, { mark, value });
      changed = true;
    },
    values: (): ReadonlyMap<string, string> => new Map([...load()].map(([key, row]) => [key, row.value])),
    delete: (key: string): void => {
      changed = load().delete(key) || changed;
    },
    flush: (): void => {
      if (!changed || rows === undefined) return;
      changed = false;
      write(path, rows);
    },
  };
}

function read(path: string): Map<string, { mark: string; value: string }> {
  const rows = new Map<string, { mark: string; value: string }>();
  const fields = contentOf(path).split('\0');
  if (fields[0] !== HEADER) return rows;
  for (let i = 1; i + 2 < fields.length; i += 3) rows.set(fields[i]!, { mark: fields[i + 1]!, value: fields[i + 2]! });
  return rows;
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return '';
  }
}

function write(path: string, rows: ReadonlyMap<string, { mark: string; value: string }>): void {
  const fields = [HEADER];
  for (const [key, { mark, value }] of rows) fields.push(key, mark, value);
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(temporary, `${fields.join('\0')}\0`);
    renameSync(temporary, path);
  } catch (error) {
    // A full disk or a read-only home must not fail the command whose work is done.
    if (errnoOf(error) === undefined) throw error;
    removeQuietly(temporary);
  }
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    // Where the folder cannot be written either, nothing lies in it
    if (errnoOf(error) === undefined) throw error;
  }
}
