/** What a call of a model costs by its number of rows: a line through the costs seen, the older ones fading. */
export interface CallCost {
  add(rows: number, elapsedMs: number): void;
  /** Milliseconds; `Infinity` before the first measure. */
  predict(rows: number): number;
}

const fading = 0.9;

export function callCost(): CallCost {
  let [weight, sumX, sumY, sumXX, sumXY] = [0, 0, 0, 0, 0];
  return {
    add(rows, elapsedMs) {
      weight = weight * fading + 1;
      sumX = sumX * fading + rows;
      sumY = sumY * fading + elapsedMs;
      sumXX = sumXX * fading + rows * rows;
      sumXY = sumXY * fading + rows * elapsedMs;
    },
    predict(rows) {
      if (weight === 0) return Infinity;
      const [meanX, meanY] = [sumX / weight, sumY / weight];
      const spread = sumXX / weight - meanX * meanX;
      // One size seen says nothing of the slope: the whole cost is taken to be the rows'.
      if (spread < 1e-9 * meanX * meanX) return meanY * Math.max(1, rows / meanX);
      const slope = Math.max(0, (sumXY / weight - meanX * meanY) / spread);
      return Math.max(0, meanY + slope * (rows - meanX));
    },
  };
}
