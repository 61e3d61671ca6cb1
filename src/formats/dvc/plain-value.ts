import { Float, Timestamp, type Value } from './value.ts';

/**
 * A value as JSON carries it: mappings as objects with string keys, floats as numbers (`"NaN"`, `"Infinity"`,
 * `"-Infinity"` as text), integers beyond 2^53 as decimal text, dates as they were written.
 */
export function plainValue(value: Value): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(plainValue(key)), plainValue(item)]));
  if (Array.isArray(value)) return value.map(plainValue);
  if (value instanceof Float) return Number.isFinite(value.value) ? value.value : String(value.value);
  if (value instanceof Timestamp) return value.text;
  return typeof value === 'bigint' ? String(value) : value;
}
