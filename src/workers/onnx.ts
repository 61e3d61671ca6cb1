/** Thread entry: one session of an ONNX model for `backends/inference/onnx-threads.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { openSession, threadCpuMs, type OnnxSource } from '../backends/inference/onnx-session.ts';
import { buffersOf, type ThreadMessage } from '../backends/inference/onnx-threads.ts';
import type { Tensor } from '../formats/tensor/tensor.ts';

const port = parentPort!;

function say(message: ThreadMessage): void {
  // Buffers of the runtime's own memory cannot be handed over: they are copied.
  port.postMessage(message);
}

try {
  const session = await openSession(workerData as OnnxSource);
  port.on('message', (feeds: readonly Tensor[]) => {
    const startedAt = performance.now();
    const usedBefore = threadCpuMs();
    session.run(feeds).then(
      (outputs) => {
        const elapsedMs = performance.now() - startedAt;
        const cpuMs = threadCpuMs() - usedBefore;
        port.postMessage({ outputs, elapsedMs, cpuMs } satisfies ThreadMessage, buffersOf(outputs));
      },
      (error: unknown) => say({ failed: messageOf(error) }),
    );
  });
  say({ facts: session.facts });
} catch (error) {
  say({ refused: messageOf(error) });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
