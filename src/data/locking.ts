/**
 * DVC's two locks, at DVC's places: `.dvc/tmp/lock` keeps operations on the whole repository apart; `.dvc/tmp/rwlock` says which paths a
 * process reads or writes, and outlives the first one while a stage's command runs.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { FileLock } from '../backends/locks/locks.ts';
import { MillwrightError, errnoOf } from '../errors.ts';
import { readTextIfThere } from '../lib/read-text.ts';
import { replaceFileUnsynced } from '../lib/replace-file.ts';
import { ensurePrivateFolders } from './private-folders.ts';
import type { Repository } from './repository.ts';
import { stagingFolder } from './save-output.ts';

const RETRIES = 6;
const RETRY_MS = 500;

export interface RepositoryLock {
  /** Frees the repository while a stage's command runs. */
  pause<T>(work: () => Promise<T>): Promise<T>;
}

/** Runs `work` while no other process, ours or DVC's, works on the repository. Throws REPOSITORY_BUSY after three seconds of waiting. */
export async function withRepositoryLock<T>(repository: Repository, work: (lock: RepositoryLock) => Promise<T>): Promise<T> {
  const path = join(repository.tmpDir, 'lock');
  ensurePrivateFolders(repository);
  let held = await acquire(repository, path);
  try {
    return await work({
      pause: async (inner) => {
        held.release();
        try {
          return await inner();
        } finally {
          held = await acquire(repository, path);
        }
      },
    });
  } finally {
    held.release();
  }
}

async function acquire(repository: Repository, path: string): Promise<FileLock> {
  const { effects } = repository;
  for (let attempt = 0; ; attempt += 1) {
    effects.signal.throwIfAborted();
    const lock = tryLock(repository, path);
    if (lock !== undefined) return lock;
    if (attempt === RETRIES) {
      throw new MillwrightError(
        'REPOSITORY_BUSY',
        `Unable to acquire lock ${path}: another dvc or millwright process works on this repository; wait for it to end and run the command again`,
      );
    }
    await delay(RETRY_MS, effects.signal);
  }
}

function tryLock(repository: Repository, path: string): FileLock | undefined {
  const content = ` ${process.pid}\n`;
  try {
    return repository.effects.locks.tryLock(path, content);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    // The folder is made when the repository is opened; a stage may have removed it since
    ensurePrivateFolders(repository);
    return repository.effects.locks.tryLock(path, content);
  }
}

function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', stop, { once: true });
    function done(): void {
      signal.removeEventListener('abort', stop);
      resolve();
    }
    function stop(): void {
      clearTimeout(timer);
      reject(signal.reason as Error);
    }
  });
}

export interface PathClaims {
  /** Absolute paths. */
  readonly read: readonly string[];
  readonly write: readonly string[];
  /** What the other side is told: the command line. */
  readonly command: string;
}

interface Holder {
  readonly pid: number;
  readonly cmd: string;
}

interface Claims {
  write: Record<string, Holder>;
  read: Record<string, Holder[]>;
}

/** Runs `work` while no other process writes what it reads, or touches what it writes. Throws REPOSITORY_BUSY naming the holder. */
export async function withPathClaims<T>(repository: Repository, claims: PathClaims, work: () => Promise<T>): Promise<T> {
  const self: Holder = { pid: process.pid, cmd: claims.command };
  const added = await editClaims(repository, (held) => claim(repository, held, claims, self));
  try {
    return await work();
  } finally {
    await giveUp(repository, added, self);
  }
}

/** On a full disk the claims stay in the file, for others to drop when this process is gone: what the work met is what the user must hear. */
async function giveUp(repository: Repository, added: Added, self: Holder): Promise<void> {
  try {
    await editClaims(withoutInterrupt(repository), (held) => release(held, added, self));
  } catch (error) {
    if (!(error instanceof MillwrightError) || error.code !== 'DISK_FULL') throw error;
  }
}

/** An interrupted command gives its claims up like any other: the same repository, whose signal says nothing. */
function withoutInterrupt(repository: Repository): Repository {
  return { ...repository, effects: { ...repository.effects, signal: new AbortController().signal } };
}

