/** Paging by keys: a token holds the sort values of the last row, so a page costs the same wherever it stands. */
import { createHash } from 'node:crypto';
import type { SqlValue } from '../backends/db/port.ts';
import { MillwrightError } from '../errors.ts';

/** A column to sort by; together they must tell any two rows apart, and none may be null. */
export interface SortColumn {
  readonly column: string;
  readonly ascending: boolean;
}

export type SortValues = readonly (string | number)[];

/** @param search what the token belongs to: a token of another search is refused */
export function writeToken(search: unknown, values: SortValues): string {
  return Buffer.from(JSON.stringify([fingerprint(search), ...values])).toString('base64');
}

/** @throws INVALID_PARAMETER_VALUE for what is no token of this search */
export function readToken(search: unknown, columns: readonly SortColumn[], token: string): SortValues {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(token)) throw invalid('Invalid page token, could not base64-decode');
  const decoded = Buffer.from(token, 'base64').toString('utf8');
  const values = parse(decoded);
  if (!Array.isArray(values)) throw invalid(`Invalid page token, decoded value=${decoded.slice(0, 200)}`);
  if (values[0] !== fingerprint(search) || values.length !== columns.length + 1 || !values.slice(1).every(isSortValue)) {
    throw invalid('Invalid page token, it belongs to another search: send it with the filter and order_by that it came with');
  }
  return values.slice(1) as SortValues;
}

export function orderBy(columns: readonly SortColumn[]): string {
  return columns.map(({ column, ascending }) => `${column} ${ascending ? 'asc' : 'desc'}`).join(', ');
}

/** The condition of the rows after `values`, with its parameters. */
export function afterRow(columns: readonly SortColumn[], values: SortValues): [string, SqlValue[]] {
  const parameters: SqlValue[] = [];
  const alternatives = columns.map(({ column, ascending }, index) => {
    const equal = columns.slice(0, index).map((earlier) => `${earlier.column} = ?`);
    parameters.push(...values.slice(0, index + 1));
    return `(${[...equal, `${column} ${ascending ? '>' : '<'} ?`].join(' and ')})`;
  });
  return [`(${alternatives.join(' or ')})`, parameters];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

function isSortValue(value: unknown): boolean {
  return typeof value === 'string' || Number.isSafeInteger(value);
}

function fingerprint(search: unknown): string {
  return createHash('sha256').update(JSON.stringify(search)).digest('base64').slice(0, 12);
}

function invalid(message: string): MillwrightError {
  return new MillwrightError('INVALID_PARAMETER_VALUE', message);
}
