/** Both ends of the thread that runs DuckDB: started at the first job, ended when it had none for a while. */
import { Worker, type MessagePort } from 'node:worker_threads';
import { errnoOf } from '../../errors.ts';
import type { QueryJob, SealedPart, SealJob } from './duckdb.ts';
import type { ColumnsRow, ColumnsTable } from './port.ts';

type Job = QueryJob | SealJob;
interface Request {
  readonly id: number;
  readonly job: Job;
}
type Reply = { readonly id: number } & (
  | { readonly result: unknown }
  | { readonly failure: { message: string; errno: string | undefined } }
);

/** Answers jobs one after another. DuckDB is loaded here and nowhere else. */
export function serveColumns(port: MessagePort, table: ColumnsTable): void {
  const engine = import('./duckdb.ts').then(({ ColumnsEngine }) => ColumnsEngine.open(table));
  let before: Promise<unknown> = engine;
  port.on('message', ({ id, job }: Request) => {
    const run = async (): Promise<Reply> => {
      try {
        const opened = await engine;
        return { id, result: job.kind === 'query' ? await opened.query(job) : await opened.seal(job) };
      } catch (error) {
        return { id, failure: { message: error instanceof Error ? error.message : String(error), errno: errnoOf(error) } };
      }
    };
    before = before.then(run, run).then((reply) => port.postMessage(reply));
  });
}

/** A failed job of the thread, with the errno of a failed system call. */
export class ColumnsJobError extends Error {
  readonly errno: string | undefined;
  constructor(message: string, errno: string | undefined) {
    super(message);
    this.errno = errno;
  }
}

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

const idleMs = 30_000;

export class ColumnsThread {
  readonly #file: string;
  #worker: Worker | undefined;
  #pending = new Map<number, Pending>();
  #lastId = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  query(job: Omit<QueryJob, 'kind'>): Promise<ColumnsRow[]> {
    return this.#run({ kind: 'query', ...job }) as Promise<ColumnsRow[]>;
  }

  seal(job: Omit<SealJob, 'kind'>): Promise<SealedPart[]> {
    return this.#run({ kind: 'seal', ...job }) as Promise<SealedPart[]>;
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    await this.#worker?.terminate();
  }

  #run(job: Job): Promise<unknown> {
    clearTimeout(this.#idle);
    const worker = (this.#worker ??= this.#start());
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      worker.postMessage({ id, job } satisfies Request);
    });
  }

  #start(): Worker {
    const worker = new Worker(this.#file);
    const pending = new Map<number, Pending>();
    this.#pending = pending;
    const end = (error: Error): void => {
      if (this.#worker === worker) this.#worker = undefined;
      for (const { reject } of pending.values()) reject(error);
      pending.clear();
    };
    worker.on('message', (reply: Reply) => {
      const waiting = pending.get(reply.id);
      pending.delete(reply.id);
      if ('failure' in reply) waiting?.reject(new ColumnsJobError(reply.failure.message, reply.failure.errno));
      else waiting?.resolve(reply.result);
      if (pending.size === 0) this.#idle = setTimeout(() => void worker.terminate(), idleMs).unref();
    });
    worker.once('error', end);
    worker.once('exit', () => end(new Error('the thread that searches records ended')));
    return worker;
  }
}
