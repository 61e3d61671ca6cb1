/** What this process uses and how late its main thread is, under the names that dashboards for Node know. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Family, Metrics } from './metrics.ts';

/** The delay is looked at this often; the histogram counts this time in. */
const resolutionMs = 10;

type Delays = ReturnType<typeof monitorEventLoopDelay>;

const startedAt = Date.now() / 1000 - process.uptime();

/** The delay is watched from the first reading on, and each reading tells of the time since the one before. */
export function addProcessMetrics(metrics: Metrics): void {
  let delays: Delays | undefined;
  metrics.source(() => {
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    const families = [
      single('process_cpu_seconds_total', 'CPU time of the process, user and system, all threads.', 'counter', (user + system) / 1e6),
      single('process_resident_memory_bytes', 'Memory of the process.', 'gauge', rss),
      single('nodejs_heap_size_used_bytes', "Main thread's heap in use.", 'gauge', heapUsed),
      single('process_start_time_seconds', 'When the process started, in seconds since the epoch.', 'gauge', startedAt),
      ...(delays === undefined ? [] : delayFamilies(delays)),
    ];
    delays?.reset();
    if (delays === undefined) {
      delays = monitorEventLoopDelay({ resolution: resolutionMs });
      delays.enable();
    }
    return families;
  });
}

function delayFamilies(delays: Delays): Family[] {
  const seconds = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - resolutionMs / 1000) || 0;
  const since = "by which the main thread's event loop was late since the last reading";
  return [
    single('nodejs_eventloop_lag_p50_seconds', `Median of the time ${since}.`, 'gauge', seconds(delays.percentile(50))),
    single('nodejs_eventloop_lag_p99_seconds', `99th percentile of the time ${since}.`, 'gauge', seconds(delays.percentile(99))),
    single('nodejs_eventloop_lag_max_seconds', `Longest time ${since}.`, 'gauge', seconds(delays.max)),
  ];
}

function single(name: string, help: string, type: Family['type'], value: number): Family {
  return { name, help, type, samples: [{ value }] };
}
