import type { MetricCurves } from '../api/metric-curves.ts';
import { MillwrightError } from '../errors.ts';
import { metricCurves } from '../tracking/index.ts';
import { integerQuery, requiredQuery } from './query.ts';
import type { Call, Route } from './route.ts';

export const metricCurveRoutes: readonly Route[] = [
  {
    method: 'GET',
    url: '/api/1/metric-curves',
    action: 'read',
    body: 'none',
    query: ['run', 'metric', 'points', 'from_step', 'to_step'],
    handler: curves,
  },
];

/** Curves in one answer at most: bounds its size. */
const curveLimit = 200;

async function curves({ app, principal, query }: Call): Promise<MetricCurves> {
  const runIds = query.getAll('run');
  const names = query.getAll('metric');
  if (runIds.length * names.length > curveLimit) {
    throw new MillwrightError(
      'INVALID_PARAMETER_VALUE',
      `${runIds.length} runs × ${names.length} metrics are more than ${curveLimit} curves: ask for fewer at once`,
    );
  }
  const limit = integerQuery(query, 'points', { default: 2000, min: 4, max: 2000 });
  const items = await app.db.read(metricCurves, { scope: principal, runIds, names, limit, steps: stepsOf(query) });
  return {
    items: items.map(({ runId, name, total, points }) => ({
      run: runId,
      metric: name,
      total,
      // A chart needs no more of an integer than a double holds.
      points: points.map((point) => ({
        step: Number(point.step),
        timestamp: Number(point.timestamp),
        value: Number.isFinite(point.value) ? point.value : String(point.value),
      })),
    })),
  };
}

/** Both ends or none. @throws INVALID_PARAMETER_VALUE */
function stepsOf(query: URLSearchParams): { from: number; to: number } | undefined {
  if (!query.has('from_step') && !query.has('to_step')) return undefined;
  const range = { default: 0, min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER };
  const end = (name: string): number => (requiredQuery(query, name), integerQuery(query, name, range));
  return { from: end('from_step'), to: end('to_step') };
}
