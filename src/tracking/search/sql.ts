import type { Capabilities, SqlValue } from '../../backends/db/port.ts';

/** A piece of SQL with its values, in the order of its placeholders. */
export interface Sql {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

/** `left <comparator> value` of a comparison that the filter has checked. */
export function comparison(capabilities: Capabilities, left: string, comparator: string, value: SqlValue | readonly string[]): Sql {
  if (Array.isArray(value)) {
    return { text: `${left} ${comparator} (${value.map(() => '?').join(', ')})`, values: value as readonly string[] };
  }
  const single = [value as SqlValue];
  if (comparator === 'LIKE') return { text: capabilities.like(left, '?'), values: single };
  if (comparator === 'ILIKE') return { text: capabilities.ilike(left, '?'), values: single };
  return { text: `${left} ${comparator === '!=' ? '<>' : comparator} ?`, values: single };
}

/** What an index holds of a long text. */
const beginning = 100;

export function beginningOf(column: string): string {
  return `substr(${column}, 1, ${beginning})`;
}

/**
 * What an index on `beginningOf(column)` alone tells of a comparison: true wherever the comparison is. Undefined for
 * comparisons that such an index is no help to.
 */
export function comparisonOfBeginning(capabilities: Capabilities, column: string, comparator: string, value: string): Sql | undefined {
  const start = beginningOf(column);
  if (comparator === '=')
    return { text: `${start} = ? and ${column} = ?`, values: [Array.from(value).slice(0, beginning).join(''), value] };
  if (comparator !== 'LIKE' && comparator !== 'ILIKE') return undefined;
  const compared = comparison(capabilities, start, comparator, value);
  // Of a text that is longer the beginning says nothing.
  const possible = { text: `(${compared.text} or length(${start}) = ${beginning})`, values: compared.values };
  const range = comparator === 'LIKE' && capabilities.byteOrder ? rangeOf(value) : undefined;
  if (range === undefined) return possible;
  return { text: `${start} >= ? and ${start} < ? and ${possible.text}`, values: [range.from, range.to, ...possible.values] };
}

/** Between which texts all those lie that begin as the pattern does. */
function rangeOf(pattern: string): { readonly from: string; readonly to: string } | undefined {
  const literal = Array.from(/^[^%_]*/.exec(pattern)![0]).slice(0, beginning);
  const last = literal.at(-1)?.codePointAt(0);
  if (last === undefined || last === 0x10ffff) return undefined;
  const following = last === 0xd7ff ? 0xe000 : last + 1; // between them lie the surrogates, which no text holds
  return { from: literal.join(''), to: literal.slice(0, -1).join('') + String.fromCodePoint(following) };
}

/** One term of an ordering; what may be missing has a rank before it. */
export interface OrderTerm {
  readonly expression: string;
  readonly ascending: boolean;
}

export function orderBy(terms: readonly OrderTerm[]): string {
  return terms.map((term) => `${term.expression} ${term.ascending ? 'asc' : 'desc'}`).join(', ');
}

/**
 * Rows after a position in an ordering: the keyset's condition, which a page begins with whatever was added before it.
 * A null can only stand where the rank before it says "missing": there it is equal to itself and after nothing.
 */
export function after(terms: readonly OrderTerm[], position: readonly SqlValue[]): Sql {
  const branches: string[] = [];
  const values: SqlValue[] = [];
  for (let last = 0; last < terms.length; last += 1) {
    if (position[last] === null) continue;
    const parts: string[] = [];
    for (let index = 0; index < last; index += 1) {
      const value = position[index]!;
      parts.push(value === null ? `${terms[index]!.expression} is null` : `${terms[index]!.expression} = ?`);
      if (value !== null) values.push(value);
    }
    parts.push(`${terms[last]!.expression} ${terms[last]!.ascending ? '>' : '<'} ?`);
    values.push(position[last]!);
    branches.push(`(${parts.join(' and ')})`);
  }
  const [first] = terms;
  if (first === undefined || position[0] === null) return { text: `(${branches.join(' or ')})`, values };
  // Said once more for the index: the rows begin at the first term's value.
  return {
    text: `${first.expression} ${first.ascending ? '>=' : '<='} ? and (${branches.join(' or ')})`,
    values: [position[0]!, ...values],
  };
}
