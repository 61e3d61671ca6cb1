/** Digests are computed in a thread of their own that reads the store itself: gigabytes never pass the main thread. */
import { Worker } from 'node:worker_threads';
import type { Scope } from '../access/index.ts';
import type { BlobsLocation } from '../backends/blobs/port.ts';
import { MillwrightError, type ErrorCode } from '../errors.ts';

/** The digest of an artifact folder; undefined where the folder holds nothing. See `digest.ts`. */
export type DigestFolder = (scope: Scope, path: string, signal: AbortSignal) => Promise<string | undefined>;

/** What the thread is asked: `workerData`. */
export interface DigestJob {
  readonly location: BlobsLocation;
  readonly scope: Scope;
  readonly path: string;
}

export type DigestReply =
  | { readonly digest: string | undefined }
  | { readonly failure: { readonly code: ErrorCode | undefined; readonly message: string } };

/** Folders that may wait for their turn; more answer TOO_MANY_REQUESTS. */
const queueLimit = 100;

/** One thread at a time, for as long as a folder takes. @param threadFile the thread entry: `runtimeFile('workers/digest.js')` */
export function digestInThread(threadFile: string, location: BlobsLocation): DigestFolder {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  return async (scope, path, signal) => {
    if (waiting >= queueLimit) throw new MillwrightError('TOO_MANY_REQUESTS', `${queueLimit} folders wait for their digest: retry later`);
    waiting += 1;
    const run = (): Promise<string | undefined> => runThread(threadFile, { location, scope, path }, signal);
    const mine = last.then(run, run).finally(() => (waiting -= 1));
    last = mine;
    return mine;
  };
}

async function runThread(threadFile: string, job: DigestJob, signal: AbortSignal): Promise<string | undefined> {
  signal.throwIfAborted();
  const worker = new Worker(threadFile, { workerData: job, name: 'digest' });
  const stop = (): void => void worker.terminate();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return resultOf(await replyOf(worker), job.path);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    await worker.terminate();
  }
}

function replyOf(worker: Worker): Promise<DigestReply> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the digest thread ended with ${code} before its answer`)));
  });
}

function resultOf(reply: DigestReply, path: string): string | undefined {
  if ('digest' in reply) return reply.digest;
  const { code, message } = reply.failure;
  throw code === undefined ? new Error(`the digest of ${path}: ${message}`) : new MillwrightError(code, message);
}
