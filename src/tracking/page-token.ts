import { createHash } from 'node:crypto';
import type { SqlValue } from '../backends/db/port.ts';
import { invalid } from './limits.ts';

/** Where a page ended: the ordering values of its last row. The next page begins after them, whatever was added meanwhile. */
export type Position = readonly SqlValue[];

type Coded = string | number | null | { readonly n: string };

/** @param order what the rows are ordered by; a token is good for the same order only */
export function encodePageToken(order: readonly string[], position: Position): string {
  return Buffer.from(JSON.stringify({ o: digestOf(order), p: position.map(code) })).toString('base64');
}

/** @throws INVALID_PARAMETER_VALUE where the token is not one of `encodePageToken` for this order */
export function decodePageToken(token: string, order: readonly string[], length: number): Position {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(token) || token.length % 4 !== 0) throw invalid('Invalid page token, could not base64-decode');
  const decoded = Buffer.from(token, 'base64').toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(decoded);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw invalid(`Invalid page token, decoded value=${decoded.slice(0, 200)}`);
  }
  const { o, p } = (typeof value === 'object' && value !== null ? value : {}) as { o?: unknown; p?: unknown };
  if (!Array.isArray(p) || p.length !== length) throw invalid(`Invalid page token, parsed value=${decoded.slice(0, 200)}`);
  if (o !== digestOf(order)) throw invalid('Invalid page token: it belongs to a search in another order. Start again from the first page.');
  return p.map(decodeValue);
}

function digestOf(order: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(order)).digest('base64url').slice(0, 10);
}

function code(value: SqlValue): Coded {
  if (typeof value === 'bigint') return { n: `${value}n` };
  if (typeof value === 'number' && !Number.isFinite(value)) return { n: String(value) };
  return value as string | number | null;
}

function decodeValue(value: unknown): SqlValue {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  const text = typeof value === 'object' && 'n' in value && typeof value.n === 'string' ? value.n : '';
  if (/^-?\d{1,20}n$/.test(text)) return BigInt(text.slice(0, -1));
  if (text === 'Infinity' || text === '-Infinity') return Number(text);
  throw invalid('Invalid page token: it holds a value of an unknown kind.');
}
