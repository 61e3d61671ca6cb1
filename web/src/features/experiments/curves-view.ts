import type { XAxis } from '../../charts/series.ts';
import { readZoom, writeZoom, type Zoom } from '../../charts/zoom.ts';
import { readList, writeList } from '../../app/search.ts';
import type { Run } from '../../../../sdk/src/mlflow.ts';

/** How curves are drawn, as the address says it. */
export interface CurvesView {
  /** Undefined: every metric that has a history. */
  readonly metrics: readonly string[] | undefined;
  readonly axis: XAxis;
  readonly log: boolean;
  /** 0 to 0.99 */
  readonly smoothing: number;
  readonly zoom: Zoom | undefined;
}

export type CurvesSearch = { [K in 'metrics' | 'x' | 'log' | 'smooth' | 'zoom']?: string | undefined };

export function readCurvesView(search: CurvesSearch): CurvesView {
  return {
    metrics: search.metrics === undefined ? undefined : readList(search.metrics),
    axis: search.x === 'relative' || search.x === 'wall' ? search.x : 'step',
    log: search.log === '1',
    smoothing: Math.min(0.99, Math.max(0, Number(search.smooth ?? 0) || 0)),
    zoom: readZoom(search.zoom),
  };
}

export function writeCurvesView(view: CurvesView): { [K in keyof Required<CurvesSearch>]: string | undefined } {
  return {
    metrics: view.metrics === undefined ? undefined : writeList(view.metrics),
    x: view.axis === 'step' ? undefined : view.axis,
    log: view.log ? '1' : undefined,
    smooth: view.smoothing === 0 ? undefined : String(view.smoothing),
    zoom: writeZoom(view.zoom),
  };
}

/** Metrics worth a curve: some run logged them beyond step 0. System metrics have a place of their own. */
export function curveKeys(runs: readonly Run[], system: 'system' | 'own'): readonly string[] {
  const keys = new Set<string>();
  for (const run of runs) {
    for (const { key, step } of run.metrics) if (step > 0 && key.startsWith('system/') === (system === 'system')) keys.add(key);
  }
  return [...keys].toSorted();
}
