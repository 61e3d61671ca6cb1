import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppendLog, type SegmentExtent } from './append-log.ts';
import type { Columns, SealedFile } from './port.ts';
import { queryColumns } from './query.ts';
import { sealedFileCache, type SealedStore } from './sealed-files.ts';
import type { OpenSegmentFile } from './segment-file.ts';
import { ColumnsThread } from './thread.ts';

export interface ColumnsOptions {
  /** A folder of this process alone: segments, files being made, the cache of sealed files. */
  readonly folder: string;
  readonly blobs: SealedStore;
  /** The bundle's file that calls `serveColumns`. */
  readonly threadFile: string;
  readonly now: () => number;
  /** A payload found in a segment at opening. */
  readonly found: (segment: string, payload: Buffer) => void;
  /** Writes down what a segment was sealed into, in one transaction; the segment is removed afterwards. */
  readonly sealed: (segment: string, files: readonly SealedFile[]) => Promise<void>;
  /** Which of these segments were sealed before a crash kept them from being removed. */
  readonly alreadySealed: (segments: readonly string[]) => Promise<readonly string[]>;
  readonly failed: (error: unknown, doing: string) => void;
  /** 16 MiB unless given. */
  readonly maxSegmentBytes?: number;
  /** One hour unless given. */
  readonly maxSegmentAgeMs?: number;
  readonly openFile?: OpenSegmentFile;
}

const retryMs = 60_000;

/** Opens an append log with its Parquet files. Neither the thread nor DuckDB is loaded before the first search or full segment. */
export async function openColumns(options: ColumnsOptions): Promise<Columns> {
  const thread = new ColumnsThread(options.threadFile);
  const cache = sealedFileCache(join(options.folder, 'cache'), options.blobs);
  let sealing = Promise.resolve();
  let retry: NodeJS.Timeout | undefined;
  let closed = false;
  const log = await AppendLog.open({
    folder: join(options.folder, 'segments'),
    maxSegmentBytes: options.maxSegmentBytes ?? 16 * 1024 * 1024,
    maxSegmentAgeMs: options.maxSegmentAgeMs ?? 3_600_000,
    now: options.now,
    found: options.found,
    rotated: () => sealLater(),
    failed: options.failed,
    ...(options.openFile === undefined ? {} : { openFile: options.openFile }),
  });
  for (const name of await options.alreadySealed(log.segments().map((segment) => segment.name))) await log.remove(name);
  const made = join(options.folder, 'making');
  await rm(made, { recursive: true, force: true });

  async function sealFull(): Promise<void> {
    clearTimeout(retry);
    try {
      for (const segment of log.full()) if (!closed) await sealSegment(segment, { ...options, thread, log, folder: made });
    } catch (error) {
      // A sealing that is cut off by closing is begun anew at the next opening.
      if (closed) return;
      options.failed(error, 'seal a segment of records: it is tried again in a minute');
      retry = setTimeout(sealLater, retryMs).unref();
    }
  }

  function sealLater(): Promise<void> {
    sealing = sealing.then(sealFull);
    return sealing;
  }

  if (log.segments().length > 0) void sealLater();
  return {
    append: (parts, written) => log.append(parts, written),
    query: (query) => queryColumns(query, { thread, cache, segments: async () => log.segments() }),
    async seal() {
      await log.rotate();
      await sealLater();
    },
    async drop(file) {
      await options.blobs.delete(file);
      await cache.forget(file);
    },
    async close() {
      closed = true;
      await log.close();
      clearTimeout(retry);
      await thread.close();
      await sealing;
    },
  };
}

interface Sealing extends Pick<ColumnsOptions, 'blobs' | 'sealed' | 'folder'> {
  readonly thread: ColumnsThread;
  readonly log: AppendLog;
}

async function sealSegment(segment: SegmentExtent, { thread, log, blobs, sealed, folder }: Sealing): Promise<void> {
  const parts = await thread.seal({ segment, folder });
  const files: SealedFile[] = [];
  for (const { key, path, sizeBytes, facts } of parts) {
    await blobs.put(key, createReadStream(path));
    await rm(path);
    files.push({ key, segment: segment.name, sizeBytes, facts });
  }
  await sealed(segment.name, files);
  await log.remove(segment.name);
}
