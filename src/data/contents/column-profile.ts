import { kindOfValue, type ValueKind } from '../../formats/table/index.ts';

/** Distinct values are counted up to this many, and their text up to this many characters a column. */
const distinctLimit = 10_000;
const distinctCharacters = 4_000_000;
/** Numbers kept for the distribution: evenly spaced where there are more. */
const sampleLimit = 1 << 16;
const bins = 24;
const topCount = 5;

export type ColumnType = 'integer' | 'number' | 'boolean' | 'date' | 'text' | 'mixed' | 'empty';

export interface ColumnProfile {
  readonly name: string;
  readonly type: ColumnType;
  readonly missing: number;
  readonly distinct: number;
  /** False where there are more than `distinct`. */
  readonly isDistinctExact: boolean;
  /** Of numbers and dates; null else. */
  readonly min: number | string | null;
  readonly max: number | string | null;
  /** Of the finite numbers. */
  readonly mean: number | null;
  readonly infinite: number;
  /** Counts in equal parts from `min` to `max`; of a sample where there are many values. */
  readonly histogram: readonly number[] | null;
  readonly top: readonly { readonly value: string; readonly count: number }[];
}

export interface ColumnCounter {
  add(text: string): void;
  /** Counts rows that had no such field. */
  addMissing(rows: number): void;
  result(name: string): ColumnProfile;
}

/** Reads a column once, in memory that does not grow with it. */
export function columnCounter(): ColumnCounter {
  const kinds: Record<ValueKind, number> = { missing: 0, integer: 0, number: 0, infinite: 0, boolean: 0, date: 0, text: 0 };
  const counts = new Map<string, number>();
  let characters = 0;
  let isDistinctExact = true;
  const numbers = numberCounter();
  let firstDate: string | undefined;
  let lastDate: string | undefined;

  return {
    add(text) {
      const kind = kindOfValue(text);
      kinds[kind] += 1;
      if (kind === 'missing') return;
      const seen = counts.get(text);
      if (seen !== undefined) counts.set(text, seen + 1);
      else if (counts.size < distinctLimit && characters + text.length < distinctCharacters) {
        counts.set(text, 1);
        characters += text.length;
      } else isDistinctExact = false;
      if (kind === 'integer' || kind === 'number') numbers.add(Number(text));
      if (kind !== 'date') return;
      if (firstDate === undefined || text < firstDate) firstDate = text;
      if (lastDate === undefined || text > lastDate) lastDate = text;
    },
    addMissing(rows) {
      kinds.missing += rows;
    },
    result(name) {
      const type = typeOf(kinds);
      const isNumeric = type === 'integer' || type === 'number';
      const told = isNumeric ? numbers.result() : { min: null, max: null, mean: null, histogram: null };
      const top = [...counts].toSorted(([, a], [, b]) => b - a).slice(0, topCount);
      return {
        name,
        type,
        missing: kinds.missing,
        distinct: counts.size,
        isDistinctExact,
        ...told,
        ...(type === 'date' ? { min: firstDate ?? null, max: lastDate ?? null } : {}),
        infinite: kinds.infinite,
        top: top.map(([value, count]) => ({ value: value.slice(0, 200), count })),
      };
    },
  };
}

function typeOf({ integer, number, infinite, boolean, date, text }: Record<ValueKind, number>): ColumnType {
  const isNumeric = integer + number + infinite > 0;
  const others = [boolean, date, text].filter((count) => count > 0).length;
  if (!isNumeric && others === 0) return 'empty';
  if (others > 1 || (isNumeric && others > 0)) return 'mixed';
  if (isNumeric) return number + infinite > 0 ? 'number' : 'integer';
  return boolean > 0 ? 'boolean' : date > 0 ? 'date' : 'text';
}

function numberCounter() {
  let count = 0;
  let mean = 0;
  let min = Infinity;
  let max = -Infinity;
  let stride = 1;
  let sample: number[] = [];
  return {
    add(value: number): void {
      if (count % stride === 0) sample.push(value);
      if (sample.length === sampleLimit) {
        sample = sample.filter((_, index) => index % 2 === 0);
        stride *= 2;
      }
      count += 1;
      // Running, so that the sum of many large numbers does not overflow.
      mean += (value - mean) / count;
      if (value < min) min = value;
      if (value > max) max = value;
    },
    result() {
      if (count === 0) return { min: null, max: null, mean: null, histogram: null };
      return { min, max, mean, histogram: histogramOf(sample, min, max) };
    },
  };
}

function histogramOf(sample: readonly number[], min: number, max: number): number[] {
  if (min === max) return [sample.length];
  const counts = Array.from({ length: bins }, () => 0);
  for (const value of sample) {
    const bin = Math.min(bins - 1, Math.floor(((value / 2 - min / 2) / (max / 2 - min / 2)) * bins));
    counts[bin] = counts[bin]! + 1;
  }
  return counts;
}
