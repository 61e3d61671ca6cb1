import { expect, test } from 'vitest';
import { afterRow, orderBy, readToken, writeToken } from './page.ts';

const columns = [
  { column: 'a', ascending: false },
  { column: 'b', ascending: true },
];

test('a token brings the sort values back to the search that it came from', () => {
  const token = writeToken(['filter'], [7, 'x']);
  expect(readToken(['filter'], columns, token)).toEqual([7, 'x']);
  expect(() => readToken(['other'], columns, token)).toThrow('it belongs to another search');
});

test.each([
  ['%%%', 'could not base64-decode'],
  ['bm90IGpzb24=', 'decoded value=not json'],
  ['WzEsMl0=', 'it belongs to another search'],
])('the token %s is refused', (token, message) => {
  expect(() => readToken([], columns, token)).toThrow(message);
});

test('the rows after one are those that the order puts behind it', () => {
  expect(orderBy(columns)).toBe('a desc, b asc');
  expect(afterRow(columns, [7, 'x'])).toEqual(['((a < ?) or (a = ? and b > ?))', [7, 7, 'x']]);
});
