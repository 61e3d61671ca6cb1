/**
 * Whether a condition of a search is met by few runs only: then these are looked at and no others. Asked of the database
 * itself, with a bound, because neither dialect's planner knows how many runs a constant matches.
 */
import type { SqlValue, Tx } from '../../backends/db/port.ts';
import { placeholders } from '../rows.ts';
import type { Sql } from './sql.ts';

/** More candidates than this are not few: the runs are walked in the search's order instead. */
const bound = 2000;

/** Sizes of the lists in a statement: few texts, each prepared once. */
const listSizes = [10, 100, 500, bound];

/** @param queries each answers the `run_key`s that one condition allows; @returns the smallest such set, where one is small */
export async function fewestCandidates(tx: Tx<never>, queries: readonly Sql[]): Promise<readonly number[] | undefined> {
  let fewest: readonly number[] | undefined;
  for (const query of queries) {
    const limit = fewest?.length ?? bound + 1;
    const rows = await tx.statement<{ run_key: number }>(`${query.text} limit ?`).all(...query.values, limit);
    if (rows.length < limit) fewest = rows.map((row) => row.run_key);
    if (rows.length <= listSizes[0]!) break;
  }
  return fewest;
}

/** `r.run_key` is one of these; the list is filled up to one of few sizes. */
export function amongKeys(keys: readonly number[]): Sql {
  const size = listSizes.find((candidate) => candidate >= keys.length) ?? keys.length;
  const values: SqlValue[] = [...keys, ...Array<SqlValue>(size - keys.length).fill(keys[0] ?? -1)];
  return { text: `r.run_key in (${placeholders(size)})`, values };
}
