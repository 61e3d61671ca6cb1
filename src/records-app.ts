/**
 * Composition root of inference records: those of a server's state, and those that `millwright serve --records` keeps in a folder of
 * its own. Such a folder is laid out as a state is: `millwright up --state FOLDER` shows it in the browser, once nobody serves into it.
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { filesystemBlobs } from './backends/blobs/filesystem.ts';
import type { Blobs } from './backends/blobs/port.ts';
import { openColumns } from './backends/columns/open.ts';
import type { Spool } from './backends/columns/port.ts';
import { readColumns } from './backends/columns/read.ts';
import { openSpool } from './backends/columns/spool.ts';
import type { Db } from './backends/db/port.ts';
import { openSqlite, readSqlite } from './backends/db/sqlite.ts';
import { createLocks } from './backends/locks/flock.ts';
import type { FileLock } from './backends/locks/locks.ts';
import { errnoOf, MillwrightError } from './errors.ts';
import { systemClock } from './lib/time.ts';
import {
  forwardRecords,
  keepMaskKey,
  openRecords,
  readRecords,
  type Forwarder,
  type RecordReader,
  type Records,
  type RecordSettings,
} from './predictions/index.ts';
import { runtimeFile } from './runtime-files.ts';
import { ownState, stateLocked } from './state-directory.ts';

export { keepEverything } from './predictions/index.ts';

type Log = { error(details: object, message: string): void };

interface RecordsStores {
  readonly db: Db;
  readonly blobs: Blobs;
  readonly log: Log;
  readonly settings: (workspaceId: number, endpoint: string) => RecordSettings | undefined;
}

export const databaseFile = (directory: string): string => join(directory, 'millwright.db');
export const artifactsFolder = (directory: string): string => join(directory, 'artifacts');

/** Segments lie in the state directory, of which there is one for each process; sealed files go to the blobs. */
export async function openRecordsIn(directory: string, stores: RecordsStores): Promise<Records> {
  const key = await stores.db.write(keepMaskKey, { fresh: randomBytes(32).toString('hex') });
  return openRecords({
    ...stores,
    maskKey: Buffer.from(key, 'hex'),
    clock: systemClock,
    openColumns: (hooks) => openColumns({ ...columnsIn(directory, stores.blobs), ...hooks }),
  });
}

export interface OwnedRecords {
  readonly records: Records;
  close(): Promise<void>;
}

/** Makes the folder where it is not there. @throws STATE_LOCKED where another process owns it */
export async function openRecordsFolder(directory: string, options: Pick<RecordsStores, 'log' | 'settings'>): Promise<OwnedRecords> {
  const state = ownState(directory, createLocks());
  if (state === undefined) throw stateLocked(directory);
  await using opened = new AsyncDisposableStack();
  opened.adopt(state, (one) => one.release());
  const stored = { path: databaseFile(directory), threadFile: runtimeFile('writer.js'), readers: 1 };
  const db = opened.adopt(await openSqlite(stored), (one) => one.close());
  const blobs = opened.adopt(filesystemBlobs({ root: artifactsFolder(directory) }), (one) => one.close());
  const records = opened.adopt(await openRecordsIn(directory, { db, blobs, ...options }), (one) => one.close());
  const kept = opened.move();
  return { records, close: () => kept.disposeAsync() };
}

export interface Forwarding {
  readonly server: string;
  readonly endpoint: string;
  readonly userDataDir: string;
  readonly send: Parameters<typeof forwardRecords>[0]['send'];
  readonly settings: () => RecordSettings;
  readonly log: Log;
}

export interface ForwardedRecords {
  readonly records: Forwarder;
  /** Where records wait. */
  readonly folder: string;
  close(): Promise<void>;
}

const spoolLimitBytes = 256 * 1024 * 1024;

