import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EndpointStatistics, VersionStatistics } from './statistics.ts';

const begun = 1_750_000_000_000;
const minute = 60_000;

function statistics(): { endpoint: EndpointStatistics; version: VersionStatistics } {
  const endpoint = new EndpointStatistics(begun);
  return { endpoint, version: new VersionStatistics(endpoint, begun) };
}

test('percentiles are true to 9 %, of answers with a prediction only', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0.07, max: 100_000, noNaN: true }), { minLength: 1, maxLength: 200 }), (latencies) => {
      const { version } = statistics();
      for (const latency of latencies) version.observe(200, latency, begun);
      for (let refused = 0; refused < 50; refused += 1) version.observe(429, 0.01, begun);
      const window = version.window(begun + 1000);
      const sorted = latencies.toSorted((a, b) => a - b);
      for (const [part, told] of [
        [0.5, window.p50Ms],
        [0.95, window.p95Ms],
        [0.99, window.p99Ms],
      ] as const) {
        const exact = sorted[Math.ceil(part * sorted.length) - 1]!;
        expect(Math.abs(told! - exact) / exact).toBeLessThan(0.0906);
      }
    }),
  );
});

test('a window counts what lies in it, by status, and tells the span that it covers', () => {
  const { endpoint, version } = statistics();
  version.observe(200, 5, begun);
  version.observe(400, 5, begun + 30_000);
  version.observe(503, 5, begun + 90_000);
  const now = begun + 90_000;
  expect(endpoint.window(minute, now)).toEqual({
    from: begun + 35_000,
    to: now,
    requests: 1,
    clientErrors: 0,
    serverErrors: 1,
    perSecond: 1 / 55,
    p50Ms: null,
    p95Ms: null,
    p99Ms: null,
  });
  expect(endpoint.window(15 * minute, now)).toMatchObject({ from: begun, requests: 3, clientErrors: 1, serverErrors: 1 });
  expect(version.window(now)).toMatchObject({ from: begun, to: now, requests: 3 });
});

test('the ring forgets: what is older than 15 minutes is counted by the version alone', () => {
  const { endpoint, version } = statistics();
  for (let second = 0; second < 3600; second += 1) version.observe(200, 1, begun + second * 1000);
  const now = begun + 3_599_000;
  const window = endpoint.window(15 * minute, now);
  expect(window.requests).toBe((now - window.from) / 1000 + 1);
  expect(window.perSecond).toBeCloseTo(1, 2);
  expect(version.window(now).requests).toBe(3600);
  const later = now + 3600 * 1000;
  expect(endpoint.window(15 * minute, later).requests).toBe(0);
});

test('the series has a window for each slot since the process serves, quiet ones too', () => {
  const { endpoint, version } = statistics();
  version.observe(200, 4, begun + 11_000);
  const series = endpoint.series(begun + 12_000);
  expect(series.map(({ from, requests }) => [from - begun, requests])).toEqual([
    [0, 0],
    [5000, 0],
    [10_000, 1],
  ]);
  expect(endpoint.series(begun + 3600_000)).toHaveLength(180);
});

test('a version that takes over begins anew, its endpoint does not', () => {
  const { endpoint, version } = statistics();
  version.observe(200, 4, begun);
  const next = new VersionStatistics(endpoint, begun + 1000);
  next.observe(200, 4, begun + 2000);
  expect(next.window(begun + 2000).requests).toBe(1);
  expect(endpoint.window(minute, begun + 2000).requests).toBe(2);
});
