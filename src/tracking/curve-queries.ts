/** Curves for charts: as few points as a chart can show, with every spike among them. */
import type { Scope } from '../access/index.ts';
import { defineRead, type SqlValue, type Tx } from '../backends/db/port.ts';
import type { Metric } from './run.ts';
import { placeholders } from './rows.ts';
import { metricOf, type PointRow } from './run-queries.ts';

interface MetricCurve {
  readonly runId: string;
  readonly name: string;
  /** Points logged, of which `points` is a selection. */
  readonly total: number;
  readonly points: readonly Metric[];
}

/** Steps, both ends included. */
interface StepRange {
  readonly from: number;
  readonly to: number;
}

interface CurveSearch {
  readonly scope: Scope;
  readonly runIds: readonly string[];
  readonly names: readonly string[];
  readonly limit: number;
  readonly steps: StepRange | undefined;
}

/**
 * Curves of several runs and metrics: at most `limit` points each, by step. Where there are more, the lowest and the highest of
 * each of fewer than `limit / 2` equal stretches are kept, and both ends, so no spike is lost; NaNs then are left out.
 */
export const metricCurves = defineRead<never, CurveSearch, MetricCurve[]>(
  'tracking.metricCurves',
  async (tx, { scope, runIds, names, limit, steps }) => {
    if (runIds.length === 0 || names.length === 0) return [];
    const series = await tx
      .statement<{ run_id: string; name: string; series_key: number }>(
        `select r.run_id, s.name, s.series_key from runs r join metric_series s on s.run_key = r.run_key
         where r.workspace_id = ? and r.run_id in (${placeholders(runIds.length)}) and s.name in (${placeholders(names.length)})
         order by s.name, r.run_id`,
      )
      .all(scope.workspaceId, ...runIds, ...names);
    const curves: MetricCurve[] = [];
    for (const { run_id: runId, name, series_key: key } of series) {
      const stored = storedPoints(key, steps);
      const [count] = await tx.statement<{ total: number }>(`select count(*) as total from ${stored.from}`).all(...stored.values);
      const total = count?.total ?? 0;
      const rows = total <= limit ? await allPoints(tx, stored) : await extremes(tx, stored, { total, limit });
      curves.push({ runId, name, total, points: rows.map((row) => metricOf(name, row)) });
    }
    return curves;
  },
);

const point = 'logged_at, step, value, is_nan';

interface StoredPoints {
  /** The rest of a statement from `from` on, up to its conditions. */
  readonly from: string;
  readonly values: readonly SqlValue[];
}

function storedPoints(series: number, steps: StepRange | undefined): StoredPoints {
  if (steps === undefined) return { from: 'metric_points where series_key = ?', values: [series] };
  return { from: 'metric_points where series_key = ? and step >= ? and step <= ?', values: [series, steps.from, steps.to] };
}

async function allPoints(tx: Tx<never>, { from, values }: StoredPoints): Promise<PointRow[]> {
  return tx.statement<PointRow>(`select ${point} from ${from} order by step, logged_at, value, is_nan`).all(...values);
}

/**
 * Walks the points once in the order in which they are stored, a stretch a statement, which keeps its two extremes: a million
 * points in half a second of CPU, where ranking them all took fifteen times as long.
 */
async function extremes(
  tx: Tx<never>,
  { from, values }: StoredPoints,
  { total, limit }: { readonly total: number; readonly limit: number },
): Promise<PointRow[]> {
  const length = Math.ceil(total / Math.max(1, Math.floor(limit / 2) - 1));
  const finite = (direction: string) => `select ${point} from ${from} and is_nan = 0 ${direction} limit 1`;
  const ends = [
    ...(await tx.statement<PointRow>(finite('order by logged_at, step, value')).all(...values)),
    ...(await tx.statement<PointRow>(finite('order by logged_at desc, step desc, value desc')).all(...values)),
  ];
  const stretch = tx.statement<PointRow & { kind: string }>(
    `with stretch as (select ${point} from ${from} and (${point}) > (?, ?, ?, ?) order by ${point} limit ?)
     select * from (select 'kept' as kind, ${point} from stretch where is_nan = 0 order by value limit 1) lowest
     union all select * from (select 'kept' as kind, ${point} from stretch where is_nan = 0 order by value desc limit 1) highest
     union all select * from (select 'last' as kind, ${point} from stretch
       order by logged_at desc, step desc, value desc, is_nan desc limit 1) ending`,
  );
  const kept: PointRow[] = [...ends];
  let after: PointRow = beforeAll;
  for (;;) {
    const rows = await stretch.all(...values, after.logged_at, after.step, after.value, after.is_nan, length);
    const last = rows.find(({ kind }) => kind === 'last');
    if (last === undefined) return inOrder(kept);
    after = last;
    kept.push(...rows.filter(({ kind }) => kind === 'kept'));
  }
}

/** Stands before every point that can be logged. */
const beforeAll: PointRow = { logged_at: -(2n ** 63n), step: 0, value: 0, is_nan: 0 };

function inOrder(rows: readonly PointRow[]): PointRow[] {
  const distinct = new Map(rows.map((row) => [`${row.logged_at} ${row.step} ${row.value}`, row]));
  return [...distinct.values()].toSorted((a, b) => compare(a.step, b.step) || compare(a.logged_at, b.logged_at) || a.value - b.value);
}

function compare(a: number | bigint, b: number | bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
