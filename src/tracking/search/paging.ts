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

/** What one statement can hold: SQLite joins 64 tables and takes 32,766 values. */
const mostExperiments = 20_000;
const mostOrderings = 50;
const mostDatasets = 100;

/** @throws INVALID_PARAMETER_VALUE for a search that no statement can hold */
export function checkSearchSize({
  experimentIds = [],
  datasets = [],
  orderBy,
}: {
  readonly experimentIds?: readonly number[];
  readonly datasets?: readonly unknown[];
  readonly orderBy: readonly unknown[];
}): void {
  if (experimentIds.length > mostExperiments)
    throw invalid(`A search names at most ${mostExperiments} experiments. Got ${experimentIds.length}: split it.`);
  if (datasets.length > mostDatasets) throw invalid(`A search names at most ${mostDatasets} datasets. Got ${datasets.length}: split it.`);
  if (orderBy.length > mostOrderings) throw invalid(`order_by holds at most ${mostOrderings} clauses. Got ${orderBy.length}.`);
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
  const position = pageToken === undefined ? undefined : decodePageToken(pageToken, search.orderKey, search.order.length);
  const rows = await readRows<Row>(tx, search, limit + 1, position);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  if (rows.length <= limit || last === undefined) return { rows: page, nextPageToken: undefined };
  return { rows: page, nextPageToken: encodePageToken(search.orderKey, positionOf(last, search.order)) };
}

/**
 * The same where every row has `search.order`'s first term at `constant`: `search` must then leave that term out of its order.
 * Undefined where such rows do not fill the page.
 */
export async function readPageAt<Row>(
  tx: Tx<never>,
  search: Search,
  constant: SqlValue,
  limit: number,
  pageToken: string | undefined,
): Promise<Page<Row> | undefined> {
  const position = pageToken === undefined ? undefined : decodePageToken(pageToken, search.orderKey, search.order.length + 1);
  if (position !== undefined && position[0] !== constant) return undefined;
  const rows = await readRows<Row>(tx, search, limit + 1, position?.slice(1));
  if (rows.length <= limit) return undefined;
  const page = rows.slice(0, limit);
  return { rows: page, nextPageToken: encodePageToken(search.orderKey, [constant, ...positionOf(page.at(-1)!, search.order)]) };
}

type Keyed<Row> = Row & Record<`order_${number}`, SqlValue>;

function positionOf(row: Record<`order_${number}`, SqlValue>, order: readonly OrderTerm[]): SqlValue[] {
  return order.map((_, index) => row[`order_${index}`] ?? null);
}

async function readRows<Row>(
  tx: Tx<never>,
  { columns, from, conditions, order }: Search,
  limit: number,
  position: readonly SqlValue[] | undefined,
): Promise<Keyed<Row>[]> {
  const all = position === undefined ? conditions : [...conditions, after(order, position)];
  const keys = order.map((term, index) => `${term.expression} as order_${index}`).join(', ');
  const text = `select ${columns}, ${keys} from ${from.text}
    where ${all.map((condition) => condition.text).join(' and ')} order by ${orderBy(order)} limit ?`;
  return tx.statement<Keyed<Row>>(text).all(...from.values, ...all.flatMap((condition) => condition.values), limit);
}
