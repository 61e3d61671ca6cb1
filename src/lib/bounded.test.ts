import { expect, test } from 'vitest';
import { forEachBounded } from './bounded.ts';

const never = new AbortController().signal;

test('forEachBounded runs all, never more than the limit at once', async () => {
  let now = 0;
  let most = 0;
  const done: number[] = [];
  await forEachBounded([1, 2, 3, 4, 5, 6, 7], 3, never, async (item) => {
    now += 1;
    most = Math.max(most, now);
    await new Promise((resolve) => setImmediate(resolve));
    now -= 1;
    done.push(item);
  });
  expect(new Set(done)).toEqual(new Set([1, 2, 3, 4, 5, 6, 7]));
  expect(most).toBe(3);
});

test('forEachBounded gives the first failure, aborts what runs and begins nothing more', async () => {
  const begun: number[] = [];
  const aborted: number[] = [];
  const run = forEachBounded([1, 2, 3, 4], 2, never, async (item, signal) => {
    begun.push(item);
    if (item === 2) throw new Error('two');
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => (aborted.push(item), resolve())));
  });
  await expect(run).rejects.toThrow('two');
  expect(begun).toEqual([1, 2]);
  expect(aborted).toEqual([1]);
});

test('forEachBounded stops when it is told to', async () => {
  const controller = new AbortController();
  const run = forEachBounded([1, 2, 3], 1, controller.signal, async () => controller.abort(new Error('enough')));
  await expect(run).rejects.toThrow('enough');
});
