/** Thread entry: reads, hashes and copies files for `data/file-pool.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { runJob, type FileJob, type JobControl } from '../data/file-jobs.ts';
import { UNIT_BYTES, type FileReply, type SharedState } from '../data/file-pool.ts';
import { MillwrightError, errnoOf } from '../errors.ts';

const shared = workerData as SharedState;
let pending = 0;

const control: JobControl = {
  madeFolders: new Set(),
  throwIfStopped() {
    if (Atomics.load(shared, 0) === 1) throw new MillwrightError('INTERRUPTED', 'interrupted');
  },
  advance(bytes) {
    pending += bytes;
    const units = Math.floor(pending / UNIT_BYTES);
    if (units === 0) return;
    pending -= units * UNIT_BYTES;
    Atomics.add(shared, 1, units);
  },
};

parentPort!.on('message', ({ id, job }: { id: number; job: FileJob }) => {
  parentPort!.postMessage(reply(id, job));
});

function reply(id: number, job: FileJob): FileReply {
  try {
    return { id, result: runJob(job, control) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { id, failure: { code: error instanceof MillwrightError ? error.code : undefined, errno: errnoOf(error), message } };
  }
}
