/** Thread entry: reads the bytes of data versions for `data/contents/contents.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import type { ContentsReply } from '../data/contents/contents.ts';
import { runContentsJob, type ContentsJob } from '../data/contents/jobs.ts';
import type { ProjectFolder } from '../data/contents/objects.ts';
import { MillwrightError } from '../errors.ts';

const project = workerData as ProjectFolder;

parentPort!.on('message', ({ id, job }: { id: number; job: ContentsJob }) => {
  parentPort!.postMessage(reply(id, job));
});

function reply(id: number, job: ContentsJob): ContentsReply {
  try {
    return { id, result: runContentsJob(project, job) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { id, failure: { code: error instanceof MillwrightError ? error.code : undefined, message } };
  }
}
