import { expect, test } from 'vitest';
import { toCsv } from './csv.ts';

test('fields are quoted where a reader would stumble, and numbers keep every digit', () => {
  expect(
    toCsv([
      ['name', 'rmse'],
      ['a,"b"\n', 281.23456789],
      ['-1.5', Number.NaN],
    ]),
  ).toBe('name,rmse\r\n"a,""b""\n",281.23456789\r\n-1.5,NaN\r\n');
});

test('a name that a spreadsheet would run as a formula is disarmed', () => {
  expect(toCsv([['=cmd|calc', '@x', '+1']])).toBe("'=cmd|calc,'@x,+1\r\n");
});
