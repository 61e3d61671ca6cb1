import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { filesystemBlobs } from '../../src/backends/blobs/filesystem.ts';
import type { Blobs } from '../../src/backends/blobs/port.ts';
import { openColumns } from '../../src/backends/columns/open.ts';
import type { OpenSegmentFile } from '../../src/backends/columns/segment-file.ts';
import type { Db } from '../../src/backends/db/port.ts';
import { openSqlite } from '../../src/backends/db/sqlite.ts';
import { openRecords, type InferenceRecord, type Records, type RecordSettings } from '../../src/predictions/index.ts';
import { runtimeFile } from '../../src/runtime-files.ts';

export interface RecordsSetting {
  readonly folder: string;
  readonly db?: Db;
  readonly blobs?: Blobs;
  readonly settings?: RecordSettings;
  readonly openFile?: OpenSegmentFile;
  /** Takes what the log would; a message fails the test where absent. */
  readonly told?: (message: string) => void;
}

const folders: string[] = [];
// Hooks end in the reverse of their order: the servers of the file that imports this have stopped before.
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true, maxRetries: 3 })));

/** Removed after the last test of the file. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'millwright-records-'));
  folders.push(folder);
  return folder;
}

/** Records on a folder, as the program composes them; SQLite and a folder of blobs unless others are given. */
export async function openTestRecords({ folder, settings, openFile, told, ...given }: RecordsSetting): Promise<Records> {
  const db = given.db ?? (await openSqlite({ path: join(folder, 'records.db'), threadFile: runtimeFile('writer.js'), readers: 1 }));
  const blobs = given.blobs ?? filesystemBlobs({ root: join(folder, 'blobs') });
  const columns = { folder: join(folder, 'columns'), blobs, threadFile: runtimeFile('workers/predictions.js') };
  const records = await openRecords({
    db,
    clock: { now: () => Date.now() },
    log: {
      error(details, message) {
        if (told === undefined) throw new Error(message, { cause: details });
        told(message);
      },
    },
    settings: () => settings,
    maskKey: Buffer.from('key'),
    openColumns: (hooks) => openColumns({ ...columns, ...hooks, ...(openFile === undefined ? {} : { openFile }) }),
  });
  return {
    ...records,
    async close() {
      await records.close();
      if (given.db === undefined) await db.close();
    },
  };
}

const base = 1_750_000_000_000;

/** A record of one row, or of `rows`; request number `index` came `index` ms after the first. */
export function record(index: number, change: Partial<InferenceRecord> = {}, rows = 1): InferenceRecord {
  const values = Float64Array.from({ length: rows }, (_, row) => index + row / 1000);
  return {
    workspaceId: 1,
    requestId: `r${String(index).padStart(7, '0')}`,
    endpoint: 'load',
    model: { name: 'forecaster', version: '1', runId: 'a'.repeat(32) },
    at: base + index,
    latencyMs: index % 100,
    status: 200,
    protocol: 'oip',
    input: {
      form: 'columns',
      rows,
      params: undefined,
      tensors: [
        { name: 'temperature', datatype: 'FP64', shape: [rows], data: values },
        { name: 'city', datatype: 'BYTES', shape: [rows], data: Array.from(values, () => (index % 2 === 0 ? 'Rome' : 'Köln')) },
      ],
    },
    output: { form: 'array', tensors: [{ name: 'y', datatype: 'FP64', shape: [rows], data: values.map((value) => value * 2) }] },
    error: undefined,
    ...change,
  };
}

export const times = (count: number, from = 0): number[] => Array.from({ length: count }, (_, index) => from + index);
