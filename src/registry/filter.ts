/**
 * The filters and orders of the registry's searches (MLflow's grammar): comparisons of attributes and tags joined by AND,
 * which says nothing, so it may also lead, end, be doubled or be missing.
 *
 *     clause := key comparator value | key [NOT] IN ('a', 'b')
 *     key    := [attribute.|tag.|tags.] name        names may stand in "…" or `…`, after a dot also in '…'
 */
import { MillwrightError } from '../errors.ts';

export interface Clause {
  readonly entity: 'attribute' | 'tag';
  readonly key: string;
  readonly comparator: string;
  readonly value: string | number | readonly string[];
}

/** What one search can filter and order by. */
export interface Searchable {
  readonly attributes: Readonly<Record<string, 'text' | 'number'>>;
  /** Attributes that `IN` takes. */
  readonly listed: readonly string[];
  readonly orders: readonly string[];
}

export const searchableModels: Searchable = {
  attributes: { name: 'text' },
  listed: ['name'],
  orders: ['name', 'timestamp', 'creation_timestamp', 'last_updated_timestamp'],
};

export const searchableVersions: Searchable = {
  attributes: { name: 'text', version_number: 'number', run_id: 'text', source_path: 'text' },
  listed: ['name', 'run_id'],
  orders: ['name', 'version_number', 'creation_timestamp', 'last_updated_timestamp'],
};

interface Token {
  readonly kind: 'text' | 'word' | 'operator' | 'open' | 'close' | 'comma' | 'end';
  /** A text's value without quotes; everything else as it stands. */
  readonly value: string;
  readonly source: string;
}

const textComparators = ['=', '!=', 'LIKE', 'ILIKE'];
const numberComparators = ['=', '!=', '<', '<=', '>', '>='];
const filterLimit = 20_000;
/** Characters; SQLite takes 50,000 bytes. */
const patternLimit = 10_000;
const clauseLimit = 100;

/** @throws INVALID_PARAMETER_VALUE naming what cannot be read */
export function parseFilter(filter: string, searchable: Searchable): Clause[] {
  if (filter.trim() === '') return [];
  if (filter.length > filterLimit) throw invalid(`The filter is longer than ${filterLimit} characters: split the search.`);
  const tokens = tokenize(filter);
  const clauses: Clause[] = [];
  let at = afterJoints(tokens, 0);
  while (tokens[at]!.kind !== 'end') {
    const [clause, next] = readClause(tokens, at, searchable);
    clauses.push(clause);
    if (clauses.length > clauseLimit) throw invalid(`The filter has more than ${clauseLimit} clauses: split the search.`);
    at = afterJoints(tokens, next);
  }
  return clauses;
}

function afterJoints(tokens: readonly Token[], start: number): number {
  let at = start;
  while (tokens[at]!.source.toUpperCase() === 'AND') at += 1;
  return at;
}

function readClause(tokens: readonly Token[], start: number, searchable: Searchable): [Clause, number] {
  const left = tokens[start]!;
  if ((left.kind !== 'word' && left.kind !== 'text') || /^(?:OR|NOT)$/i.test(left.source)) {
    throw invalid(`Invalid clause(s) in filter string: ${left.source}`);
  }
  const { entity, key } = readKey(left.source, searchable);
  let at = start + 1;
  let comparator = tokens[at]!.source.toUpperCase();
  if (comparator === 'NOT') comparator += ` ${tokens[(at += 1)]!.source.toUpperCase()}`;
  const right = tokens[(at += 1)];
  if (right === undefined || right.kind === 'end') throw invalid(`Invalid comparison clause. Expected 3 tokens found ${at - start}`);
  checkComparator(entity, key, comparator, searchable);
  if (comparator === 'IN' || comparator === 'NOT IN') {
    const [value, next] = readList(tokens, at);
    return [{ entity, key, comparator, value }, next];
  }
  const value = readValue(right, entity, key, searchable);
  if (comparator.endsWith('LIKE') && String(value).length > patternLimit)
    throw invalid(`A pattern holds at most ${patternLimit} characters.`);
  return [{ entity, key, comparator, value }, at + 1];
}

