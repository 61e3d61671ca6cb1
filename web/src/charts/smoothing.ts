/**
 * Exponential moving average without the pull towards zero at the start (Kingma & Ba 2015, §3), as TensorBoard draws it.
 * `weight` from 0 (raw) up to below 1; what is not finite stays and does not spread.
 */
export function smooth(values: readonly number[], weight: number): number[] {
  if (weight <= 0) return [...values];
  let average = 0;
  let seen = 0;
  return values.map((value) => {
    if (!Number.isFinite(value)) return value;
    seen += 1;
    average = average * weight + (1 - weight) * value;
    return average / (1 - weight ** seen);
  });
}
