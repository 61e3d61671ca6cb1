import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseFilter, parseOrdering } from './filter.ts';

const clause = (prefix: string | undefined, key: string, comparator: string, value: object): object => ({ prefix, key, comparator, value });
const number = (text: string): object => ({ kind: 'number', text });
const textValue = (value: string): object => ({ kind: 'text', value });

test.each([
  ['', []],
  ['   ', []],
  ['metrics.rmse > 0.5', [clause('metrics', 'rmse', '>', number('0.5'))]],
  ['metrics.rmse>=-1e-3', [clause('metrics', 'rmse', '>=', number('-1e-3'))]],
  ["status='FINISHED'", [clause(undefined, 'status', '=', textValue('FINISHED'))]],
  ['params.model != "it\'s"', [clause('params', 'model', '!=', textValue("it's"))]],
  ["params.model = 'it''s'", [clause('params', 'model', '=', textValue("it's"))]],
  ["tags.`a b/c.d` like '%x'", [clause('tags', 'a b/c.d', 'LIKE', textValue('%x'))]],
  ['tags."a = b" ILIKE \'x\'', [clause('tags', 'a = b', 'ILIKE', textValue('x'))]],
  ['`metrics`.loss < 1', [clause('metrics', 'loss', '<', number('1'))]],
  ["tags.mlflow.user = 'a'", [clause('tags', 'mlflow.user', '=', textValue('a'))]],
  ['run_id IN (\'a\', "b")', [clause(undefined, 'run_id', 'IN', { kind: 'list', values: ['a', 'b'] })]],
  ["run_id not  in ('a')", [clause(undefined, 'run_id', 'NOT IN', { kind: 'list', values: ['a'] })]],
  [
    'tags.a IS NULL and params.b is not null',
    [clause('tags', 'a', 'IS NULL', { kind: 'none' }), clause('params', 'b', 'IS NOT NULL', { kind: 'none' })],
  ],
  [
    "`Run name` = 'x' And metrics.android > 1",
    [clause(undefined, 'Run name', '=', textValue('x')), clause('metrics', 'android', '>', number('1'))],
  ],
  ["params.path = 'C:\\'", [clause('params', 'path', '=', textValue('C:\\'))]],
  ['params.a = b', [clause('params', 'a', '=', { kind: 'word', text: 'b' })]],
  ["params.'a b' = 'c'", [clause('params', 'a b', '=', textValue('c'))]],
  ['metrics.a > 1 AND', [clause('metrics', 'a', '>', number('1'))]],
  ['AND metrics.a > 1', [clause('metrics', 'a', '>', number('1'))]],
  ['metrics.a > 1 AND and metrics.b < 2', [clause('metrics', 'a', '>', number('1')), clause('metrics', 'b', '<', number('2'))]],
  ['metrics.a > 1 metrics.b < 2', [clause('metrics', 'a', '>', number('1')), clause('metrics', 'b', '<', number('2'))]],
  ["params.a NOT LIKE 'b'", [clause('params', 'a', 'NOT LIKE', textValue('b'))]],
])('%s', (filter, expected) => {
  expect(parseFilter(filter)).toEqual(expected);
});

test.each([
  ['metrics.a > 1 OR metrics.b > 1', "Invalid clause(s) in filter string: 'OR'"],
  ['metrics.a >', "Invalid clause(s) in filter string: 'metrics.a', '>'"],
  ['(metrics.a > 1)', "Invalid clause(s) in filter string: '(metrics.a > 1)'"],
  [
    'metrics.a = 1; metrics.b = 2',
    "Search filter contained multiple expression 'metrics.a = 1; metrics.b = 2'. Provide AND-ed expression list.",
  ],
  ["'name' = 'x'", "Invalid clause(s) in filter string: ''name'', '=', ''x''"],
  ['metrics.a > 1, metrics.b > 1', "Invalid clause(s) in filter string: ',', 'metrics.b', '>', '1'"],
  ['> 5', "Invalid clause(s) in filter string: '>', '5'"],
  ['run_id IN ()', 'While parsing a list in the query, expected a non-empty list of string values, but got empty list'],
  ["run_id IN ('a'", 'While parsing a list in the query, expected a non-empty list of string values, but got ill-formed list.'],
  [
    'run_id IN (1)',
    'While parsing a list in the query, expected string value, punctuation, or whitespace, but got different type in list: (1)',
  ],
])('%s is refused', (filter, message) => {
  expect(() => parseFilter(filter)).toThrow(expect.objectContaining({ code: 'INVALID_PARAMETER_VALUE', message }) as Error);
});

/** Anything that can stand in quotes of its kind. */
const key = fc.string({ minLength: 1 }).filter((text) => !text.includes('`'));
const value = fc.string().filter((text) => !text.includes('\\'));

test('every key and every text comes through its quotes', () => {
  const comparator = fc.constantFrom('=', '!=', 'LIKE', 'ILIKE');
  const space = fc.constantFrom(' ', '  ', '\n\t');
  const clauses = fc.array(fc.record({ prefix: fc.constantFrom('tags', 'params'), key, comparator, value, space }), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(clauses, (items) => {
      const written = items.map(
        (item) => `${item.prefix}.\`${item.key}\`${item.space}${item.comparator}${item.space}'${item.value.replaceAll("'", "''")}'`,
      );
      expect(parseFilter(written.join(' AND '))).toEqual(
        items.map((item) => clause(item.prefix, item.key, item.comparator, textValue(item.value))),
      );
    }),
  );
});

test('no text makes the parser fail otherwise than by refusing it', () => {
  const piece = fc.constantFrom(
    'metrics.',
    'tags',
    '`',
    "'",
    '"',
    '>',
    '=',
    '(',
    ')',
    ',',
    ' AND ',
    ' IN ',
    ' IS ',
    'NULL',
    ';',
    '\\',
    '1',
    'a',
    '.',
    ' ',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece).map((pieces) => pieces.join('')),
      ),
      (filter) => {
        try {
          expect(Array.isArray(parseFilter(filter))).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ code: 'INVALID_PARAMETER_VALUE' });
        }
      },
    ),
    { numRuns: 500 },
  );
});

test.each([
  ['metrics.rmse', { prefix: 'metrics', key: 'rmse', ascending: true }],
  ['metrics.`a b` DESC', { prefix: 'metrics', key: 'a b', ascending: false }],
  ['  start_time  asc ', { prefix: undefined, key: 'start_time', ascending: true }],
])('ordering %s', (written, expected) => {
  expect(parseOrdering(written)).toEqual(expected);
});

test.each([
  ['metrics.a up', "Invalid ordering key in order_by clause 'metrics.a up'."],
  ['a b c', "Invalid order_by clause 'a b c'. Could not be parsed."],
  ['', "Invalid order_by clause ''. Could not be parsed."],
])('ordering %j is refused', (written, message) => {
  expect(() => parseOrdering(written)).toThrow(message);
});
