/**
 * The state directory of a server: who owns it, and how others find the owner.
 *
 * Invariant: the process that holds `flock` on `lock` is the only one that touches the database and the blobs in it.
 * `server.json` tells where it answers; it is true only while the lock is held.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FileLock, Locks } from './backends/locks/locks.ts';
import { errnoOf, MillwrightError } from './errors.ts';
import { replaceFile } from './lib/replace-file.ts';

/** Written into `server.json` by the owner once it answers. */
export interface ServerFile {
  readonly url: string;
  readonly pid: number;
  /** It ends by itself when nobody asks it anything; whoever wants the state may wait for that. */
  readonly endsWhenIdle: boolean;
}

export interface OwnedState {
  readonly directory: string;
  /** Makes the server known: `server.json`, and the owner's token in `token` (0600). */
  publish(server: ServerFile, token: string): void;
  release(): void;
}

/** Undefined where another process owns it. */
export function ownState(directory: string, locks: Locks): OwnedState | undefined {
  const lock = lockDirectory(directory, locks);
  if (lock === undefined) return undefined;
  return { directory, publish: (server, token) => publish(directory, server, token), release: () => release(directory, lock) };
}

function lockDirectory(directory: string, locks: Locks): FileLock | undefined {
  try {
    makeFolder(directory);
    // Never part of a commit, wherever it lies.
    writeFileSync(join(directory, '.gitignore'), '*\n');
    return locks.tryLock(join(directory, 'lock'), `${process.pid}\n`);
  } catch (error) {
    const code = errnoOf(error);
    if (code === undefined || !['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT', 'ENAMETOOLONG'].includes(code)) throw error;
    throw new MillwrightError('CONFIG_INVALID', `the state cannot be kept in ${directory} (${code}): choose another folder with --state`, {
      cause: error,
    });
  }
}

/** Not `recursive`: Node's never ends below /proc. */
function makeFolder(directory: string): void {
  if (existsSync(directory)) return;
  if (!existsSync(dirname(directory))) makeFolder(dirname(directory));
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
}

function publish(directory: string, server: ServerFile, token: string): void {
  replaceFile(join(directory, 'token'), `${token}\n`, directory, 0o600);
  replaceFile(join(directory, 'server.json'), `${JSON.stringify(server)}\n`, directory, 0o644);
}

function release(directory: string, lock: FileLock): void {
  rmSync(join(directory, 'server.json'), { force: true });
  lock.release();
}

/** What whoever cannot have the state is told. */
export function stateLocked(directory: string): MillwrightError {
  const server = readServerFile(directory);
  const owner = server === undefined ? 'another process' : `the server at ${server.url} (process ${server.pid})`;
  return new MillwrightError('STATE_LOCKED', `${directory} belongs to ${owner}: use that server, stop it, or choose another folder`);
}

/** What the last owner wrote; undefined where there is none. Whether it lives, only asking tells. */
export function readServerFile(directory: string): ServerFile | undefined {
  const text = readIfThere(join(directory, 'server.json'));
  return text === undefined ? undefined : (JSON.parse(text) as ServerFile);
}

export function readOwnerToken(directory: string): string | undefined {
  return readIfThere(join(directory, 'token'))?.trim();
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR' || errnoOf(error) === 'EACCES') return undefined;
    throw error;
  }
}
