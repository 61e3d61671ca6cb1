import type { MetricCurves } from '../../../src/api/metric-curves.ts';
import { smooth } from './smoothing.ts';

export type XAxis = 'step' | 'relative' | 'wall';

/** One line of a chart: points in the order of x. */
export interface Series {
  readonly id: string;
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
}

type CurvePoint = MetricCurves['items'][number]['points'][number];

/** Points of a run on the chosen axis: steps, seconds since `startTime`, or seconds since the epoch. */
export function toSeries(input: { id: string; name: string; startTime: number; points: readonly CurvePoint[]; axis: XAxis }): Series {
  const at = (point: CurvePoint) => {
    if (input.axis === 'step') return point.step;
    return input.axis === 'wall' ? point.timestamp / 1000 : (point.timestamp - input.startTime) / 1000;
  };
  const sorted = [...input.points].toSorted((a, b) => at(a) - at(b) || a.timestamp - b.timestamp);
  return { id: input.id, name: input.name, x: sorted.map(at), y: sorted.map((point) => Number(point.value)) };
}

export type Aligned = [x: number[], ...lines: (number | null | undefined)[][]];

/**
 * All lines over one x axis, as the chart library wants them. Where a line has no point at an x the value is undefined
 * (the line passes), where its point is not finite, or not positive on a log scale, it is null (a gap).
 */
export function align(series: readonly Series[], options: { smoothing: number; log: boolean }): Aligned {
  const xs = [...new Set(series.flatMap((line) => line.x))].toSorted((a, b) => a - b);
  const indexOf = new Map(xs.map((x, index) => [x, index]));
  const drawable = (value: number) => (Number.isFinite(value) && (!options.log || value > 0) ? value : null);
  const lines: (number | null | undefined)[][] = [];
  for (const line of series) {
    const versions = options.smoothing > 0 ? [line.y, smooth(line.y, options.smoothing)] : [line.y];
    for (const ys of versions) {
      const placed = Array.from<number | null | undefined>({ length: xs.length });
      line.x.forEach((x, index) => {
        placed[indexOf.get(x) ?? 0] = drawable(ys[index] ?? Number.NaN);
      });
      lines.push(placed);
    }
  }
  return [xs, ...lines];
}
