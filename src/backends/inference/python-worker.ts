import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { errnoOf } from '../../errors.ts';
import type { ModelInput, ModelOutput } from '../../formats/tensor/tensor.ts';
import { runtimeFile } from '../../runtime-files.ts';
import { boundedLog, type BoundedLog } from './bounded-log.ts';
import { residentBytes } from './process-memory.ts';
import { callFrame, replyReader, type WorkerReply } from './python-frames.ts';

export interface PythonCommand {
  readonly python: string;
  /** First on the worker's PATH. */
  readonly binDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
}

/** The worker is no more: what it was asked has no answer. */
export class WorkerGone extends Error {}

/** What the model raised; the worker goes on. */
export class ModelRaised extends Error {
  /** The input does not fit: not the model's fault. */
  readonly refused: boolean;

  constructor(message: string, refused: boolean) {
    super(message);
    this.refused = refused;
  }
}

/** One process that has loaded a Python model, the leader of a process group of its own. It takes one call at a time. */
export class PythonWorker {
  readonly #child: ChildProcess;
  readonly #log: BoundedLog;
  readonly #gone: Promise<void>;
  #socket: Socket | undefined;
  #pending: { resolve: (reply: WorkerReply) => void; reject: (error: Error) => void } | undefined;
  #dead = false;

  private constructor(child: ChildProcess, log: BoundedLog) {
    this.#child = child;
    this.#log = log;
    child.stdout!.on('data', log.add);
    child.stderr!.on('data', log.add);
    child.stdin!.on('error', () => undefined);
    this.#gone = new Promise((resolve) => {
      const end = (reason: string): void => {
        this.#end(reason);
        resolve();
      };
      child.on('error', (error) => end(error.message));
      child.on('exit', (code, killer) => end(`the worker ended with ${killer ?? `exit code ${code}`}`));
    });
  }

  /** Resolves when the model is loaded. @throws ModelRaised, WorkerGone, or the signal's reason; `onStart` sees the log first */
  static async start(command: PythonCommand, signal: AbortSignal, onStart: (log: BoundedLog) => void): Promise<PythonWorker> {
    // Not below the state directory: the path of a socket holds 107 bytes.
    const folder = await mkdtemp(join(tmpdir(), 'mw-'));
    const path = join(folder, 's');
    const server = createServer();
    try {
      await listening(server, path);
      signal.throwIfAborted();
      const log = boundedLog();
      onStart(log);
      const worker = new PythonWorker(spawnWorker(command, path), log);
      await worker.#greet(server, signal);
      return worker;
    } finally {
      server.close();
      await rm(folder, { recursive: true, force: true });
    }
  }

  get log(): string {
    return this.#log.text();
  }

  get alive(): boolean {
    return !this.#dead;
  }

  get memoryBytes(): number {
    return this.#dead ? 0 : residentBytes(this.#child.pid);
  }

  /** Resolves when the process has gone. */
  get gone(): Promise<void> {
    return this.#gone;
  }

  async call(input: ModelInput): Promise<ModelOutput> {
    // What cannot be written must not leave a socket that waits for its end.
    const chunks = callFrame(input);
    const reply = await this.#await(() => {
      const socket = this.#socket!;
      socket.cork();
      for (const chunk of chunks) socket.write(chunk);
      socket.uncork();
    });
    if ('output' in reply) return reply.output;
    throw 'error' in reply ? new ModelRaised(reply.error, reply.refused) : new ModelRaised('it answered without a call', false);
  }

  /** The whole process group, with whatever the model has forked. */
  kill(): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, 'SIGKILL');
    } catch (error) {
      if (errnoOf(error) !== 'ESRCH') throw error;
    }
  }

  async #greet(server: Server, signal: AbortSignal): Promise<void> {
    const stop = (): void => this.kill();
    signal.addEventListener('abort', stop, { once: true });
    try {
      const reply = await this.#await(() => server.once('connection', (socket) => this.#attach(socket)));
      if ('error' in reply) throw new ModelRaised(reply.error, false);
    } catch (error) {
      this.kill();
      await this.#gone;
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  #attach(socket: Socket): void {
    this.#socket = socket;
    const read = replyReader((reply) => {
      const pending = this.#pending;
      this.#pending = undefined;
      pending?.resolve(reply);
    });
    socket.on('data', (chunk) => {
      try {
        read(chunk);
      } catch (error) {
        this.#end(error instanceof Error ? error.message : String(error));
      }
    });
    socket.on('error', (error) => this.#end(error.message));
    socket.on('close', () => this.#end('the worker closed its socket'));
  }

  #await(send: () => void): Promise<WorkerReply> {
    if (this.#dead) return Promise.reject(new WorkerGone('the worker has ended'));
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
      send();
    });
  }

  #end(reason: string): void {
    if (this.#dead) return;
    this.#dead = true;
    this.kill();
    this.#socket?.destroy();
    this.#pending?.reject(new WorkerGone(reason));
    this.#pending = undefined;
  }
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
}

function spawnWorker(command: PythonCommand, socketPath: string): ChildProcess {
  const env = {
    ...command.env,
    PATH: [command.binDir, command.env['PATH']].filter(Boolean).join(delimiter),
    OMP_NUM_THREADS: '1',
    PYTHONUNBUFFERED: '1',
    VIRTUAL_ENV: undefined,
    PYTHONPATH: undefined,
  };
  return spawn(command.python, [runtimeFile('python_worker.py'), socketPath, command.folder], {
    cwd: tmpdir(),
    detached: true,
    env: Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined)),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}
