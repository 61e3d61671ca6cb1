import { expect, test } from 'vitest';
import { isCounted, readRange, spanOf, windowsOf, zoomedSpan } from './traffic-range.ts';

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

test('a stretch that is zoomed into is asked for in whole buckets, as fine as a chart can show', () => {
  expect(zoomedSpan({ from: 1000, to: 1601 })).toEqual({ from: 1_000_000, to: 1_605_000, bucket_ms: 5_000 });
  expect(zoomedSpan({ from: 1000, to: 13_000 })).toEqual({ from: 960_000, to: 13_020_000, bucket_ms: 60_000 });
  const year = zoomedSpan({ from: 0, to: 31_536_000 });
  expect(year.bucket_ms % 86_400_000).toBe(0);
  expect((year.to - year.from) / year.bucket_ms).toBeLessThanOrEqual(201);
});

test('of a stretch that ends later only the windows that began are shown', () => {
  expect(windowsOf({ from: 0, to: 600_000, bucketMs: 60_000, buckets: [] }, 75_000)).toHaveLength(2);
  expect(windowsOf({ from: 300_000, to: 600_000, bucketMs: 60_000, buckets: [] }, 75_000)).toEqual([]);
});

test('the counters of the process show the shortest range, as far back as they reach', () => {
  const now = 10_000_000;
  expect(isCounted('15m', undefined, now)).toBe(true);
  expect(isCounted('15m', { from: 9_900, to: 9_950 }, now)).toBe(true);
  expect(isCounted('15m', { from: 9_000, to: 9_050 }, now)).toBe(false);
  expect(isCounted('1h', undefined, now)).toBe(false);
});
