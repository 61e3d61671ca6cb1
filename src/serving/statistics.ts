/**
 * What an endpoint answered, counted in this process: arrays of a fixed size (63 kB an endpoint, 1 kB a version), and
 * nothing is made for a request. Latencies stand in buckets that grow by 2^¼, so a percentile is true to 9 % from 0.06 ms
 * to 130 s. They are those of answers with a prediction: a refusal is quick and would hide a slow model.
 */

/** Requests of a span of time. */
export interface StatisticsWindow {
  readonly from: number;
  readonly to: number;
  readonly requests: number;
  /** Answered 4xx. */
  readonly clientErrors: number;
  /** Answered 5xx. */
  readonly serverErrors: number;
  readonly perSecond: number;
  /** Null where nothing was predicted. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
}

export const slotMs = 5000;
const slotCount = 180;
const bucketsPerDoubling = 4;
const lowestExponent = -4;
const bucketCount = 84;
const classCount = 3;
const stride = classCount + bucketCount;

/** The last 15 minutes of an endpoint, whatever version answered. */
export class EndpointStatistics {
  readonly startedAt: number;
  readonly #counts = new Uint32Array(slotCount * stride);
  /** Which slot of time each place of the ring holds; what is older is stale. */
  readonly #slots = new Float64Array(slotCount).fill(-1);

  constructor(startedAt: number) {
    this.startedAt = startedAt;
  }

  count(statusClass: number, bucket: number, now: number): void {
    const slot = Math.floor(now / slotMs);
    const place = slot % slotCount;
    const base = place * stride;
    if (this.#slots[place] !== slot) {
      this.#counts.fill(0, base, base + stride);
      this.#slots[place] = slot;
    }
    this.#counts[base + statusClass]! += 1;
    if (bucket >= 0) this.#counts[base + classCount + bucket]! += 1;
  }

  /** The last `spanMs`, to the slot: up to 5 s less. */
  window(spanMs: number, now: number): StatisticsWindow {
    const last = Math.floor(now / slotMs);
    const first = last - Math.round(spanMs / slotMs) + 1;
    return summarize(this.#sum(first, last), Math.max(this.startedAt, first * slotMs), now);
  }

  /** A window for each slot of the last 15 minutes in which this process served, oldest first. */
  series(now: number): StatisticsWindow[] {
    const last = Math.floor(now / slotMs);
    const first = Math.max(last - slotCount + 1, Math.floor(this.startedAt / slotMs));
    return Array.from({ length: last - first + 1 }, (_, index) => {
      const slot = first + index;
      return summarize(this.#sum(slot, slot), Math.max(this.startedAt, slot * slotMs), Math.min(now, (slot + 1) * slotMs));
    });
  }

  #sum(first: number, last: number): Float64Array {
    const sum = new Float64Array(stride);
    for (let slot = first; slot <= last; slot += 1) {
      const place = slot % slotCount;
      if (this.#slots[place] !== slot) continue;
      for (let index = 0; index < stride; index += 1) sum[index]! += this.#counts[place * stride + index]!;
    }
    return sum;
  }
}

/** One version since it took over; what it counts, its endpoint does too. */
export class VersionStatistics {
  readonly endpoint: EndpointStatistics;
  readonly startedAt: number;
  readonly #counts = new Float64Array(stride);

  constructor(endpoint: EndpointStatistics, startedAt: number) {
    this.endpoint = endpoint;
    this.startedAt = startedAt;
  }

  observe(status: number, latencyMs: number, now: number): void {
    const statusClass = status < 400 ? 0 : status < 500 ? 1 : 2;
    const bucket = statusClass === 0 ? bucketOf(latencyMs) : -1;
    this.#counts[statusClass]! += 1;
    if (bucket >= 0) this.#counts[classCount + bucket]! += 1;
    this.endpoint.count(statusClass, bucket, now);
  }

  window(now: number): StatisticsWindow {
    return summarize(this.#counts, this.startedAt, now);
  }
}

function bucketOf(latencyMs: number): number {
  const bucket = Math.floor((Math.log2(latencyMs) - lowestExponent) * bucketsPerDoubling);
  return Math.min(bucketCount - 1, Math.max(0, bucket));
}

function summarize(counts: Float64Array, from: number, to: number): StatisticsWindow {
  const [ok = 0, clientErrors = 0, serverErrors = 0] = counts;
  const requests = ok + clientErrors + serverErrors;
  const percentile = (part: number): number | null => percentileOf(counts, part);
  return {
    from,
    to,
    requests,
    clientErrors,
    serverErrors,
    // Of a span that has just begun one request would look like a thousand.
    perSecond: requests / Math.max(1, (to - from) / 1000),
    p50Ms: percentile(0.5),
    p95Ms: percentile(0.95),
    p99Ms: percentile(0.99),
  };
}

/** The geometric middle of the bucket in which the percentile lies. */
function percentileOf(counts: Float64Array, part: number): number | null {
  const answered = counts[0]!;
  if (answered === 0) return null;
  const rank = Math.ceil(part * answered);
  let seen = 0;
  let bucket = 0;
  for (; bucket < bucketCount - 1; bucket += 1) {
    seen += counts[classCount + bucket]!;
    if (seen >= rank) break;
  }
  return 2 ** (lowestExponent + (bucket + 0.5) / bucketsPerDoubling);
}
