import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { SHARE_ENV, Worker } from 'node:worker_threads';
import { MillwrightError } from '../errors.ts';
import type { HashAlgorithm } from '../formats/dvc/entry.ts';
import type { Cache } from './cache.ts';
import type { DataEffects, Progress } from './effects.ts';
import { packStamps, runJob, stampAt, type FileJob, type FileJobResult, type FileStamp, type JobControl } from './file-jobs.ts';
import { discardObjects, nameObjects, syncNames, type StagedObject } from './settle-objects.ts';

/** Runs jobs on many files: at once where there are few, else in threads. */
export interface FilePool {
  /** Each file's hash, in order; kept in the cache too, where one is given: durable on return. */
  hash(files: readonly SizedFile[], algorithm: HashAlgorithm, cache: Cache | undefined): Promise<readonly HashedFile[]>;
}

export interface SizedFile {
  readonly path: string;
  readonly stamp: FileStamp;
}

export interface HashedFile {
  readonly md5: string;
  readonly stamp: FileStamp;
}

/** What a thread answers; `id` is the number of the job. */
export interface FileReply {
  readonly id: number;
  readonly result?: FileJobResult;
  readonly failure?: { readonly code: string | undefined; readonly errno: string | undefined; readonly message: string };
}

const CHUNK_FILES = 256;
const CHUNK_BYTES = 32 << 20;
/** Less than this is done before a thread would have started (15 ms). */
const INLINE_BYTES = 16 << 20;

/** Objects that are written but not durable yet are settled this many at a time: a killed command leaves no more unfinished files. */
const ROUND_FILES = 4096;

type PoolEffects = Pick<DataEffects, 'signal' | 'fileWorker' | 'progress' | 'syncFileSystem'>;

export function createFilePool(effects: PoolEffects): FilePool {
  return {
    hash: async (files, algorithm, cache) => {
      const foldersBefore = cache === undefined ? undefined : foldersOf(cache, files.length);
      const jobs = chunks(files).map((chunk) => ({
        ...{ kind: 'hash' as const, algorithm, cache, foldersBefore },
        paths: chunk.map(({ path }) => path),
        stamps: packStamps(chunk.map(({ stamp }) => stamp)),
      }));
      if (cache === undefined) return hashedFiles(await run(effects, jobs, 'Hashing', bytesOf(files), ignoreStaged));
      const staged: StagedObject[] = [];
      let isNamesPending = false;
      // The content of each round is synced before it gets its names; the names are synced with the next round's content
      const settleRound = (): void => {
        isNamesPending = nameObjects(staged.splice(0), cache.folder, effects.syncFileSystem) || isNamesPending;
      };
      const collect = (result: FileJobResult): void => {
        staged.push(...result.staged);
        if (staged.length >= ROUND_FILES) settleRound();
      };
      try {
        const results = await run(effects, jobs, 'Adding to the cache', bytesOf(files), collect);
        settleRound();
        if (isNamesPending) syncNames(cache.folder, effects.syncFileSystem);
        return hashedFiles(results);
      } finally {
        discardObjects(staged);
      }
    },
  };
}

const ignoreStaged = (): void => undefined;

function hashedFiles(results: readonly FileJobResult[]): HashedFile[] {
  return results.flatMap(({ md5s, stamps }) => md5s.map((md5, index) => ({ md5, stamp: stampAt(stamps, index) })));
}

/** Undefined where the cache has most folders, or asking for each object costs less than looking. */
function foldersOf({ folder }: Cache, fileCount: number): readonly string[] | undefined {
  if (fileCount < CHUNK_FILES) return undefined;
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.length < 128 ? names : undefined;
}

