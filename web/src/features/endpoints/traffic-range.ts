import type { StatisticsWindow } from '../../../../src/api/endpoints.ts';
import type { Traffic } from '../../../../src/api/predictions.ts';
import type { Zoom } from '../../charts/zoom.ts';

/** Spans that the charts can show. The shortest is counted by the process that serves, the others stand in the records. */
export const ranges = {
  '15m': { title: '15 minutes', ms: 15 * 60_000, bucketMs: 5_000 },
  '1h': { title: '1 hour', ms: 3_600_000, bucketMs: 60_000 },
  '24h': { title: '24 hours', ms: 86_400_000, bucketMs: 900_000 },
  '7d': { title: '7 days', ms: 7 * 86_400_000, bucketMs: 7_200_000 },
} as const;

export type Range = keyof typeof ranges;

export function readRange(text: string | undefined): Range {
  return text !== undefined && Object.hasOwn(ranges, text) ? (text as Range) : '15m';
}

export interface Span {
  readonly from: number;
  readonly to: number;
  readonly bucket_ms: number;
}

/** Whole buckets that end after `now`, so that the same request is asked until the next one begins. */
export function spanOf(range: Range, now: number): Span {
  const { ms, bucketMs } = ranges[range];
  const to = Math.ceil((now + 1) / bucketMs) * bucketMs;
  return { from: to - ms, to, bucket_ms: bucketMs };
}

/** As fine as a chart can show. */
const mostBuckets = 200;

/** The stretch that a reader zoomed into, in seconds of the axis, as whole buckets: more points than the whole range showed. */
export function zoomedSpan({ from, to }: Zoom): Span {
  const longest = ((to - from) * 1000) / mostBuckets;
  const bucketMs =
    Object.values(ranges).find((range) => range.bucketMs >= longest)?.bucketMs ?? Math.ceil(longest / 86_400_000) * 86_400_000;
  const whole = (ms: number, round: (buckets: number) => number) => round(ms / bucketMs) * bucketMs;
  return { from: whole(from * 1000, Math.floor), to: whole(to * 1000, Math.ceil), bucket_ms: bucketMs };
}

/** Whether the counters of the process that serves hold what is to be shown; the records do where they no longer reach back. */
export function isCounted(range: Range, zoom: Zoom | undefined, now: number): boolean {
  return range === '15m' && (zoom === undefined || zoom.from * 1000 >= now - ranges[range].ms);
}

/** A window for every bucket of the span until now: those without requests, too. */
export function windowsOf({ from, to, bucketMs, buckets }: Traffic, now: number): readonly StatisticsWindow[] {
  const known = new Map(buckets.map((bucket) => [bucket.from, bucket]));
  const quiet = { requests: 0, clientErrors: 0, serverErrors: 0, p50Ms: null, p95Ms: null, p99Ms: null };
  return Array.from({ length: Math.ceil((Math.min(to, now) - from) / bucketMs) }, (_, index) => {
    const start = from + index * bucketMs;
    const end = Math.min(now, start + bucketMs);
    const bucket = known.get(start) ?? quiet;
    return { ...bucket, from: start, to: end, perSecond: bucket.requests / Math.max(1, (end - start) / 1000) };
  });
}
