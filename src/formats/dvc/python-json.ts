/** Python's `json.dumps(value, sort_keys=True)`, byte for byte: what `.dir` hashes and run cache keys are made of. */
import { MillwrightError } from '../../errors.ts';
import { compareCodePoints } from '../../lib/code-points.ts';
import { pythonFloat } from './python-text.ts';
import { Float, Timestamp, typeName, type Key, type Value } from './value.ts';

export interface PythonJsonOptions {
  /** `json.dumps` keeps the order of insertion without it. */
  readonly sortKeys: boolean;
}

export function pythonJson(value: Value, options: PythonJsonOptions = { sortKeys: true }): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return pythonJsonString(value);
  if (Array.isArray(value)) return `[${value.map((item) => pythonJson(item, options)).join(', ')}]`;
  if (value instanceof Map) {
    const entries = options.sortKeys ? sorted([...value]) : [...value];
    return `{${entries.map(([key, item]) => `${pythonJsonString(keyText(key))}: ${pythonJson(item, options)}`).join(', ')}}`;
  }
  if (value instanceof Float) return jsonFloat(value.value);
  if (value instanceof Timestamp) {
    throw new MillwrightError(
      'DVC_FILE_INVALID',
      `the date ${value.text} cannot be kept in a lock file: write it in quotes, '${value.text}'`,
    );
  }
  return String(value);
}

// oxlint-disable-next-line no-control-regex -- all that Python escapes
const escaped = /["\\]|[^\x20-\x7e]/g;
const short: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
};

/** A string as `json.dumps` with `ensure_ascii` writes it: JSON.stringify leaves DEL and all beyond ASCII alone. */
export function pythonJsonString(text: string): string {
  return `"${text.replace(escaped, (unit) => short[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`;
}

function jsonFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return pythonFloat(value);
  return value > 0 ? 'Infinity' : '-Infinity';
}

function keyText(key: Key): string {
  if (key === null) return 'null';
  if (key instanceof Float) return jsonFloat(key.value);
  return key instanceof Timestamp ? key.text : String(key);
}

function sorted(entries: [Key, Value][]): [Key, Value][] {
  return entries.toSorted(([a], [b]) => {
    if (typeof a === 'string' && typeof b === 'string') return compareCodePoints(a, b);
    if (typeof a === 'number' && typeof b === 'number') return a - b;
    throw new MillwrightError(
      'DVC_FILE_INVALID',
      `the keys ${keyText(a)} (${typeName(a)}) and ${keyText(b)} (${typeName(b)}) cannot stand in one mapping of a lock file: put both in quotes`,
    );
  });
}
