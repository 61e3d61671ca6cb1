import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLogSender } from './log-sender.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const unexpected = (error: unknown): void => {
  throw new Error('it must not fail', { cause: error });
};

describe('a log sender', () => {
  test('gathers what comes slowly and sends it twice a second', async () => {
    const sent: string[] = [];
    const sender = createLogSender(async (text) => void sent.push(text), unexpected);
    sender.write(bytes('one '));
    sender.write(bytes('two '));
    expect(sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(500);
    expect(sent).toEqual(['one two ']);
    sender.write(bytes('three'));
    await sender.finish();
    expect(sent).toEqual(['one two ', 'three']);
  });

  test('keeps a character whole that comes in two pieces', async () => {
    const sent: string[] = [];
    const sender = createLogSender(async (text) => void sent.push(text), unexpected);
    const euro = bytes('€');
    sender.write(euro.subarray(0, 1));
    await vi.advanceTimersByTimeAsync(500);
    sender.write(euro.subarray(1));
    await sender.finish();
    expect(sent).toEqual(['€']);
  });

  test('sends in order, one piece at a time', async () => {
    const sent: string[] = [];
    const first = Promise.withResolvers<void>();
    const sender = createLogSender(async (text) => {
      sent.push(text[0]!);
      if (sent.length === 1) await first.promise;
    }, unexpected);
    sender.write(bytes('a'.repeat(64 * 1024)));
    sender.write(bytes('b'.repeat(64 * 1024)));
    await vi.advanceTimersByTimeAsync(0);
    expect(sent).toEqual(['a']);
    first.resolve();
    await sender.finish();
    expect(sent).toEqual(['a', 'b']);
  });

  test('tells once that the server is gone, and sends no more', async () => {
    const failures: unknown[] = [];
    let calls = 0;
    const sender = createLogSender(
      async () => {
        calls += 1;
        throw new Error('gone');
      },
      (error) => failures.push(error),
    );
    sender.write(bytes('a'));
    await vi.advanceTimersByTimeAsync(500);
    sender.write(bytes('b'));
    await sender.finish();
    expect([calls, failures]).toEqual([1, [new Error('gone')]]);
  });
});
