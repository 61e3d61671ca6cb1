import { createLineRewriter } from '../../lib/rewritten-lines.ts';

/** Characters gathered before they are sent; what a stage prints slowly goes out twice a second. */
const fullAt = 64 * 1024;
const everyMs = 500;
/** The server keeps this much of one log: the rest is not sent. */
const keptCharacters = 8 * 1024 * 1024;

/** Sends what a stage prints in order, in pieces, without holding the stage up. */
export interface LogSender {
  write(chunk: Uint8Array): void;
  /** Resolves when everything has been sent. */
  finish(): Promise<void>;
}

/** @param send rejects where the server is gone: then the rest is dropped, `failed` is told once */
export function createLogSender(send: (text: string) => Promise<void>, failed: (error: unknown) => void): LogSender {
  const decoder = new TextDecoder();
  const lines = createLineRewriter();
  let pending = '';
  let taken = 0;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let sending = Promise.resolve();

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const text = pending;
    pending = '';
    if (text === '' || stopped) return;
    sending = sending
      .then(() => (stopped ? undefined : send(text)))
      .catch((error: unknown) => {
        if (!stopped) failed(error);
        stopped = true;
      });
  };
  return {
    write(chunk) {
      const text = lines.push(decoder.decode(chunk, { stream: true }));
      if (stopped || taken > keptCharacters || text === '') return;
      taken += text.length;
      pending += text;
      if (pending.length >= fullAt) flush();
      else timer ??= setTimeout(flush, everyMs);
    },
    async finish() {
      pending += lines.push(decoder.decode()) + lines.end();
      flush();
      await sending;
    },
  };
}
