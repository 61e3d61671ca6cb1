import { Worker } from 'node:worker_threads';
import { MillwrightError, type ErrorCode } from '../../errors.ts';
import type { Answers, ContentsJob } from './jobs.ts';
import type { ProjectFolder } from './objects.ts';

/** Reads the bytes of data versions, off the main thread. */
export interface DataContents {
  ask<Job extends ContentsJob>(job: Job): Promise<Answers[Job['kind']]>;
  close(): Promise<void>;
}

/** Where the server stands on no project: bytes are nowhere. */
export const noContents: DataContents = {
  ask: (job: ContentsJob) => {
    const { project, path } = 'current' in job ? job.current : job.version;
    return Promise.reject(
      new MillwrightError(
        'DATA_NOT_READABLE',
        `this server knows the hashes of ${path}, not its bytes: it stands on no project; run \`millwright up\` in the folder of '${project}' to see them, or \`millwright pull ${path}\` in a clone`,
      ),
    );
  },
  close: () => Promise.resolve(),
};

/** What the thread answers; `id` is the number of the job. */
export interface ContentsReply {
  readonly id: number;
  readonly result?: Answers[ContentsJob['kind']];
  readonly failure?: { readonly code: ErrorCode | undefined; readonly message: string };
}

/** The thread costs 25 MiB: it ends when nobody has asked for this long. */
const idleMs = 60_000;
const queueLimit = 64;
const memoryMb = 512;

interface Waiting {
  resolve(result: never): void;
  reject(error: unknown): void;
}

/** Answers with one thread, started when first asked. */
export function threadedContents(project: ProjectFolder, threadFile: string): DataContents {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let jobs = 0;
  let idle: NodeJS.Timeout | undefined;

  const end = async (): Promise<void> => {
    clearTimeout(idle);
    const ending = worker;
    worker = undefined;
    await ending?.terminate();
  };
  const start = (): Worker => {
    const started = new Worker(threadFile, { workerData: project, resourceLimits: { maxOldGenerationSizeMb: memoryMb } });
    started.unref();
    started.on('message', ({ id, result, failure }: ContentsReply) => {
      const asker = waiting.get(id);
      waiting.delete(id);
      if (failure === undefined) asker?.resolve(result as never);
      else asker?.reject(failureOf(failure));
      if (waiting.size > 0) return;
      idle = setTimeout(() => void end(), idleMs);
      idle.unref();
    });
    const lose = (error: unknown): void => {
      if (worker === started) worker = undefined;
      for (const asker of waiting.values()) asker.reject(error);
      waiting.clear();
    };
    started.on('error', lose);
    started.on('exit', () => lose(new MillwrightError('INTERRUPTED', 'the server is stopping')));
    return started;
  };
  return {
    ask(job) {
      if (waiting.size >= queueLimit)
        return Promise.reject(new MillwrightError('TOO_MANY_REQUESTS', 'too many questions about data are waiting: ask again in a moment'));
      clearTimeout(idle);
      worker ??= start();
      const id = jobs++;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        worker!.postMessage({ id, job });
      });
    },
    close: end,
  };
}

function failureOf({ code, message }: NonNullable<ContentsReply['failure']>): Error {
  return code === undefined ? new Error(message) : new MillwrightError(code, message);
}
