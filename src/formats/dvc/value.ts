/**
 * The values of DVC's files. They are what Python's loaders make of them, so `1` and `1.0` stay apart:
 * an integer is a `number` (a `bigint` beyond 2^53) and every other number a {@link Float}.
 * Mappings are `Map`s, because objects would reorder keys such as `2020`.
 */
export type Key = string | number | bigint | boolean | null | Float | Timestamp;
export type Scalar = Key;
export type Value = Scalar | Value[] | Mapping;
export type Mapping = Map<Key, Value>;

/** A number that Python holds as `float`. */
export class Float {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** A date or time of YAML or TOML, as it was written. */
export class Timestamp {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export function isMapping(value: Value | undefined): value is Mapping {
  return value instanceof Map;
}

export function isScalar(value: Value): value is Scalar {
  return !(value instanceof Map) && !Array.isArray(value);
}

/** Python's `type(value).__name__`, for messages. */
export function typeName(value: Value): string {
  if (value === null) return 'NoneType';
  if (Array.isArray(value)) return 'list';
  if (value instanceof Map) return 'dict';
  if (value instanceof Float) return 'float';
  if (value instanceof Timestamp) return 'date';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'string' ? 'str' : 'int';
}

/** Python's `==`: numbers and booleans by value (`1 == 1.0 == True`), NaN unequal to itself, mappings in any order. */
export function equals(a: Value | undefined, b: Value | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => equals(item, b[i]));
  if (a instanceof Map)
    return b instanceof Map && a.size === b.size && [...a].every(([key, item]) => b.has(key) && equals(item, b.get(key)));
  const x = numberOf(a);
  const y = numberOf(b);
  // oxlint-disable-next-line eqeqeq -- a bigint and a number of the same size are equal
  if (x !== undefined && y !== undefined) return x == y;
  if (a instanceof Timestamp) return b instanceof Timestamp && a.text === b.text;
  return a === b;
}

/** The number that Python computes with; undefined where `value` is none. */
export function numberOf(value: Value | undefined): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (value instanceof Float) return value.value;
  return typeof value === 'boolean' ? Number(value) : undefined;
}

/** Plain JavaScript data (as `JSON.parse` makes it) as a value; numbers without a fraction become integers. */
export function fromPlain(data: unknown): Value {
  if (Array.isArray(data)) return data.map(fromPlain);
  if (data === null || data === undefined) return null;
  if (typeof data === 'object') return new Map(Object.entries(data).map(([key, item]) => [key, fromPlain(item)]));
  if (typeof data === 'number') return Number.isInteger(data) ? data : new Float(data);
  return typeof data === 'string' || typeof data === 'boolean' || typeof data === 'bigint' ? data : String(data);
}
