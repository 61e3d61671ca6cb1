/**
 * The filter language of MLflow's searches, as text → clauses:
 *
 *     filter  := AND* (clause AND*)*       the words between clauses say nothing, so none may stand there, as in MLflow
 *     clause  := ident cmp value | ident IS [NOT] NULL | ident [NOT] IN ( 'a', 'b' )
 *     ident   := [prefix .] key            prefix and key bare, "quoted" or `quoted`; a key after its dot also 'quoted'
 *     value   := number | 'text' | "text"  a quote in a text is doubled
 *
 * Words are in any case. What an identifier may be, and which operators it takes, is the search's own matter.
 */
import { invalid, pythonQuote } from '../limits.ts';

export type Comparator = '=' | '!=' | '>' | '>=' | '<' | '<=' | 'LIKE' | 'ILIKE' | 'IN' | 'NOT IN' | 'IS NULL' | 'IS NOT NULL';

export type FilterValue =
  | { readonly kind: 'none' }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'list'; readonly values: readonly string[] }
  /** A bare word where a value should be: for the message only. */
  | { readonly kind: 'word'; readonly text: string };

export interface Identifier {
  /** As written before the first dot, without quotes; absent where there is no dot. */
  readonly prefix: string | undefined;
  readonly key: string;
}

export interface Clause extends Identifier {
  /** Upper case; perhaps one that the search does not know, such as `<>`. */
  readonly comparator: string;
  readonly value: FilterValue;
}

