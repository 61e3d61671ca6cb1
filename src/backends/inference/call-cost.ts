/**
 * What a call of a model costs by its number of rows. A first call and a collection of garbage say nothing of the model:
 * an estimate falls at once and rises slowly, so that it stays near the lower times seen.
 */
export interface CallCost {
  add(rows: number, cpuMs: number): void;
  /** Milliseconds; `Infinity` before the first measure. */
  predict(rows: number): number;
}

const rise = 0.05;

export function callCost(): CallCost {
  /** By the power of two that the rows are rounded up to. */
  const sizes: (number | undefined)[] = [];
  return {
    add(rows, cpuMs) {
      const size = sizeOf(rows);
      const known = sizes[size] ?? cpuMs;
      sizes[size] = cpuMs < known ? cpuMs : known + rise * (cpuMs - known);
    },
    predict(rows) {
      const size = sizeOf(rows);
      // What more rows cost is enough for fewer; beyond the largest size seen, all of its cost is taken to be the rows'.
      const atLeast = sizes.find((cost, index) => index >= size && cost !== undefined);
      if (atLeast !== undefined) return atLeast;
      const largest = sizes.length - 1;
      return largest < 0 ? Infinity : sizes[largest]! * 2 ** (size - largest);
    },
  };
}

function sizeOf(rows: number): number {
  return Math.ceil(Math.log2(Math.max(1, rows)));
}
