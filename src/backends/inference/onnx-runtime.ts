/** A loaded ONNX model: in threads, or on this thread where that was measured to be cheaper than a hop. */
import { availableParallelism } from 'node:os';
import { MillwrightError } from '../../errors.ts';
import type { ModelInput, Tensor } from '../../formats/tensor/tensor.ts';
import { callCost, type CallCost } from './call-cost.ts';
import { answerOf, describeAnswer } from './onnx-answer.ts';
import { feedsOf } from './onnx-feeds.ts';
import { openSession, type OnnxFacts, type OnnxSession, type OnnxSource } from './onnx-session.ts';
import { OnnxThreads } from './onnx-threads.ts';
import type { ModelToLoad, Runtime, RuntimeLimits } from './port.ts';

/** A call dearer than this never runs on the main thread. */
const inlineMs = 0.3;
/** Loading blocks, once: a model that takes longer stays in its threads. */
const inlineLoadMs = 150;
/** Every so manyth call goes to a thread although it is cheap: nothing else runs there, so its time is the model's. */
const measureEvery = 256;
const warmUps = 8;

export async function loadOnnx(
  model: ModelToLoad,
  source: OnnxSource,
  limits: RuntimeLimits,
  example: ModelInput | undefined,
): Promise<Runtime> {
  const before = process.memoryUsage.rss();
  const threads = new OnnxThreads({ label: model.label, source, maxThreads: availableParallelism(), queue: limits.queue });
  try {
    const facts = await threads.start();
    const cost = callCost();
    if (example !== undefined) await warm(threads, feedsMaker(example, facts), cost, limits, example.rows);
    return runtime({ model, source, limits, threads, facts, cost, memoryBytes: Math.max(0, process.memoryUsage.rss() - before) });
  } catch (error) {
    await threads.close();
    if (error instanceof MillwrightError && error.code === 'MODEL_INVALID') throw error;
    throw new MillwrightError('MODEL_INVALID', `${model.label}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** Threads take the memory of what they are given: each call needs its own. */
function feedsMaker(input: ModelInput, facts: OnnxFacts): () => Tensor[] {
  return () => feedsOf(input, facts.inputs);
}

async function warm(threads: OnnxThreads, feeds: () => Tensor[], cost: CallCost, limits: RuntimeLimits, rows: number): Promise<void> {
  const signal = AbortSignal.timeout(Math.max(limits.timeoutMs, 60_000));
  for (let turn = 0; turn < warmUps; turn += 1) {
    const { cpuMs } = await threads.run(feeds(), signal);
    // The first ones allocate.
    if (turn >= 2) cost.add(rows, cpuMs);
  }
}

interface Loaded {
  readonly model: ModelToLoad;
  readonly source: OnnxSource;
  readonly limits: RuntimeLimits;
  readonly threads: OnnxThreads;
  readonly facts: OnnxFacts;
  readonly cost: CallCost;
  readonly memoryBytes: number;
}

function runtime({ model, source, limits, threads, facts, cost, memoryBytes }: Loaded): Runtime {
  const shape = { answer: model.answer ?? 'onnx', declared: model.signature?.outputs, zipMaps: facts.zipMaps };
  let inline: OnnxSession | undefined;
  let opening: Promise<void> | undefined;
  let [calls, running, closed] = [0, 0, false];
  const drained: (() => void)[] = [];

  /** Opened beside the calls, never in front of one: loading takes longer than a hop. */
  function openInline(): void {
    opening ??= openSession(source).then(async (session) => {
      if (closed) await session.close();
      else inline = session;
    });
  }

  async function run(feeds: Tensor[], rows: number, signal: AbortSignal | undefined): Promise<readonly Tensor[]> {
    calls += 1;
    if (calls % measureEvery !== 0 && facts.loadMs < inlineLoadMs && cost.predict(rows) < inlineMs) {
      if (inline !== undefined) return inline.run(feeds);
      openInline();
    }
    const { outputs, cpuMs } = await deadline(model.label, limits.timeoutMs, signal, (stop) => threads.run(feeds, stop));
    cost.add(rows, cpuMs);
    return outputs;
  }

  return {
    flavor: 'onnx',
    inputs: facts.inputs,
    outputs: describeAnswer(facts.outputs, shape),
    async predict(input, signal) {
      if (closed) throw new MillwrightError('TEMPORARILY_UNAVAILABLE', `${model.label} is being closed`);
      running += 1;
      try {
        const outputs = await run(feedsOf(input, facts.inputs), input.rows, signal);
        return answerOf(outputs, input.form, shape);
      } catch (error) {
        throw error instanceof MillwrightError || signal?.aborted === true ? error : failure(model.label, error);
      } finally {
        running -= 1;
        if (running === 0) for (const wake of drained.splice(0)) wake();
      }
    },
    stats: () => {
      const { queued, restarts } = threads.stats;
      return { ready: !closed, running: running - queued, queued, restarts, memoryBytes };
    },
    async close() {
      closed = true;
      if (running > 0) await Promise.race([new Promise<void>((resolve) => drained.push(resolve)), pause(10_000)]);
      await threads.close();
      await opening;
      await inline?.close();
      inline = undefined;
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref());
}

async function deadline<T>(
  label: string,
  timeoutMs: number,
  signal: AbortSignal | undefined,
  work: (stop: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const late = new MillwrightError('DEADLINE_EXCEEDED', `${label} did not answer within ${timeoutMs} ms`);
  const timer = setTimeout(() => controller.abort(late), timeoutMs);
  const relay = (): void => controller.abort(signal?.reason);
  signal?.addEventListener('abort', relay, { once: true });
  if (signal?.aborted === true) relay();
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', relay);
  }
}

const inputRefused = /Unexpected input data type|[Ii]nvalid dimensions|Invalid rank|missing in 'feeds'|INVALID_ARGUMENT/;

function failure(label: string, error: unknown): MillwrightError {
  const text = error instanceof Error ? error.message : String(error);
  const code = inputRefused.test(text) ? 'INPUT_INVALID' : 'MODEL_FAILED';
  return new MillwrightError(code, `${label}: ${text}`, { cause: error });
}
