import { formatMetric } from './format.ts';

/** Four significant figures, the whole value on hover; a dash where there is none. */
export function MetricCell({ value }: { value: number | undefined }) {
  return value === undefined ? <span className="dim">–</span> : <span title={String(value)}>{formatMetric(value)}</span>;
}
