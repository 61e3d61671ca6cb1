import { setImmediate } from 'node:timers/promises';

const SLICE_MS = 40;

/** Lets a long loop of synchronous work hear signals and timers: await it in each turn; it only gives way when a slice of time is used up. */
export function createPacer(signal: AbortSignal): () => Promise<void> | undefined {
  let sliceEnd = performance.now() + SLICE_MS;
  return () => {
    if (performance.now() < sliceEnd) return undefined;
    return setImmediate().then(() => {
      sliceEnd = performance.now() + SLICE_MS;
      signal.throwIfAborted();
    });
  };
}
