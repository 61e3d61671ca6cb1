/**
 * The filter of predictions:
 *
 *     any        := all { OR all }          all := comparison { AND comparison }
 *     comparison := field operator value | ( any )
 *     field      := feature { [INDEX] } | prediction | latency_ms | status | …
 *     feature    := features.NAME | features."any name"           (INDEX: of a list, from 0)
 *     operator   := = != < <= > >= LIKE ILIKE          value := number | 'text' | true | false | null
 *
 * A feature that is a list fits where any element does, and != where none is equal. It becomes SQL whose every name comes from a table
 * here and whose every value is bound.
 */
import type { ColumnsValue } from '../backends/columns/port.ts';
import { MillwrightError } from '../errors.ts';

type Value = string | number | boolean | null;

interface Token {
  readonly kind: 'word' | 'number' | 'text' | 'operator' | 'open' | 'close' | 'end';
  readonly source: string;
  readonly at: number;
}

const textFields = ['request_id', 'endpoint', 'model', 'version', 'run_id', 'protocol', 'error_code', 'error_message'];
const numberFields = ['latency_ms', 'status', 'at_ms', 'request_rows', 'row_number'];
const operators: Readonly<Record<string, string>> = {
  '=': '=',
  '!=': 'is distinct from',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  LIKE: 'like',
  ILIKE: 'ilike',
};
const limits = { characters: 10_000, depth: 32, comparisons: 100 };
const pattern =
  /\s*(?:(features\.(?:"(?:[^"]|"")*"(?:\[\d+\])*|[^\s=!<>()'"]+)|[A-Za-z_][A-Za-z0-9_]*)|(-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|('(?:[^']|'')*')|(!=|<=|>=|=|<|>)|(\()|(\)))/y;
const kinds = ['word', 'number', 'text', 'operator', 'open', 'close'] as const;

/** @param bind keeps a value and gives its placeholder @throws INVALID_PARAMETER_VALUE with the position, counted from 1 */
export function filterSql(filter: string, bind: (value: ColumnsValue) => string): string {
  if (filter.length > limits.characters) throw refuse(filter, limits.characters, `is longer than ${limits.characters} characters`);
  const tokens = tokenize(filter);
  const ctx = { filter, bind };
  let at = 0;
  let comparisons = 0;
  const isWord = (word: string): boolean => tokens[at]!.kind === 'word' && tokens[at]!.source.toUpperCase() === word;

  function any(depth: number): string {
    const parts = [all(depth)];
    while (isWord('OR')) {
      at += 1;
      parts.push(all(depth));
    }
    return `(${parts.join(' or ')})`;
  }

  function all(depth: number): string {
    const parts = [one(depth)];
    while (isWord('AND')) {
      at += 1;
      parts.push(one(depth));
    }
    return parts.join(' and ');
  }

  function one(depth: number): string {
    const token = tokens[at]!;
    if (token.kind === 'open') {
      if (depth >= limits.depth) throw refuse(filter, token.at, `is nested deeper than ${limits.depth} levels`);
      at += 1;
      const inner = any(depth + 1);
      if (tokens[at]!.kind !== 'close') throw refuse(filter, tokens[at]!.at, "lacks a ')'");
      at += 1;
      return inner;
    }
    comparisons += 1;
    if (comparisons > limits.comparisons) throw refuse(filter, token.at, `has more than ${limits.comparisons} comparisons`);
    return comparison();
  }

  function comparison(): string {
    const field = tokens[at]!;
    if (field.kind !== 'word') throw refuse(filter, field.at, 'needs a field here, such as features.NAME, prediction or latency_ms');
    const operator = tokens[at + 1] ?? field;
    const sqlOperator = operators[operator.source.toUpperCase()];
    if (sqlOperator === undefined)
      throw refuse(filter, operator.at, `needs one of ${Object.keys(operators).join(' ')} after ${field.source}`);
    const token = tokens[at + 2] ?? operator;
    const value = valueOf(token);
    if (value === undefined)
      throw refuse(filter, token.at, `needs a number, a 'text' in single quotes, true, false or null after ${operator.source}`);
    at += 3;
    return compare(field, sqlOperator, value);
  }

  function compare(field: Token, operator: string, value: Value): string {
    if (value === null) {
      if (operator !== '=' && operator !== 'is distinct from') throw refuse(filter, field.at, 'compares null with = and != only');
      return `${textOf(field, ctx)} is ${operator === '=' ? '' : 'not '}null`;
    }
    if (operator.endsWith('like') && typeof value !== 'string') throw refuse(filter, field.at, "takes a 'text' after LIKE");
    const right = bind(typeof value === 'boolean' ? String(value) : value);
    const compareOne = (text: string): string => `${typeof value === 'number' ? `try_cast(${text} as double)` : text} ${operator} ${right}`;
    if (featurePointers(field.source) !== undefined) return compareFeature(textOf(field, ctx), operator, compareOne);
    return typeof value === 'number' ? `${numberOf(field, ctx)} ${operator} ${right}` : compareOne(textOf(field, ctx));
  }

  const sql = any(0);
  if (tokens[at]!.kind !== 'end') throw refuse(filter, tokens[at]!.at, `needs AND or OR before '${tokens[at]!.source.slice(0, 64)}'`);
  return sql;
}

