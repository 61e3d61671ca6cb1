import { expect, test } from 'vitest';
import { kindOf, parseTable } from './artifact-kind.ts';

test.each([
  ['evaluation/forecast.PNG', 'image'],
  ['model/MLmodel', 'text'],
  ['report.html', 'html'],
  ['model.pkl', 'binary'],
  ['no-extension', 'binary'],
])('%s is shown as %s', (path, kind) => expect(kindOf(path)).toBe(kind));

test('tables keep quoted commas and line breaks, and end at the limit', () => {
  expect(parseTable('a,b\r\n"x,""1""\ny",2\n', ',', 10)).toEqual([
    ['a', 'b'],
    ['x,"1"\ny', '2'],
  ]);
  expect(parseTable('1\n2\n3', ',', 2)).toEqual([['1'], ['2']]);
});
