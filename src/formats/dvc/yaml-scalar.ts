/** What a plain YAML scalar means, by the rules of ruamel's YAML 1.2 loader. */
import { pythonFloat } from './python-text.ts';
import { Float, Timestamp, type Scalar } from './value.ts';

const float =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+|[-+]?\.[0-9_]+(?:[eE][-+][0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const int = /^(?:[-+]?0b[0-1_]+|[-+]?0o?[0-7_]+|[-+]?[0-9_]+|[-+]?0x[0-9a-fA-F_]+)$/;
const timestamp =
  /^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}-[0-9]{2}?-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?)$/;
const words = new Map<string, boolean | null>([
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
  ...['null', 'Null', 'NULL', '~', ''].map((word) => [word, null] as const),
]);
/** The first characters of all that is not a string. */
const suspicious = /^[-+.0-9tTfFnN~<=]/;

/** The value of a plain scalar. `<<` and `=` stay strings: only a key gives the first a meaning. */
export function resolvePlain(text: string): Scalar {
  if (text !== '' && !suspicious.test(text)) return text;
  const word = words.get(text);
  if (word !== undefined) return word;
  if (!/[0-9.]/.test(text)) return text;
  if (float.test(text)) return new Float(floatOf(text));
  // `0x_`, `___` and the like match the pattern and have no digits; ruamel fails on them
  if (int.test(text) && /[0-9a-fA-F]/.test(text.replace(/^[-+]?0[xbo]/, ''))) return intOf(text);
  return timestamp.test(text) ? new Timestamp(text) : text;
}

/** Whether a plain `text` would be read as something else than that string. */
export function isAmbiguous(text: string): boolean {
  if (text !== '' && !suspicious.test(text)) return false;
  if (text === '<<' || text === '=') return true;
  return words.has(text) || float.test(text) || int.test(text) || timestamp.test(text);
}

/** How a scalar that is no string is written. */
export function plainText(value: Exclude<Scalar, string>): string {
  if (value === null) return '';
  if (value instanceof Timestamp) return value.text;
  if (value instanceof Float) return floatText(value.value);
  return String(value);
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf';
  return pythonFloat(value);
}

function floatOf(text: string): number {
  const lower = text.toLowerCase().replaceAll('_', '');
  if (lower.endsWith('.nan')) return Number.NaN;
  if (lower.endsWith('.inf')) return lower.startsWith('-') ? -Infinity : Infinity;
  return Number(lower);
}

function intOf(text: string): number | bigint {
  const bare = text.replaceAll('_', '');
  const negative = bare.startsWith('-');
  const digits = bare.replace(/^[-+]/, '');
  // a leading zero alone is decimal in YAML 1.2: 014 is fourteen
  const size = /^0[xbo]/.test(digits) ? BigInt(digits) : BigInt(digits.replace(/^0+(?=.)/, ''));
  const value = negative ? -size : size;
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}