/** Sends records to a server, by way of a folder that no other process uses; what processes before left unsent goes, too. */
export async function openForwarding({ server, endpoint, userDataDir, send, settings, log }: Forwarding): Promise<ForwardedRecords> {
  const name = createHash('sha256')
    .update(JSON.stringify([server, endpoint]))
    .digest('hex')
    .slice(0, 16);
  await using opened = new AsyncDisposableStack();
  const claimed = claimFolders(join(userDataDir, 'unsent', name));
  for (const { lock } of claimed) opened.adopt(lock, (one) => one.release());
  const failed = (error: unknown, doing: string): void => log.error({ err: error }, `cannot ${doing}`);
  const spools: Spool[] = [];
  for (const { folder } of claimed) {
    const spool = await openSpool({ folder, limitBytes: spoolLimitBytes, now: () => systemClock.now(), failed });
    spools.push(opened.adopt(spool, (one) => one.close()));
  }
  const delay = (ms: number, signal: AbortSignal): Promise<void> => setTimeout(ms, undefined, { signal });
  const [first, ...others] = spools as [Spool, ...Spool[]];
  const records = forwardRecords({ spools: [first, ...others], send, settings, clock: systemClock, log, delay });
  // From here on the forwarder closes the spools.
  opened.move();
  return {
    records,
    folder: claimed[0]!.folder,
    async close() {
      await records.close();
      for (const { lock } of claimed) lock.release();
    },
  };
}

interface ClaimedFolder {
  readonly folder: string;
  readonly lock: FileLock;
}

/** Every folder that is there and free, and a new one where none is. */
function claimFolders(root: string): ClaimedFolder[] {
  const locks = createLocks();
  const claim = (name: string): ClaimedFolder | undefined => {
    const folder = join(root, name);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const lock = locks.tryLock(join(folder, 'lock'), `${process.pid}\n`);
    return lock === undefined ? undefined : { folder, lock };
  };
  const free: ClaimedFolder[] = [];
  const take = (name: string): void => {
    const claimed = claim(name);
    if (claimed !== undefined) free.push(claimed);
  };
  try {
    mkdirSync(root, { recursive: true, mode: 0o700 });
    const names = readdirSync(root);
    names.forEach(take);
    for (let next = names.length; free.length === 0; next += 1) take(String(next));
    return free;
  } catch (error) {
    for (const { lock } of free) lock.release();
    const code = errnoOf(error);
    if (code === undefined || !['EACCES', 'EPERM', 'EROFS', 'ENOTDIR'].includes(code)) throw error;
    const remedy = 'name another with XDG_DATA_HOME, keep records with --records FOLDER, or none with --no-records';
    throw new MillwrightError('CONFIG_INVALID', `records on their way to the server cannot be kept in ${root} (${code}): ${remedy}`, {
      cause: error,
    });
  }
}

/** Makes one process at a time follow a file; undefined where another one does. */
export function lockTail(path: string): FileLock | undefined {
  return createLocks().tryLock(path, `${process.pid}\n`);
}

/** Searches such a folder, also while another process serves into it. @throws RESOURCE_DOES_NOT_EXIST where it holds none */
export async function readRecordsFolder(directory: string): Promise<RecordReader & { close(): Promise<void> }> {
  const path = databaseFile(directory);
  if (!existsSync(path))
    throw new MillwrightError(
      'RESOURCE_DOES_NOT_EXIST',
      `${directory} holds no records: name the folder that was given to \`millwright serve --records\``,
    );
  const db = await readSqlite({ path, threadFile: runtimeFile('writer.js') });
  const blobs = filesystemBlobs({ root: artifactsFolder(directory) });
  const columns = readColumns(columnsIn(directory, blobs));
  return {
    ...readRecords({ db, columns }),
    async close() {
      await columns.close();
      await db.close();
      await blobs.close();
    },
  };
}

function columnsIn(directory: string, blobs: Blobs): Parameters<typeof readColumns>[0] {
  return { folder: join(directory, 'predictions'), blobs, threadFile: runtimeFile('workers/predictions.js') };
}
