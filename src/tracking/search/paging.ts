import type { SqlValue, Tx } from '../../backends/db/port.ts';
import { invalid } from '../limits.ts';
import { decodePageToken, encodePageToken } from '../page-token.ts';
import type { Int64 } from '../run.ts';
import { after, orderBy, type OrderTerm, type Sql } from './sql.ts';

/** @throws INVALID_PARAMETER_VALUE with MLflow's message */
export function checkPageSize(size: Int64, most: number): number {
  if (size < 1) throw invalid(`Invalid value ${size} for parameter 'max_results' supplied. It must be a positive integer`);
  if (size > most) throw invalid(`Invalid value ${size} for parameter 'max_results' supplied. It must be at most ${most}`);
  return Number(size);
}

/** What is selected, from where, in which order: everything of a search but its page. */
export interface Search {
  readonly columns: string;
  /** The FROM clause, with its joins and their values. */
  readonly from: Sql;
  readonly conditions: readonly Sql[];
  readonly order: readonly OrderTerm[];
  /** The order as the client asked for it: a page token belongs to it. */
  readonly orderKey: readonly string[];
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly nextPageToken: string | undefined;
}

/** One page of a search, by keyset: rows that come or go meanwhile neither repeat nor hide others. */
export async function readPage<Row>(tx: Tx<never>, search: Search, limit: number, pageToken: string | undefined): Promise<Page<Row>> {
  const { order } = search;
  const conditions = [...search.conditions];
  if (pageToken !== undefined) conditions.push(after(order, decodePageToken(pageToken, search.orderKey, order.length)));
  const keys = order.map((term, index) => `${term.expression} as order_${index}`).join(', ');
  const text = `select ${search.columns}, ${keys} from ${search.from.text}
    where ${conditions.map((condition) => condition.text).join(' and ')} order by ${orderBy(order)} limit ?`;
  const values = [...search.from.values, ...conditions.flatMap((condition) => condition.values), limit + 1];
  const rows = await tx.statement<Row & Record<string, SqlValue>>(text).all(...values);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  if (rows.length <= limit || last === undefined) return { rows: page, nextPageToken: undefined };
  const position = order.map((_, index) => last[`order_${index}`] ?? null);
  return { rows: page, nextPageToken: encodePageToken(search.orderKey, position) };
}
