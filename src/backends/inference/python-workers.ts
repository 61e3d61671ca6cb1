/**
 * Supervision of the workers of one Python model, and the queue before them.
 *
 * A call waits only while every worker is busy; calls that waited together and have the same columns go to a worker as one,
 * up to `batchRows`. If that one fails, each goes by itself, so a bad row harms its own caller only.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { MillwrightError } from '../../errors.ts';
import { concatInputs, splitOutput } from '../../formats/tensor/rows.ts';
import type { ModelInput, ModelOutput } from '../../formats/tensor/tensor.ts';
import type { RuntimeLimits, RuntimeStats } from './port.ts';
import { ModelRaised, type PythonWorker } from './python-worker.ts';

interface Call {
  readonly input: ModelInput;
  readonly settle: (answer: ModelOutput | Error) => void;
  settled: boolean;
  /** Not to be joined again: it was in a call that failed. */
  alone: boolean;
}

interface Slot {
  worker: PythonWorker | undefined;
  calls: readonly Call[];
  failures: number;
  /** It has outgrown its memory: replaced when its call ends. */
  outgrown: boolean;
  ended: Promise<void>;
}

export interface WorkersSettings {
  readonly label: string;
  readonly limits: RuntimeLimits;
  /** Started, loaded and warm. */
  readonly start: (signal: AbortSignal) => Promise<PythonWorker>;
  readonly log: (text: string) => void;
}

const memoryCheckMs = 1000;
const closingMs = 10_000;
/** A worker this many times past its limit is not waited for. */
const hardFactor = 2;

export class PythonWorkers {
  readonly #settings: WorkersSettings;
  readonly #slots: Slot[] = [];
  readonly #closing = new AbortController();
  readonly #watch: NodeJS.Timeout;
  #queue: Call[] = [];
  #restarts = 0;
  #meanMs = 50;

  /** The first worker is there already: it showed that the model loads. */
  constructor(settings: WorkersSettings, first: PythonWorker) {
    this.#settings = settings;
    for (let index = 0; index < Math.max(1, settings.limits.workers); index += 1) {
      const slot: Slot = { worker: undefined, calls: [], failures: 0, outgrown: false, ended: Promise.resolve() };
      this.#slots.push(slot);
      slot.ended = this.#supervise(slot, index === 0 ? first : undefined);
    }
    this.#watch = setInterval(() => this.#checkMemory(), memoryCheckMs).unref();
  }

  stats(): RuntimeStats {
    return {
      ready: this.#slots.some(({ worker }) => worker?.alive === true),
      running: this.#slots.reduce((sum, { calls }) => sum + calls.length, 0),
      queued: this.#queue.length,
      restarts: this.#restarts,
      memoryBytes: this.#slots.reduce((sum, { worker }) => sum + (worker?.memoryBytes ?? 0), 0),
    };
  }

  call(input: ModelInput, signal: AbortSignal | undefined): Promise<ModelOutput> {
    this.#admit(signal);
    const { label, limits } = this.#settings;
    return new Promise((resolve, reject) => {
      const late = (): void =>
        this.#stop(
          call,
          this.#queue.includes(call)
            ? this.#unavailable(`had no free worker within ${limits.timeoutMs} ms`)
            : new MillwrightError('DEADLINE_EXCEEDED', `${label} did not answer within ${limits.timeoutMs} ms`),
        );
      const timer = setTimeout(late, limits.timeoutMs);
      const leave = (): void => this.#leave(call, signal!.reason as Error);
      const call: Call = {
        input,
        settled: false,
        alone: false,
        settle: (answer) => {
          if (call.settled) return;
          call.settled = true;
          clearTimeout(timer);
          signal?.removeEventListener('abort', leave);
          if (answer instanceof Error) reject(answer);
          else resolve(answer);
        },
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#queue.push(call);
      this.#dispatch();
    });
  }

