import type { Scope } from '../access/index.ts';
import { defineRead, type SqlValue, type Tx } from '../backends/db/port.ts';
import type { Int64, Metric } from './run.ts';
import { decodePageToken, encodePageToken } from './page-token.ts';
import { placeholders } from './rows.ts';
import { metricOf, type PointRow } from './run-queries.ts';

const order = ['logged_at', 'step', 'value', 'is_nan'];
const point = 'logged_at, step, value, is_nan';

export interface HistoryPage {
  readonly metrics: readonly Metric[];
  readonly nextPageToken: string | undefined;
}

/** The points of one metric by (timestamp, step, value); none where the run has no such metric, or is not there. */
export const getMetricHistory = defineRead<
  never,
  { scope: Scope; runId: string; name: string; limit: number; pageToken: string | undefined },
  HistoryPage
>('tracking.getMetricHistory', async (tx, { scope, runId, name, limit, pageToken }) => {
  const [series] = await tx
    .statement<{ series_key: number }>(
      `select s.series_key from runs r join metric_series s on s.run_key = r.run_key and s.name = ?
       where r.workspace_id = ? and r.run_id = ?`,
    )
    .all(name, scope.workspaceId, runId);
  if (series === undefined) return { metrics: [], nextPageToken: undefined };
  const after = pageToken === undefined ? undefined : decodePageToken(pageToken, order, order.length);
  const rows = await tx
    .statement<PointRow>(
      `select ${point} from metric_points where series_key = ? ${after === undefined ? '' : `and (${point}) > (?, ?, ?, ?)`}
       order by ${point} limit ?`,
    )
    .all(series.series_key, ...(after ?? []), limit + 1);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const more = rows.length > limit && last !== undefined;
  return {
    metrics: page.map((row) => metricOf(name, row)),
    nextPageToken: more ? encodePageToken(order, [last.logged_at, last.step, last.value, last.is_nan]) : undefined,
  };
});

export interface RunMetric extends Metric {
  readonly runId: string;
}

/** One metric of several runs, by run id and then as in a history; runs that are not there are left out. */
export const getMetricHistories = defineRead<never, { scope: Scope; runIds: readonly string[]; name: string; limit: number }, RunMetric[]>(
  'tracking.getMetricHistories',
  async (tx, { scope, runIds, name, limit }) => {
    const rows = await tx
      .statement<PointRow & { run_id: string }>(
        `select r.run_id, p.logged_at, p.step, p.value, p.is_nan from runs r
         join metric_series s on s.run_key = r.run_key and s.name = ?
         join metric_points p on p.series_key = s.series_key
         where r.workspace_id = ? and r.run_id in (${placeholders(runIds.length)})
         order by r.run_id, p.logged_at, p.step, p.value, p.is_nan limit ?`,
      )
      .all(name, scope.workspaceId, ...runIds, limit);
    return rows.map((row) => ({ ...metricOf(name, row), runId: row.run_id }));
  },
);

interface StepRange {
  readonly from: Int64;
  readonly to: Int64;
}

const byStep = 'step, logged_at, value, is_nan';

/**
 * One metric of several runs, at most `limit` points a run: the first of as many equal buckets, and the last point.
 * Runs that are not there are left out.
 */
export const sampleMetricHistories = defineRead<
  never,
  { scope: Scope; runIds: readonly string[]; name: string; limit: number; steps: StepRange | undefined },
  RunMetric[]
>('tracking.sampleMetricHistories', async (tx, { scope, runIds, name, limit, steps }) => {
  const metrics: RunMetric[] = [];
  for (const runId of runIds) {
    const [series] = await tx
      .statement<{ series_key: number }>(
        `select s.series_key from runs r join metric_series s on s.run_key = r.run_key and s.name = ?
         where r.workspace_id = ? and r.run_id = ?`,
      )
      .all(name, scope.workspaceId, runId);
    if (series === undefined) continue;
    for (const row of await sampleSeries(tx, series.series_key, limit, steps)) metrics.push({ ...metricOf(name, row), runId });
  }
  return metrics;
});

async function sampleSeries(tx: Tx<never>, series: number, limit: number, steps: StepRange | undefined): Promise<PointRow[]> {
  const where = steps === undefined ? 'series_key = ?' : 'series_key = ? and step >= ? and step <= ?';
  const values: SqlValue[] = steps === undefined ? [series] : [series, steps.from, steps.to];
  const rows = await tx
    .statement<PointRow>(
      `select ${point} from (
         select ${point}, row_number() over (partition by bucket order by ${byStep}) as place from (
           select ${point}, ntile(${limit}) over (order by ${byStep}) as bucket from metric_points where ${where}
         ) bucketed
       ) placed where place = 1 order by ${byStep}`,
    )
    .all(...values);
  const [last] = await tx
    .statement<PointRow>(
      `select ${point} from metric_points where ${where} order by step desc, logged_at desc, value desc, is_nan desc limit 1`,
    )
    .all(...values);
  if (last === undefined || samePoint(rows.at(-1), last)) return rows;
  return [...rows.slice(0, limit - 1), last];
}

function samePoint(a: PointRow | undefined, b: PointRow): boolean {
  return a !== undefined && a.step === b.step && a.logged_at === b.logged_at && a.value === b.value && a.is_nan === b.is_nan;
}
