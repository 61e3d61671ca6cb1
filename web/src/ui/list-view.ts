import { readList, writeList } from '../app/search.ts';
import { toCsv } from './csv.ts';
import type { Column, Sort } from './data-table.tsx';

/** A column of a table whose rows are all here: by its value it is sorted, and the value is what a CSV holds. */
export interface ValueColumn<Row> extends Column<Row> {
  /** Null: not known; such rows stand last either way. */
  readonly value: (row: Row) => string | number | null;
}

/** What such a table shows, as its address says it. */
export interface ListView {
  readonly filter: string;
  readonly sort: Sort;
  /** Undefined: all. */
  readonly columns: readonly string[] | undefined;
}

export type ListSearch = { [K in 'filter' | 'sort' | 'cols']?: string | undefined };

export function readListView(search: ListSearch, columns: readonly { readonly id: string }[], byDefault: Sort): ListView {
  const isColumn = (id: string) => columns.some((column) => column.id === id);
  const chosen = readList(search.cols).filter(isColumn);
  return {
    filter: search.filter ?? '',
    sort: readSort(search.sort, isColumn) ?? byDefault,
    columns: chosen.length === 0 ? undefined : chosen,
  };
}

export function writeListView(view: ListView, byDefault: Sort): { [K in keyof Required<ListSearch>]: string | undefined } {
  const sort = writeSort(view.sort);
  return {
    filter: view.filter === '' ? undefined : view.filter,
    sort: sort === writeSort(byDefault) ? undefined : sort,
    cols: view.columns === undefined ? undefined : writeList(view.columns),
  };
}

/** `rmse:desc`; anything may stand in an address. */
export function readSort(text: string | undefined, isColumn: (id: string) => boolean): Sort | undefined {
  const [, column, direction] = /^(.+):(asc|desc)$/.exec(text ?? '') ?? [];
  return column === undefined || !isColumn(column) ? undefined : { column, descending: direction === 'desc' };
}

export function writeSort({ column, descending }: Sort): string {
  return `${column}:${descending ? 'desc' : 'asc'}`;
}

/** The rows that have the words of the filter, in order; those that are equal as they came. */
export function listed<Row>(
  rows: readonly Row[],
  columns: readonly ValueColumn<Row>[],
  { filter, sort, textsOf }: { filter: string; sort: Sort; textsOf: (row: Row) => readonly (string | null)[] },
): readonly Row[] {
  const needle = filter.trim().toLowerCase();
  const found = needle === '' ? rows : rows.filter((row) => textsOf(row).some((text) => text?.toLowerCase().includes(needle) === true));
  const { value } = columns.find(({ id }) => id === sort.column) ?? { value: () => null };
  const sign = sort.descending ? -1 : 1;
  return found.toSorted((a, b) => {
    const [left, right] = [value(a), value(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return sign * compare(left, right);
  });
}

function compare(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), 'en', { numeric: true });
}

export function csvOf<Row>(rows: readonly Row[], columns: readonly ValueColumn<Row>[]): string {
  return toCsv([columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ value }) => value(row) ?? ''))]);
}

/** A time as files hold it. */
export function timeValue(at: number | null | undefined): string | null {
  return at === null || at === undefined || at === 0 ? null : new Date(at).toISOString();
}
