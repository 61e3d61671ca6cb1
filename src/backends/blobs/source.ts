import { MillwrightError } from '../../errors.ts';
import type { BlobSource, PutOptions } from './port.ts';

/** The chunks of `source`, failing where the signal aborts, also while the source is silent, or the size is not the expected one. */
export async function* measured(key: string, source: BlobSource, options: PutOptions): AsyncGenerator<Uint8Array> {
  const { expectedSizeBytes: expected, signal } = options;
  let sizeBytes = 0;
  for await (const chunk of untilAborted(source instanceof Uint8Array ? only(source) : source, signal)) {
    sizeBytes += chunk.length;
    if (expected !== undefined && sizeBytes > expected) throw wrongSize(key, `more than ${expected}`, expected);
    yield chunk;
  }
  if (expected !== undefined && sizeBytes !== expected) throw wrongSize(key, `${sizeBytes}`, expected);
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function* untilAborted(source: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  if (signal === undefined) return yield* source;
  const chunks = source[Symbol.asyncIterator]();
  let fail: ((error: Error) => void) | undefined;
  const abort = (): void =>
    fail?.(signal.reason instanceof Error ? signal.reason : new DOMException(`aborted by ${signal.reason}`, 'AbortError'));
  signal.addEventListener('abort', abort, { once: true });
  let pending = false;
  try {
    for (;;) {
      pending = true;
      // Not `Promise.race` with one promise of the abortion: that would hold every chunk until the end of the upload.
      const next = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
        fail = reject;
        if (signal.aborted) abort();
        else chunks.next().then(resolve, reject);
      });
      pending = false;
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', abort);
    // A generator that is still waiting would make its return() wait as well.
    if (!pending) await chunks.return?.();
  }
}

function wrongSize(key: string, found: string, expected: number): MillwrightError {
  return new MillwrightError(
    'INVALID_PARAMETER_VALUE',
    `${JSON.stringify(key)} was announced with ${expected} bytes and came with ${found}: nothing was stored; send it again`,
  );
}