  async close(): Promise<void> {
    clearInterval(this.#watch);
    const until = Date.now() + closingMs;
    while (this.stats().running + this.#queue.length > 0 && this.stats().ready && Date.now() < until) await pause(20);
    this.#closing.abort(this.#unavailable('is being closed'));
    this.#refuseQueue('is being closed');
    for (const { worker } of this.#slots) worker?.kill();
    await Promise.all(this.#slots.map(({ ended }) => ended));
  }

  #admit(signal: AbortSignal | undefined): void {
    signal?.throwIfAborted();
    if (this.#closing.signal.aborted) throw this.#unavailable('is being closed');
    const hopeless = this.#slots.every(({ worker, failures }) => worker?.alive !== true && failures > 1);
    if (hopeless) throw this.#unavailable('has no worker that lives: each one ends as it starts');
    const busy = this.#slots.every(({ worker, calls }) => worker?.alive !== true || calls.length > 0);
    if (!busy || this.#queue.length < this.#settings.limits.queue) return;
    const retryAfterSeconds = Math.max(1, Math.ceil((this.#queue.length * this.#meanMs) / this.#slots.length / 1000));
    throw new MillwrightError('TOO_MANY_REQUESTS', `${this.#settings.label}: ${this.#queue.length} calls wait already`, {
      details: { retryAfterSeconds },
    });
  }

  /** One worker after the other in this place, later and later while they do not live. */
  async #supervise(slot: Slot, first: PythonWorker | undefined): Promise<void> {
    const { signal } = this.#closing;
    for (let worker = first; !signal.aborted; worker = undefined) {
      try {
        slot.worker = worker ?? (await this.#settings.start(signal));
        slot.outgrown = false;
        this.#dispatch();
        await slot.worker.gone;
      } catch (error) {
        this.#settings.log(`${this.#settings.label}: ${error instanceof Error ? error.message : String(error)}`);
      }
      slot.worker = undefined;
      if (signal.aborted) return;
      this.#restarts += 1;
      slot.failures += 1;
      if (slot.failures > 1 && this.#slots.every(({ worker: other }) => other === undefined)) this.#refuseQueue('has no worker that lives');
      if (slot.failures > 1) await pause(Math.min(30_000, 100 * 2 ** slot.failures), undefined, { signal, ref: false }).catch(ignoreAbort);
    }
  }

  #dispatch(): void {
    for (const slot of this.#slots) {
      if (slot.worker?.alive !== true || slot.calls.length > 0 || slot.outgrown) continue;
      const calls = this.#take();
      if (calls.length === 0) return;
      slot.calls = calls;
      void this.#run(slot, slot.worker, calls);
    }
  }

  /** The call that has waited longest, and those that may go with it. */
  #take(): Call[] {
    const first = this.#queue.shift();
    if (first === undefined) return [];
    const joined = [first];
    let rows = first.input.rows;
    for (const call of first.alone ? [] : this.#queue) {
      if (call.alone || rows + call.input.rows > this.#settings.limits.batchRows) break;
      if (concatInputs([first.input, call.input]) === undefined) break;
      joined.push(call);
      rows += call.input.rows;
    }
    this.#queue.splice(0, joined.length - 1);
    return joined;
  }

  async #run(slot: Slot, worker: PythonWorker, calls: readonly Call[]): Promise<void> {
    const startedAt = performance.now();
    try {
      const joined = calls.length === 1 ? calls[0]!.input : concatInputs(calls.map(({ input }) => input))!;
      const output = await worker.call(joined);
      slot.failures = 0;
      this.#meanMs = 0.9 * this.#meanMs + 0.1 * (performance.now() - startedAt);
      this.#share(calls, output);
    } catch (error) {
      // Those that a deadline parted from the call that ran into it are in the queue again.
      if (error instanceof ModelRaised && slot.calls.length > 1) this.#again(slot.calls);
      else for (const call of slot.calls) call.settle(this.#failure(error, worker));
    }
    slot.calls = [];
    if (slot.outgrown) worker.kill();
    this.#dispatch();
  }

  #share(calls: readonly Call[], output: ModelOutput): void {
    const parts =
      calls.length === 1
        ? [output]
        : splitOutput(
            output,
            calls.map(({ input }) => input.rows),
          );
    if (parts === undefined) this.#again(calls);
    else calls.forEach((call, index) => call.settle(parts[index]!));
  }

  #again(calls: readonly Call[]): void {
    const waiting = calls.filter(({ settled }) => !settled);
    for (const call of waiting) call.alone = true;
    this.#queue = [...waiting, ...this.#queue];
  }

  #failure(error: unknown, worker: PythonWorker): MillwrightError {
    if (error instanceof MillwrightError) return error;
    if (error instanceof ModelRaised) {
      if (error.refused) return new MillwrightError('INPUT_INVALID', `${this.#settings.label}: ${error.message}`, { cause: error });
      const details = { log: worker.log };
      return new MillwrightError('MODEL_FAILED', `${this.#settings.label}: ${error.message}`, { cause: error, details });
    }
    return this.#unavailable(
      `lost the worker that ran this call (${error instanceof Error ? error.message : String(error)}); send it again`,
    );
  }

  /** Python cannot be interrupted: the worker ends, and whoever shared its call waits for the next one. */
  #stop(call: Call, reason: Error): void {
    const slot = this.#slots.find(({ calls }) => calls.includes(call));
    this.#leave(call, reason);
    if (slot === undefined) return;
    const others = slot.calls.filter((other) => other !== call);
    slot.calls = [call];
    this.#again(others);
    slot.worker?.kill();
  }

  #leave(call: Call, reason: Error): void {
    this.#queue = this.#queue.filter((other) => other !== call);
    call.settle(reason);
  }

  #refuseQueue(what: string): void {
    for (const call of this.#queue.splice(0)) call.settle(this.#unavailable(what));
  }

  #checkMemory(): void {
    const { memoryBytes } = this.#settings.limits;
    for (const slot of this.#slots) {
      const now = slot.worker?.memoryBytes ?? 0;
      if (now <= memoryBytes) continue;
      slot.outgrown = true;
      if (slot.calls.length === 0 || now > hardFactor * memoryBytes) slot.worker?.kill();
    }
  }

  #unavailable(what: string): MillwrightError {
    return new MillwrightError('TEMPORARILY_UNAVAILABLE', `${this.#settings.label} ${what}`, { details: { retryAfterSeconds: 1 } });
  }
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
}