interface Added {
  readonly read: readonly string[];
  readonly write: readonly string[];
}

async function editClaims<T>(repository: Repository, edit: (claims: Claims) => T): Promise<T> {
  const file = join(repository.tmpDir, 'rwlock');
  const guard = await acquire(repository, `${file}.lock`);
  try {
    const text = readTextIfThere(file);
    const claims = parseClaims(file, text ?? '{}');
    const result = edit(claims);
    writeClaims(repository, file, JSON.stringify({ write: claims.write, read: claims.read }), Buffer.byteLength(text ?? ''));
    return result;
  } finally {
    guard.release();
  }
}

/** One write within it is whole for whoever reads, though the process be killed. */
const pageBytes = 4096;

/**
 * A process killed half-way through writing would block all later ones. What fits into the file that is there is written over it
 * at once, blanks (which JSON allows) up to its end; a file made anew, with room for the next claims, costs ten times as much.
 */
function writeClaims(repository: Repository, file: string, text: string, sizeBefore: number): void {
  const length = Buffer.byteLength(text);
  if (length > sizeBefore || sizeBefore > pageBytes) {
    replaceFileUnsynced(file, text + ' '.repeat(Math.max(0, pageBytes / 4 - length)), stagingFolder(repository));
    return;
  }
  const descriptor = openSync(file, 'r+');
  try {
    writeSync(descriptor, text + ' '.repeat(sizeBefore - length), 0);
  } finally {
    closeSync(descriptor);
  }
}

function parseClaims(file: string, text: string): Claims {
  try {
    const parsed = JSON.parse(text) as Partial<Claims>;
    return { write: { ...parsed.write }, read: { ...parsed.read } };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new MillwrightError(
      'REPOSITORY_BUSY',
      `'${file}' is not JSON: if no other dvc or millwright process runs, remove it and run the command again`,
    );
  }
}

function claim(repository: Repository, held: Claims, claims: PathClaims, self: Holder): Added {
  refuseBlocked(repository, held, [...claims.read, ...claims.write], self, 'write');
  refuseBlocked(repository, held, claims.write, self, 'read');
  const read = claims.read.filter((path) => !(held.read[path] ?? []).some((holder) => isSame(holder, self)));
  for (const path of read) held.read[path] = [...(held.read[path] ?? []), self];
  const write = claims.write.filter((path) => held.write[path] === undefined || !isSame(held.write[path], self));
  for (const path of write) held.write[path] = self;
  return { read, write };
}

/** Claims of processes that are gone are dropped on the way. */
function refuseBlocked(repository: Repository, held: Claims, wanted: readonly string[], self: Holder, mode: 'read' | 'write'): void {
  for (const [path, value] of Object.entries(held[mode])) {
    const waiter = wanted.find((candidate) => overlaps(candidate, path));
    if (waiter === undefined) continue;
    const holders = (Array.isArray(value) ? value : [value]).filter((holder) => !isSame(holder, self));
    const blocking = holders.filter((holder) => isAlive(holder.pid));
    if (blocking.length > 0) {
      const list = blocking.map(({ pid, cmd }) => `  (PID ${pid}): ${cmd}`).join('\n');
      throw new MillwrightError(
        'REPOSITORY_BUSY',
        `'${waiter}' is busy, it is being blocked by:\n${list}\n\nIf there are no processes with such PIDs, you can manually remove '${repository.tmpDir}/rwlock' and try again.`,
      );
    }
    for (const holder of holders) release(held, mode === 'read' ? { read: [path], write: [] } : { read: [], write: [path] }, holder);
  }
}

function release(held: Claims, added: Added, self: Holder): void {
  for (const path of added.write) delete held.write[path];
  for (const path of added.read) {
    const others = (held.read[path] ?? []).filter((holder) => !isSame(holder, self));
    if (others.length === 0) delete held.read[path];
    else held.read[path] = others;
  }
}

function isSame(a: Holder, b: Holder): boolean {
  return a.pid === b.pid && a.cmd === b.cmd;
}

function overlaps(a: string, b: string): boolean {
  return a === b || a.startsWith(b + sep) || b.startsWith(a + sep);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
}