const patterns = {
  space: /\s*/y,
  joints: /(?:\s+|AND\b)*/iy,
  nullTest: /IS\s+(NOT\s+)?NULL\b/iy,
  membership: /(NOT\s+)?IN\s*(?=\()/iy,
  comparator: /(?:NOT\s+)?(?:LIKE|ILIKE|RLIKE)\b|[<>=!]=|<>|[<>=]/iy,
  bare: /[^\s=<>!(),;'"`.]+/y,
  bareRest: /[^\s=<>!(),;'"`]+/y,
  // `\'` does not end a text, unless nothing else could.
  text: /'(?:''|\\'|[^'])*'|"(?:""|\\"|[^"])*"/y,
  quotedName: /"[^"]*"|`[^`]*`/y,
  quotedKey: /"[^"]*"|`[^`]*`|'[^']*'/y,
  number: /[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?![\w.])/iy,
  word: /[^\s(),;]+/y,
} as const;

/** What one statement can hold: SQLite takes 32,766 values, and PostgreSQL plans the longer the more clauses there are. */
const mostClauses = 100;
const mostListed = 10_000;
/** Characters; SQLite takes 50,000 bytes. */
const longestPattern = 10_000;

/** @throws INVALID_PARAMETER_VALUE with MLflow's message where the text is not a filter */
export function parseFilter(filter: string): Clause[] {
  const reader = new Reader(filter);
  const clauses: Clause[] = [];
  reader.take('joints');
  while (!reader.atEnd()) {
    clauses.push(readClause(reader));
    reader.take('joints');
  }
  if (clauses.length > mostClauses)
    throw invalid(`A filter holds at most ${mostClauses} clauses. Got ${clauses.length}: split the search.`);
  const listed = clauses.reduce((sum, { value }) => sum + (value.kind === 'list' ? value.values.length : 0), 0);
  if (listed > mostListed) throw invalid(`The lists of a filter hold at most ${mostListed} values. Got ${listed}: split the search.`);
  return clauses;
}

function readClause(reader: Reader): Clause {
  const start = reader.position;
  const identifier = readIdentifier(reader);
  if (identifier === undefined) throw reader.unexpected();
  reader.take('space');
  const nullTest = reader.take('nullTest');
  if (nullTest !== undefined)
    return { ...identifier, comparator: /not/i.test(nullTest) ? 'IS NOT NULL' : 'IS NULL', value: { kind: 'none' } };
  const membership = reader.take('membership');
  if (membership !== undefined) {
    return { ...identifier, comparator: /^not/i.test(membership) ? 'NOT IN' : 'IN', value: readList(reader) };
  }
  const comparator = reader.take('comparator');
  reader.take('space');
  if (comparator === undefined || reader.atEnd()) throw reader.unexpected(start);
  const value = readValue(reader);
  if (/LIKE$/i.test(comparator) && value.kind === 'text' && value.value.length > longestPattern)
    throw invalid(`A pattern holds at most ${longestPattern} characters. Got ${value.value.length}.`);
  return { ...identifier, comparator: comparator.toUpperCase().replace(/\s+/g, ' '), value };
}

/** An identifier alone, as in `order_by`; undefined where there is none here. */
function readIdentifier(reader: Reader): Identifier | undefined {
  const first = readName(reader, 'quotedName', 'bare');
  if (first === undefined) return undefined;
  if (!reader.takeText('.')) return { prefix: undefined, key: first };
  const key = readName(reader, 'quotedKey', 'bareRest');
  if (key === undefined) throw reader.unexpected();
  return { prefix: first, key };
}

function readName(reader: Reader, inQuotes: 'quotedName' | 'quotedKey', bare: 'bare' | 'bareRest'): string | undefined {
  const quoted = reader.take(inQuotes);
  return quoted === undefined ? reader.take(bare) : quoted.slice(1, -1);
}

function readValue(reader: Reader): FilterValue {
  const number = reader.take('number');
  if (number !== undefined) return { kind: 'number', text: number };
  const text = reader.take('text');
  if (text !== undefined) return { kind: 'text', value: unquote(text) };
  if (reader.at('(')) return readList(reader);
  return { kind: 'word', text: reader.take('word') ?? reader.rest() };
}

function readList(reader: Reader): FilterValue {
  const illFormed = 'While parsing a list in the query, expected a non-empty list of string values, but got ill-formed list.';
  reader.takeText('(');
  const values: string[] = [];
  for (;;) {
    reader.take('space');
    if (reader.takeText(')')) break;
    const text = reader.take('text');
    if (text === undefined) {
      const other = reader.take('number') ?? reader.take('word');
      if (other === undefined) throw invalid(illFormed);
      throw invalid(
        `While parsing a list in the query, expected string value, punctuation, or whitespace, but got different type in list: (${other})`,
      );
    }
    values.push(unquote(text));
    reader.take('space');
    if (!reader.takeText(',') && !reader.at(')')) throw invalid(illFormed);
  }
  if (values.length === 0) {
    throw invalid('While parsing a list in the query, expected a non-empty list of string values, but got empty list');
  }
  return { kind: 'list', values };
}

function unquote(text: string): string {
  const quote = text[0]!;
  return text
    .slice(1, -1)
    .replaceAll(quote + quote, quote)
    .replaceAll(`\\${quote}`, quote);
}

export interface Ordering extends Identifier {
  readonly ascending: boolean;
}

/** One entry of `order_by`: an identifier, then perhaps ASC or DESC. */
export function parseOrdering(clause: string): Ordering {
  const reader = new Reader(clause);
  reader.take('space');
  const identifier = readIdentifier(reader);
  reader.take('space');
  const direction = reader.take('word');
  reader.take('space');
  if (identifier === undefined || !reader.atEnd()) throw invalid(`Invalid order_by clause '${clause}'. Could not be parsed.`);
  if (direction !== undefined && !/^(asc|desc)$/i.test(direction)) throw invalid(`Invalid ordering key in order_by clause '${clause}'.`);
  return { ...identifier, ascending: direction?.toLowerCase() !== 'desc' };
}

class Reader {
  readonly #text: string;
  position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  take(name: keyof typeof patterns): string | undefined {
    const pattern = patterns[name];
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.position = pattern.lastIndex;
    return match[0];
  }

  at(text: string): boolean {
    return this.#text.startsWith(text, this.position);
  }

  takeText(text: string): boolean {
    if (!this.at(text)) return false;
    this.position += text.length;
    return true;
  }

  atEnd(): boolean {
    return this.position >= this.#text.length;
  }

  rest(): string {
    return this.#text.slice(this.position);
  }

  /** What stands here, or at `from`, cannot be read as a clause. */
  unexpected(from = this.position): Error {
    const rest = this.#text.slice(from).trim();
    if (rest.startsWith(';') || /;\s*\S/.test(rest)) {
      return invalid(`Search filter contained multiple expression ${pythonQuote(this.#text)}. Provide AND-ed expression list.`);
    }
    const keyword = /^(?:OR|NOT)\b/i.exec(rest)?.[0];
    const words = keyword !== undefined ? [keyword] : rest.startsWith('(') ? [rest] : rest.split(/\s+/);
    return invalid(`Invalid clause(s) in filter string: ${words.map((word) => `'${word}'`).join(', ')}`);
  }
}
