import { expect, test } from 'vitest';
import { csvOf, listed, readListView, timeValue, writeListView, type ValueColumn } from './list-view.ts';

interface Item {
  readonly name: string;
  readonly size: number | null;
}

const column = (id: 'name' | 'size'): ValueColumn<Item> => ({
  id,
  title: id.toUpperCase(),
  width: 1,
  value: (row) => row[id],
  cell: () => '',
});
const columns = [column('name'), column('size')];
const byName = { column: 'name', descending: false };
const rows: readonly Item[] = [
  { name: 'b10', size: 9 },
  { name: 'a', size: null },
  { name: 'b9', size: 10 },
];
const names = (filter: string, sort: typeof byName) =>
  listed(rows, columns, { filter, sort, textsOf: ({ name }) => [name, null] }).map(({ name }) => name);

test('a link reopens the table as it was seen, and what the address need not say it does not', () => {
  const view = { filter: 'load', sort: { column: 'size', descending: true }, columns: ['size'] };
  expect(readListView(writeListView(view, byName), columns, byName)).toEqual(view);
  expect(writeListView(readListView({}, columns, byName), byName)).toEqual({ filter: undefined, sort: undefined, cols: undefined });
});

test('nonsense in an address is passed over', () => {
  expect(readListView({ sort: 'none:asc', cols: 'none,,' }, columns, byName)).toEqual({ filter: '', sort: byName, columns: undefined });
  expect(readListView({ sort: 'size', cols: 'none,name' }, columns, byName)).toEqual({ filter: '', sort: byName, columns: ['name'] });
});

test('rows stand by the value of a column, numbers in names as numbers, what is not known last either way', () => {
  expect(names('', byName)).toEqual(['a', 'b9', 'b10']);
  expect(names('', { column: 'size', descending: false })).toEqual(['b10', 'b9', 'a']);
  expect(names('', { column: 'size', descending: true })).toEqual(['b9', 'b10', 'a']);
  expect(names(' B1', byName)).toEqual(['b10']);
});

test('a CSV holds the values', () => {
  expect(csvOf(rows.slice(0, 2), columns)).toBe('NAME,SIZE\r\nb10,9\r\na,\r\n');
  expect([timeValue(0), timeValue(undefined), timeValue(1)]).toEqual([null, null, '1970-01-01T00:00:00.001Z']);
});
