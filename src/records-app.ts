/**
 * Composition root of inference records: those of a server's state, and those that `millwright serve --records` keeps in a folder of
 * its own. Such a folder is laid out as a state is: `millwright up --state FOLDER` shows it in the browser, once nobody serves into it.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { filesystemBlobs } from './backends/blobs/filesystem.ts';
import type { Blobs } from './backends/blobs/port.ts';
import { openColumns } from './backends/columns/open.ts';
import { readColumns } from './backends/columns/read.ts';
import type { Db } from './backends/db/port.ts';
import { openSqlite, readSqlite } from './backends/db/sqlite.ts';
import { createLocks } from './backends/locks/flock.ts';
import { MillwrightError } from './errors.ts';
import { systemClock } from './lib/time.ts';
import { keepMaskKey, openRecords, readRecords, type RecordReader, type Records, type RecordSettings } from './predictions/index.ts';
import { runtimeFile } from './runtime-files.ts';
import { ownState, stateLocked } from './state-directory.ts';

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
  try {
    const db = await openSqlite({ path: databaseFile(directory), threadFile: runtimeFile('writer.js'), readers: 1 });
    const blobs = filesystemBlobs({ root: artifactsFolder(directory) });
    const records = await openRecordsIn(directory, { db, blobs, ...options });
    return {
      records,
      async close() {
        await records.close();
        await db.close();
        await blobs.close();
        state.release();
      },
    };
  } catch (error) {
    state.release();
    throw error;
  }
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
