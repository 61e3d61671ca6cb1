import { fork, type ChildProcess } from 'node:child_process';
import { MillwrightError } from '../../errors.ts';
import type { ModelInput } from '../../formats/tensor/tensor.ts';
import { runtimeFile } from '../../runtime-files.ts';
import { boundedLog } from './bounded-log.ts';
import { answerOf, describeAnswer } from './onnx-answer.ts';
import type { OnnxSource } from './onnx-session.ts';
import type { ModelToLoad, Proof } from './port.ts';
import { residentBytes } from './process-memory.ts';
import type { ProofReply, ProofRequest } from './proof-child.ts';

export interface ProofLimits {
  readonly timeoutMs: number;
  readonly memoryBytes: number;
}

/** The model itself need not be the cause: somebody killed its process, or the machine was too busy. */
class Interrupted extends Error {}

/** @throws MODEL_INVALID with the reason and the end of what the process said */
export async function proveOnnx(
  model: ModelToLoad,
  source: OnnxSource,
  example: ModelInput | undefined,
  limits: ProofLimits,
  signal: AbortSignal | undefined,
): Promise<Proof> {
  signal?.throwIfAborted();
  const child = fork(runtimeFile('workers/prove-onnx.js'), {
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const log = boundedLog();
  child.stdout!.on('data', log.add);
  child.stderr!.on('data', log.add);
  try {
    const reply = await ask(child, { source, example }, limits, signal);
    if ('refused' in reply) throw new Error(reply.refused);
    const shape = { answer: model.answer ?? 'onnx', declared: model.signature?.outputs, zipMaps: reply.facts.zipMaps };
    const output = reply.outputs && example ? answerOf(reply.outputs, example.form, shape) : undefined;
    return { output, inputs: reply.facts.inputs, outputs: describeAnswer(reply.facts.outputs, shape) };
  } catch (error) {
    signal?.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    const tryAgain = error instanceof Interrupted;
    throw new MillwrightError('MODEL_INVALID', `${model.label}: ${reason}`, { cause: error, details: { log: log.text(), tryAgain } });
  } finally {
    child.kill('SIGKILL');
  }
}

function ask(child: ChildProcess, request: ProofRequest, limits: ProofLimits, signal: AbortSignal | undefined): Promise<ProofReply> {
  return new Promise<ProofReply>((resolve, reject) => {
    const late = setTimeout(() => end(new Interrupted(`it was not loaded and scored within ${limits.timeoutMs} ms`)), limits.timeoutMs);
    const watch = setInterval(() => {
      if (residentBytes(child.pid) > limits.memoryBytes) end(new Error(`it took more than ${limits.memoryBytes} bytes of memory`));
    }, 100);
    const stop = (): void => end(signal!.reason as Error);
    signal?.addEventListener('abort', stop, { once: true });
    function end(outcome: ProofReply | Error): void {
      clearTimeout(late);
      clearInterval(watch);
      signal?.removeEventListener('abort', stop);
      if (outcome instanceof Error) reject(outcome);
      else resolve(outcome);
    }
    child.on('message', (message) => end(message as ProofReply));
    child.on('error', (error) => end(new Interrupted(error.message, { cause: error })));
    // After the streams: the last words of a process that aborted are the reason.
    child.on('close', (code, killer) => {
      const Ending = killer === 'SIGKILL' ? Interrupted : Error;
      end(new Ending(`its process ended with ${killer ?? `exit code ${code}`}`));
    });
    child.send(request);
  });
}