interface Context {
  readonly filter: string;
  readonly bind: (value: ColumnsValue) => string;
}

/** The list of a feature is the JSON text of it; as a whole it is compared, too, for LIKE. */
function compareFeature(text: string, operator: string, compareOne: (text: string) => string): string {
  const whole = compareOne(text);
  const each = `list_transform(from_json(${text}, '["VARCHAR"]'), lambda element: coalesce(${compareOne('element')}, false))`;
  const fits = operator === operators['!='] ? `coalesce(list_bool_and(${each}), true)` : `(${whole} or list_bool_or(${each}))`;
  return `case when starts_with(${text}, '[') and json_valid(${text}) then ${fits} else ${whole} end`;
}

/** A field as text. */
function textOf(field: Token, { filter, bind }: Context): string {
  const pointers = featurePointers(field.source);
  if (pointers !== undefined) {
    const values = pointers.map((pointer) => `json_extract_string(features, ${bind(pointer)})`);
    return values.length === 1 ? values[0]! : `coalesce(${values.join(', ')})`;
  }
  const name = field.source.toLowerCase();
  if (name === 'prediction') return "json_extract_string(prediction, '$')";
  if (textFields.includes(name)) return name;
  if (numberFields.includes(name)) return `cast(${name} as varchar)`;
  const known = ['features.NAME', 'prediction', ...textFields, ...numberFields].join(', ');
  throw refuse(filter, field.at, `knows no field '${field.source.slice(0, 64)}'; there are ${known}`);
}

function numberOf(field: Token, ctx: Context): string {
  const name = field.source.toLowerCase();
  if (numberFields.includes(name)) return name;
  if (name === 'prediction') return 'prediction_value';
  return `try_cast(${textOf(field, ctx)} as double)`;
}

function tokenize(filter: string): Token[] {
  const tokens: Token[] = [];
  const end = filter.trimEnd().length;
  for (pattern.lastIndex = 0; pattern.lastIndex < end;) {
    const start = pattern.lastIndex;
    const match = pattern.exec(filter);
    if (match === null) {
      const at = start + (filter.slice(start).length - filter.slice(start).trimStart().length);
      throw refuse(filter, at, `cannot be read from '${filter.slice(at, at + 20)}' on`);
    }
    const index = match.slice(1).findIndex((group) => group !== undefined);
    const source = match[index + 1]!;
    tokens.push({ kind: kinds[index]!, source, at: pattern.lastIndex - source.length });
  }
  tokens.push({ kind: 'end', source: '', at: end });
  return tokens;
}

/** `undefined` where the token is no value. */
function valueOf({ kind, source }: Token): Value | undefined {
  if (kind === 'number') return Number(source);
  if (kind === 'text') return source.slice(1, -1).replaceAll("''", "'");
  const word = source.toLowerCase();
  if (kind !== 'word' || !['true', 'false', 'null'].includes(word)) return undefined;
  return word === 'null' ? null : word === 'true';
}

/** JSON pointers of a feature, of which the first that leads somewhere counts: a bare name may itself end in `[0]`. */
function featurePointers(source: string): string[] | undefined {
  if (!source.startsWith('features.')) return undefined;
  const [, name = '', indices = ''] = /^features\.(.*?)((?:\[\d+\])*)$/su.exec(source) ?? [];
  const segments = [...indices.matchAll(/\d+/g)].map(([index]) => index);
  if (name.startsWith('"')) return [pointerOf(name.slice(1, -1).replaceAll('""', '"'), ...segments)];
  return segments.length === 0 ? [pointerOf(name)] : [pointerOf(name + indices), pointerOf(name, ...segments)];
}

function pointerOf(...segments: readonly string[]): string {
  return segments.map((segment) => `/${segment.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function refuse(filter: string, at: number, what: string): MillwrightError {
  return new MillwrightError('INVALID_PARAMETER_VALUE', `the filter '${filter.slice(0, 200)}' ${what} (character ${at + 1})`);
}
