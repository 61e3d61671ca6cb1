import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { MillwrightError } from '../../errors.ts';
import { fromRecord } from './errors.ts';
import type { Db, ObserveGroup, Operation } from './port.ts';
import type { Replies, ThreadData } from './sqlite-thread.ts';

export interface SqliteOptions {
  /** File of the database; made, with its folder, where it is not there. */
  readonly path: string;
  /** The thread entry: `runtimeFile('writer.js')`. */
  readonly threadFile: string;
  /** Reader threads at most; one lives from the start, the others begin when all are busy. */
  readonly readers: number;
  readonly observe?: ObserveGroup;
}

interface Pending {
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

/** Requests that may wait in one thread; more answer TOO_MANY_REQUESTS. */
const queueLimit = 10_000;

/** Opens the embedded database: one writer thread, readers on demand. Migrations have run when it resolves. */
export async function openSqlite(options: SqliteOptions): Promise<Db> {
  await mkdir(dirname(options.path), { recursive: true });
  const broken = new AbortController();
  const start = (role: ThreadData['role']): Promise<DatabaseThread> => DatabaseThread.start(options, role, (fault) => broken.abort(fault));
  const writer = await start('writer');
  const readers = [await start('reader')];
  let starting: Promise<void> | undefined;

  const reader = (): DatabaseThread => {
    const best = readers.reduce((least, thread) => (thread.waiting < least.waiting ? thread : least));
    if (best.waiting > 0 && readers.length < options.readers && starting === undefined) {
      starting = start('reader').then((thread) => {
        readers.push(thread);
        starting = undefined;
      });
      // The one that is there goes on serving; a thread that cannot start shows when the next is asked for.
      starting.catch(() => (starting = undefined));
    }
    return best;
  };

  return {
    write: (operation, input) => writer.ask(operation, input),
    read: (operation, input) => reader().ask(operation, input),
    broken: broken.signal,
    async close() {
      await starting?.catch(() => undefined);
      await Promise.all(readers.map((thread) => thread.close()));
      await writer.close();
    },
  };
}

/** Reads a database that another process may be writing. Nothing is migrated: a file that is not there is an error. */
export async function readSqlite(options: Pick<SqliteOptions, 'path' | 'threadFile'>): Promise<Pick<Db, 'read' | 'close'>> {
  // A thread that dies refuses what is asked of it.
  const reader = await DatabaseThread.start({ ...options, readers: 1 }, 'reader', () => undefined);
  return { read: (operation, input) => reader.ask(operation, input), close: () => reader.close() };
}

class DatabaseThread {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #nextId = 0;
  #failure: Error | undefined;
  #ended: Promise<void> | undefined;

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  /** @param onDeath called once where it ends though nobody closed it */
  static async start(options: SqliteOptions, role: ThreadData['role'], onDeath: (fault: Error) => void): Promise<DatabaseThread> {
    const worker = new Worker(options.threadFile, { workerData: { path: options.path, role } satisfies ThreadData, name: `db-${role}` });
    const thread = new DatabaseThread(worker);
    await new Promise<void>((resolve, reject) => {
      worker.once('message', (message: 'ready' | { failed: Parameters<typeof fromRecord>[0] }) => {
        if (message === 'ready') resolve();
        else reject(fromRecord(message.failed));
      });
      worker.once('error', reject);
      worker.once('exit', (code) => reject(died(role, `exit code ${code}`)));
    });
    worker.on('message', (answer: Replies) => {
      options.observe?.({
        kind: role === 'writer' ? 'write' : 'read',
        operations: answer.replies.length,
        milliseconds: answer.milliseconds,
      });
      thread.#settle(answer);
    });
    worker.on('error', (error) => thread.#die(died(role, error.message, error), onDeath));
    worker.on('exit', (code) =>
      thread.#ended === undefined ? thread.#die(died(role, `exit code ${code}`), onDeath) : thread.#fail(closed()),
    );
    worker.unref();
    return thread;
  }

  get waiting(): number {
    return this.#pending.size;
  }

  ask<Input, Result>(operation: Operation<Input, Result>, input: Input): Promise<Result> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#ended !== undefined) return Promise.reject(closed());
    if (this.#pending.size >= queueLimit) {
      return Promise.reject(new MillwrightError('TOO_MANY_REQUESTS', `${queueLimit} operations wait for the database: retry in a second`));
    }
    const id = (this.#nextId += 1);
    return new Promise<Result>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      if (this.#pending.size === 1) this.#worker.ref();
      this.#worker.postMessage({ id, name: operation.name, input });
    });
  }

  /** What was asked before is answered; what is asked later is refused. */
  close(): Promise<void> {
    this.#ended ??= this.#failure === undefined ? this.#end() : Promise.resolve();
    return this.#ended;
  }

  #end(): Promise<void> {
    this.#worker.ref();
    const ended = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
    this.#worker.postMessage('close');
    return ended;
  }

  #settle({ replies }: Replies): void {
    for (const reply of replies) {
      const pending = this.#pending.get(reply.id);
      this.#pending.delete(reply.id);
      if ('error' in reply) pending?.reject(fromRecord(reply.error));
      else pending?.resolve(reply.result as never);
    }
    // A thread that ends holds the process until it has closed its database.
    if (this.#pending.size === 0 && this.#ended === undefined) this.#worker.unref();
  }

  #die(fault: Error, onDeath: (fault: Error) => void): void {
    if (this.#failure !== undefined) return;
    this.#fail(fault);
    onDeath(fault);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const pending of this.#pending.values()) pending.reject(this.#failure);
    this.#pending.clear();
  }
}

function died(role: ThreadData['role'], why: string, cause?: Error): MillwrightError {
  return new MillwrightError('TEMPORARILY_UNAVAILABLE', `the database's ${role} thread died (${why}): start the server again`, { cause });
}

function closed(): MillwrightError {
  return new MillwrightError('TEMPORARILY_UNAVAILABLE', 'the database is closed');
}
