import { expect, test } from 'vitest';
import { endWhenIdle } from './end-when-idle.ts';

test('an idle server goes on while a version is tried, and ends when it is idle after that', () => {
  const idle: (() => void)[] = [];
  let preparing = true;
  let ended = 0;
  const server = {
    whenIdle(milliseconds: number, then: () => void) {
      expect(milliseconds).toBe(30_000);
      idle.push(then);
    },
  };
  endWhenIdle(server, { isPreparing: () => preparing }, 30_000, () => (ended += 1));
  idle.shift()!();
  expect([ended, idle.length]).toEqual([0, 1]);
  preparing = false;
  idle.shift()!();
  expect([ended, idle.length]).toEqual([1, 0]);
});
