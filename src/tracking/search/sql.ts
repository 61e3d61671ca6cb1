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
  if (comparator === 'LIKE') return { text: `${left} ${capabilities.like} ?`, values: single };
  if (comparator === 'ILIKE') return { text: capabilities.ilike(left, '?'), values: single };
  return { text: `${left} ${comparator === '!=' ? '<>' : comparator} ?`, values: single };
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
