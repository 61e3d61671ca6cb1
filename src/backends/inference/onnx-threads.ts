/**
 * The threads of one ONNX model, each with a session of its own (sessions cannot be shared). One at first; more while calls
 * wait, up to `maxThreads`; those beyond the first end when they have been idle. A thread runs one call at a time.
 */
import { Worker } from 'node:worker_threads';
import { MillwrightError } from '../../errors.ts';
import type { Tensor } from '../../formats/tensor/tensor.ts';
import { runtimeFile } from '../../runtime-files.ts';
import type { OnnxFacts, OnnxSource } from './onnx-session.ts';

/** What a thread says: of itself once, then one answer for each call. */
export type ThreadMessage =
  | { readonly facts: OnnxFacts }
  | { readonly refused: string }
  | { readonly outputs: readonly Tensor[]; readonly elapsedMs: number; readonly cpuMs: number }
  | { readonly failed: string };

export interface ThreadAnswer {
  readonly outputs: readonly Tensor[];
  readonly elapsedMs: number;
  /** What the model took of its thread: on a busy machine much less than the time that went by. */
  readonly cpuMs: number;
}

interface Call {
  readonly feeds: readonly Tensor[];
  readonly settle: (answer: ThreadAnswer | Error) => void;
}

interface Thread {
  readonly worker: Worker;
  ready: boolean;
  call: Call | undefined;
  idleTimer: NodeJS.Timeout | undefined;
}

interface ThreadSettings {
  readonly label: string;
  readonly source: OnnxSource;
  readonly maxThreads: number;
  readonly queue: number;
}

const idleMs = 30_000;

export class OnnxThreads {
  readonly #settings: ThreadSettings;
  readonly #threads = new Set<Thread>();
  readonly #waiting: Call[] = [];
  #restarts = 0;
  #closed = false;
  #meanMs = 1;

  constructor(settings: ThreadSettings) {
    this.#settings = settings;
  }

  get stats(): { running: number; queued: number; restarts: number } {
    const running = [...this.#threads].filter(({ call }) => call !== undefined).length;
    return { running, queued: this.#waiting.length, restarts: this.#restarts };
  }

  /** Starts the first thread. @throws Error with what the runtime said of the model */
  start(): Promise<OnnxFacts> {
    return new Promise((resolve, reject) => this.#open(resolve, reject));
  }

  run(feeds: readonly Tensor[], signal: AbortSignal): Promise<ThreadAnswer> {
    const { label, queue } = this.#settings;
    if (this.#closed) throw new MillwrightError('TEMPORARILY_UNAVAILABLE', `${label} is being closed`);
    signal.throwIfAborted();
    const idle = [...this.#threads].find(({ ready, call }) => ready && call === undefined);
    if (idle === undefined && this.#waiting.length >= queue) throw this.#full();
    return new Promise((resolve, reject) => {
      const call: Call = {
        feeds,
        settle: (answer) => {
          signal.removeEventListener('abort', stop);
          if (answer instanceof Error) reject(answer);
          else resolve(answer);
        },
      };
      const stop = (): void => this.#abandon(call, signal.reason as Error);
      signal.addEventListener('abort', stop, { once: true });
      if (idle === undefined) this.#wait(call);
      else give(idle, call);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const call of this.#waiting.splice(0)) call.settle(this.#gone('is being closed'));
    await Promise.all([...this.#threads].map((thread) => thread.worker.terminate()));
  }

  #wait(call: Call): void {
    this.#waiting.push(call);
    const starting = [...this.#threads].some(({ ready }) => !ready);
    if (!starting && this.#threads.size < this.#settings.maxThreads) this.#open(undefined, (error) => this.#refuseAll(error));
  }

  /** A native call cannot be stopped: its thread is left to end by itself, and no other call is given to it. */
  #abandon(call: Call, reason: Error): void {
    const at = this.#waiting.indexOf(call);
    if (at >= 0) this.#waiting.splice(at, 1);
    const thread = [...this.#threads].find((one) => one.call === call);
    if (thread !== undefined) {
      this.#threads.delete(thread);
      void thread.worker.terminate();
      this.#restarts += 1;
      this.#replaceWhereNeeded();
    }
    call.settle(reason);
  }

  #open(loaded: ((facts: OnnxFacts) => void) | undefined, refused: (error: Error) => void): void {
    const worker = new Worker(runtimeFile('workers/onnx.js'), { workerData: this.#settings.source });
    const thread: Thread = { worker, ready: false, call: undefined, idleTimer: undefined };
    this.#threads.add(thread);
    worker.unref();
    worker.on('message', (message: ThreadMessage) => {
      if ('facts' in message) {
        thread.ready = true;
        loaded?.(message.facts);
        this.#next(thread);
      } else if ('refused' in message) {
        this.#threads.delete(thread);
        refused(new Error(message.refused));
      } else {
        this.#answer(thread, message);
      }
    });
    worker.on('error', (error) => refused(error));
    worker.on('exit', () => this.#exited(thread));
  }

  #answer(thread: Thread, message: ThreadAnswer | { failed: string }): void {
    const call = thread.call;
    thread.call = undefined;
    if ('failed' in message) call?.settle(new Error(message.failed));
    else {
      this.#meanMs = 0.9 * this.#meanMs + 0.1 * message.elapsedMs;
      call?.settle(message);
    }
    this.#next(thread);
  }

  #next(thread: Thread): void {
    const call = this.#waiting.shift();
    if (call !== undefined) give(thread, call);
    else if (this.#threads.size > 1) thread.idleTimer = setTimeout(() => this.#retire(thread), idleMs).unref();
  }

  #retire(thread: Thread): void {
    if (thread.call !== undefined || this.#threads.size === 1) return;
    this.#threads.delete(thread);
    void thread.worker.terminate();
  }

  #exited(thread: Thread): void {
    thread.call?.settle(this.#gone('lost the thread that ran this call; send it again'));
    if (!this.#threads.delete(thread) || this.#closed) return;
    this.#restarts += 1;
    this.#replaceWhereNeeded();
  }

  #replaceWhereNeeded(): void {
    if (this.#threads.size === 0) this.#open(undefined, (error) => this.#refuseAll(error));
  }

  #refuseAll(error: Error): void {
    if (this.#threads.size > 0) return;
    for (const call of this.#waiting.splice(0)) call.settle(this.#gone(`cannot be loaded any more: ${error.message}`));
  }

  #full(): MillwrightError {
    const retryAfterSeconds = Math.max(1, Math.ceil((this.#waiting.length * this.#meanMs) / this.#settings.maxThreads / 1000));
    return new MillwrightError('TOO_MANY_REQUESTS', `${this.#settings.label}: ${this.#waiting.length} calls wait already`, {
      details: { retryAfterSeconds },
    });
  }

  #gone(what: string): MillwrightError {
    return new MillwrightError('TEMPORARILY_UNAVAILABLE', `${this.#settings.label} ${what}`, { details: { retryAfterSeconds: 1 } });
  }
}

function give(thread: Thread, call: Call): void {
  clearTimeout(thread.idleTimer);
  thread.call = call;
  thread.worker.postMessage(call.feeds, buffersOf(call.feeds));
}

/** The memory of the tensors, to be handed over instead of copied. */
export function buffersOf(tensors: readonly Tensor[]): ArrayBuffer[] {
  return tensors.flatMap(({ data }) => (ArrayBuffer.isView(data) && data.buffer instanceof ArrayBuffer ? [data.buffer] : []));
}
