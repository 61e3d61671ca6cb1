import Type, { type Static } from 'typebox';

/** A double; `NaN`, `Infinity` and `-Infinity` as texts, which JSON has no numbers for. */
const Double = Type.Union([Type.Number(), Type.String()]);

/**
 * `GET /api/1/metric-curves?run=…&run=…&metric=…&points=&from_step=&to_step=`: curves for charts, at most `points` (2,000)
 * points each. Where more were logged, the lowest and the highest of equal stretches are kept, and both ends, so no spike is lost.
 */
export const MetricCurves = Type.Object({
  items: Type.Array(
    Type.Object({
      run: Type.String(),
      metric: Type.String(),
      /** Points logged at these steps, of which these are a selection. */
      total: Type.Number(),
      points: Type.Array(Type.Object({ step: Type.Number(), timestamp: Type.Number(), value: Double })),
    }),
  ),
});
export type MetricCurves = Static<typeof MetricCurves>;
