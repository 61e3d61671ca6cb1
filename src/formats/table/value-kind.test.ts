import { expect, test } from 'vitest';
import { fieldsOfJsonLine } from './json-line.ts';
import { kindOfValue } from './value-kind.ts';

test.each([
  ['12', 'integer'],
  ['-3.5e-2', 'number'],
  ['.5', 'number'],
  ['-inf', 'infinite'],
  ['NaN', 'missing'],
  ['', 'missing'],
  ['TRUE', 'boolean'],
  ['2012-01-03T13:30:00Z', 'date'],
  ['2012-01-03 13:30', 'date'],
  ['2012', 'integer'],
  ['12 MW', 'text'],
] as const)('%j is %s', (text, kind) => {
  expect(kindOfValue(text)).toBe(kind);
});

test('a line of JSON gives its fields as text; what is no object gives none', () => {
  expect([...fieldsOfJsonLine('{"a": 1.50, "b": null, "c": "x", "d": [1, {"e": true}]}')!]).toEqual([
    ['a', '1.5'],
    ['b', ''],
    ['c', 'x'],
    ['d', '[1,{"e":true}]'],
  ]);
  for (const line of ['[1]', '3', 'null', '{"a": ', '']) expect(fieldsOfJsonLine(line)).toBeUndefined();
});