async function run(
  effects: PoolEffects,
  jobs: readonly FileJob[],
  label: string,
  bytes: number,
  onResult: (result: FileJobResult) => void,
): Promise<FileJobResult[]> {
  if (jobs.length <= 1 && bytes <= INLINE_BYTES) {
    const control: JobControl = { throwIfStopped: () => effects.signal.throwIfAborted(), advance: () => undefined, madeFolders: new Set() };
    return jobs.map((job) => {
      const result = runJob(job, control);
      onResult(result);
      return result;
    });
  }
  const progress = effects.progress.start(label, 'bytes', bytes);
  try {
    return await inThreads(effects, jobs, progress, onResult);
  } finally {
    progress.finish();
  }
}

/** Shared with the threads: [0] is 1 when they should stop, [1] counts bytes in units of 4 KiB. */
export type SharedState = Int32Array<SharedArrayBuffer>;
export const UNIT_BYTES = 4096;

async function inThreads(
  effects: PoolEffects,
  jobs: readonly FileJob[],
  progress: Progress,
  onResult: (result: FileJobResult) => void,
): Promise<FileJobResult[]> {
  const shared: SharedState = new Int32Array(new SharedArrayBuffer(8));
  const stop = (): void => void Atomics.store(shared, 0, 1);
  effects.signal.addEventListener('abort', stop);
  let reported = 0;
  const timer = setInterval(() => {
    const units = Atomics.load(shared, 1);
    progress.advance((units - reported) * UNIT_BYTES);
    reported = units;
  }, 100);
  const count = Math.max(1, Math.min(availableParallelism(), jobs.length));
  const workers = Array.from(
    { length: count },
    () => new Worker(effects.fileWorker, { workerData: shared, env: SHARE_ENV, trackUnmanagedFds: false }),
  );
  try {
    effects.signal.throwIfAborted();
    return await distribute(workers, jobs, onResult);
  } catch (error) {
    // The threads know that they were stopped, not why
    effects.signal.throwIfAborted();
    throw error;
  } finally {
    stop();
    clearInterval(timer);
    effects.signal.removeEventListener('abort', stop);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** Every worker gets a job, and the next one with each answer. The first failure ends all. */
async function distribute(
  workers: readonly Worker[],
  jobs: readonly FileJob[],
  onResult: (result: FileJobResult) => void,
): Promise<FileJobResult[]> {
  const results: FileJobResult[] = [];
  let next = 0;
  const drain = (worker: Worker): Promise<void> =>
    new Promise((resolve, reject) => {
      const give = (): void => {
        if (next === jobs.length) return resolve();
        const id = next++;
        worker.postMessage({ id, job: jobs[id] });
      };
      worker.on('message', (reply: FileReply) => {
        if (reply.failure !== undefined) {
          next = jobs.length;
          return reject(failureOf(reply.failure));
        }
        results[reply.id] = reply.result!;
        onResult(reply.result!);
        give();
      });
      worker.on('error', reject);
      worker.on('exit', () => reject(new MillwrightError('INTERRUPTED', 'interrupted')));
      give();
    });
  const outcomes = await Promise.allSettled(workers.map(drain));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return results;
}

function failureOf(failure: NonNullable<FileReply['failure']>): Error {
  if (failure.code !== undefined) return new MillwrightError(failure.code as 'DATA_ERROR', failure.message);
  return Object.assign(new Error(failure.message), failure.errno === undefined ? {} : { code: failure.errno });
}

function chunks(files: readonly SizedFile[]): SizedFile[][] {
  const result: SizedFile[][] = [];
  let current: SizedFile[] = [];
  let bytes = 0;
  for (const file of files) {
    if (current.length === CHUNK_FILES || (current.length > 0 && bytes + file.stamp.size > CHUNK_BYTES)) {
      result.push(current);
      current = [];
      bytes = 0;
    }
    current.push(file);
    bytes += file.stamp.size;
  }
  if (current.length > 0) result.push(current);
  return result;
}

function bytesOf(files: readonly SizedFile[]): number {
  return files.reduce((sum, { stamp }) => sum + stamp.size, 0);
}
