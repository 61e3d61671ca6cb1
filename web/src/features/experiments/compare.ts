import type { Run } from '../../../../sdk/src/mlflow.ts';

export interface ComparedValue<T> {
  readonly key: string;
  /** One for each run, in their order. */
  readonly values: readonly (T | undefined)[];
  readonly differs: boolean;
}

export function compareParams(runs: readonly Run[]): readonly ComparedValue<string>[] {
  return compare(runs, (run) => Object.entries(run.params));
}

export function compareMetrics(runs: readonly Run[]): readonly ComparedValue<number>[] {
  return compare(runs, (run) => run.metrics.filter(({ key }) => !key.startsWith('system/')).map(({ key, value }) => [key, value]));
}

function compare<T>(runs: readonly Run[], entriesOf: (run: Run) => readonly (readonly [string, T])[]): readonly ComparedValue<T>[] {
  const columns = runs.map((run) => new Map(entriesOf(run)));
  const keys = [...new Set(columns.flatMap((column) => [...column.keys()]))].toSorted();
  return keys.map((key) => {
    const values = columns.map((column) => column.get(key));
    return { key, values, differs: values.some((value) => !Object.is(value, values[0])) };
  });
}

/** Against the first run: `+12.3 (+4.2 %)` in parts. */
export function difference(
  value: number | undefined,
  base: number | undefined,
): { absolute: number; percent: number | undefined } | undefined {
  if (value === undefined || base === undefined || !Number.isFinite(value) || !Number.isFinite(base)) return undefined;
  return { absolute: value - base, percent: base === 0 ? undefined : ((value - base) / Math.abs(base)) * 100 };
}
