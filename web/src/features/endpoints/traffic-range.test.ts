import { expect, test } from 'vitest';
import { readRange, spanOf, windowsOf } from './traffic-range.ts';

test('what the address holds is a range, or the shortest', () => {
  expect([undefined, '', '24h', 'toString', '2d'].map(readRange)).toEqual(['15m', '15m', '24h', '15m', '15m']);
});

test('a span ends with the bucket that runs, and is the same until the next one', () => {
  const span = spanOf('1h', 10_000_000);
  expect(span).toEqual({ from: 6_420_000, to: 10_020_000, bucket_ms: 60_000 });
  expect(spanOf('1h', 10_019_999)).toEqual(span);
  expect(spanOf('1h', 10_020_000).to).toBe(10_080_000);
});

test('buckets without requests are quiet windows, and the one that runs is as long as it has lasted', () => {
  const bucket = { from: 60_000, requests: 30, clientErrors: 1, serverErrors: 2, p50Ms: 1, p95Ms: 2, p99Ms: 3 };
  const windows = windowsOf({ from: 0, to: 120_000, bucketMs: 60_000, buckets: [bucket] }, 75_000);
  expect(windows).toEqual([
    { from: 0, to: 60_000, requests: 0, clientErrors: 0, serverErrors: 0, perSecond: 0, p50Ms: null, p95Ms: null, p99Ms: null },
    { ...bucket, to: 75_000, perSecond: 2 },
  ]);
});
