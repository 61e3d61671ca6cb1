import { expect, test } from 'vitest';
import { terminalProgress } from './progress.ts';

function started(isTerminal: boolean) {
  let now = 0;
  let shown = '';
  const io = { stderr: (text: string) => void (shown += text), stderrIsTty: isTerminal };
  const sink = terminalProgress(io, { now: () => now });
  return { sink, at: (ms: number) => (now = ms), shown: () => shown };
}

test('nothing is shown of what is over within a second, nor off a terminal', () => {
  for (const isTerminal of [true, false]) {
    const { sink, at, shown } = started(isTerminal);
    const progress = sink.start('Pushing', 'files', 10);
    at(isTerminal ? 999 : 5000);
    progress.advance(9);
    progress.finish();
    expect(shown()).toBe('');
  }
});

test('the line tells rate and time left, and goes away at the end', () => {
  const { sink, at, shown } = started(true);
  const progress = sink.start('Pushing', 'files', 4000);
  at(2000);
  progress.advance(1000);
  at(2050);
  progress.advance(1);
  progress.finish();
  expect(shown()).toBe('\r\u001b[KPushing: 1,000 of 4,000 files, 500 files/s, 6.0 s left\r\u001b[K');
});

test('bytes are shown in the unit that fits', () => {
  const { sink, at, shown } = started(true);
  sink.start('Hashing', 'bytes', 3 * 1024 ** 3).advance(0);
  const progress = sink.start('Hashing', 'bytes', 3 * 1024 ** 3);
  at(1000);
  progress.advance(1024 ** 3);
  expect(shown()).toBe('\r\u001b[KHashing: 1.0 GiB of 3.0 GiB, 1.0 GiB/s, 2.0 s left');
});