function readKey(source: string, searchable: Searchable): Pick<Clause, 'entity' | 'key'> {
  const dot = /^[`"']/.test(source) ? -1 : source.indexOf('.');
  const prefix = dot === -1 ? 'attribute' : source.slice(0, dot);
  const key = unquote(source.slice(dot + 1));
  if (!['attribute', 'tag', 'tags'].includes(prefix)) {
    throw invalid(`Invalid entity type '${prefix}'. Valid entity types are ('attribute', 'tag', 'tags')`);
  }
  if (prefix !== 'attribute') return { entity: 'tag', key };
  if (!Object.hasOwn(searchable.attributes, key)) {
    const keys = Object.keys(searchable.attributes).map((known) => `'${known}'`);
    throw invalid(`Invalid attribute key '${key}' specified. Valid keys are '{${keys.join(', ')}}'`);
  }
  return { entity: 'attribute', key };
}

function checkComparator(entity: Clause['entity'], key: string, comparator: string, searchable: Searchable): void {
  if (entity === 'tag') {
    if (!textComparators.includes(comparator)) throw invalid(`Invalid comparator for tag: ${comparator}`);
  } else if (searchable.attributes[key] === 'number') {
    if (!numberComparators.includes(comparator)) throw invalid(`Invalid comparator for attribute ${key}: ${comparator}`);
  } else if (comparator === 'IN' || comparator === 'NOT IN') {
    if (searchable.listed.includes(key)) return;
    const listed = searchable.listed.map((known) => `'${known}'`).join(', ');
    throw invalid(`Only [${listed}] attributes support comparison with a list of quoted string values.`);
  } else if (!textComparators.includes(comparator)) {
    throw invalid(`Invalid comparator for attribute: ${comparator}`);
  }
}

function readValue(token: Token, entity: Clause['entity'], key: string, searchable: Searchable): string | number {
  if (entity === 'attribute' && searchable.attributes[key] === 'number') {
    if (!/^-?\d{1,15}$/.test(token.value)) throw invalid(`Invalid value for numeric attribute '${key}': ${token.source}`);
    return Number(token.value);
  }
  if (token.kind === 'text' && !token.source.startsWith('`')) return token.value;
  const wanted =
    entity === 'tag'
      ? "a quoted string value for tag (e.g. 'my-value')"
      : 'a quoted string value or a list of quoted string values for attributes';
  throw invalid(`Expected ${wanted}. Got value ${token.source}`);
}

function readList(tokens: readonly Token[], start: number): [string[], number] {
  const illFormed = invalid('While parsing a list in the query, expected a non-empty list of string values, but got ill-formed list.');
  if (tokens[start]!.kind !== 'open') throw illFormed;
  const values: string[] = [];
  for (let at = start + 1; ; at += 2) {
    const item = tokens[at]!;
    if (item.kind === 'close' && values.length > 0) return [values, at + 1]; // a comma before it is allowed, as in Python
    if (item.kind !== 'text') throw illFormed;
    values.push(item.value);
    const separator = tokens[at + 1]!;
    if (separator.kind === 'close') return [values, at + 2];
    if (separator.kind !== 'comma') throw illFormed;
  }
}

// A key such as tags."my key" is one word: bare characters and quoted parts in any order.
const tokenPattern =
  /\s+|(?<operator><=|>=|!=|<>|=|<|>)|(?<open>\()|(?<close>\))|(?<comma>,)|(?<text>'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`)|(?<word>(?:[^\s=<>!(),'"`]+|"[^"]*"|`[^`]*`|(?<=\.)'[^']*')+)/gy;

function tokenize(filter: string): Token[] {
  const tokens: Token[] = [];
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < filter.length) {
    const at = tokenPattern.lastIndex;
    const match = tokenPattern.exec(filter);
    if (match === null) throw invalid(`Error on parsing filter '${filter}': cannot read on from '${filter.slice(at, at + 20)}'`);
    const [kind, source] = Object.entries(match.groups ?? {}).find((group) => group[1] !== undefined) ?? [];
    if (kind === undefined || source === undefined) continue;
    tokens.push({ kind: kind as Token['kind'], source, value: kind === 'text' ? unquote(source) : source });
  }
  tokens.push({ kind: 'end', value: '', source: '' });
  return tokens;
}

function unquote(source: string): string {
  const quote = source[0];
  if (source.length < 2 || (quote !== "'" && quote !== '"' && quote !== '`') || !source.endsWith(quote)) return source;
  return source.slice(1, -1).replaceAll(quote + quote, quote);
}

export interface Order {
  readonly key: string;
  readonly ascending: boolean;
}

/** @throws INVALID_PARAMETER_VALUE for a clause that is no `key [ASC|DESC]`, an unknown key, or a key that comes twice */
export function parseOrder(clauses: readonly string[], searchable: Searchable): Order[] {
  const orders: Order[] = [];
  for (const clause of clauses) {
    const words = [...clause.matchAll(/"[^"]*"|`[^`]*`|[^\s"`]+/g)].map((match) => match[0]);
    const [source, direction = 'asc', extra] = words;
    if (source === undefined || extra !== undefined) throw invalid(`Invalid order_by clause '${clause}'. Could not be parsed.`);
    if (!/^(asc|desc)$/i.test(direction)) throw invalid(`Invalid ordering key in order_by clause '${clause}'.`);
    const key = unquote(source.replace(/^attribute\./, ''));
    if (!searchable.orders.includes(key)) {
      const keys = searchable.orders.map((known) => `'${known}'`).join(', ');
      throw invalid(`Invalid order by key '${key}' specified. Valid keys are {${keys}}`);
    }
    if (orders.some((order) => order.key === key)) throw invalid(`\`order_by\` contains duplicate fields: ${clauses.join(', ')}`);
    orders.push({ key, ascending: direction.toLowerCase() === 'asc' });
  }
  return orders;
}

function invalid(message: string): MillwrightError {
  return new MillwrightError('INVALID_PARAMETER_VALUE', message);
}
