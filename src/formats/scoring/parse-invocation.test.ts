import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MillwrightError } from '../../errors.ts';
import type { ColumnType, ParamSpec, Signature } from '../mlmodel/mlmodel.ts';
import type { TensorDescription } from '../tensor/tensor.ts';
import { readInputExample } from './input-example.ts';
import { parseInvocation } from './parse-invocation.ts';

function columns(types: Readonly<Record<string, ColumnType | `${ColumnType}?`>>, params: readonly ParamSpec[] = []): Signature {
  const specs = Object.entries(types).map(([name, type]) => ({
    name,
    type: type.replace('?', '') as ColumnType,
    required: !type.endsWith('?'),
  }));
  return { inputs: { kind: 'columns', columns: specs }, outputs: undefined, params };
}

const ab = columns({ a: 'double', b: 'long' });

function read(body: string, signature: Signature | undefined = ab, contentType?: string): unknown {
  const { input } = parseInvocation(Buffer.from(body), contentType, signature);
  if (input.form === 'json') return input.text;
  return Object.fromEntries(input.tensors.map(({ name, data }) => [name, [...data]]));
}

function refusal(body: string, signature: Signature | undefined = ab, contentType?: string): MillwrightError {
  try {
    read(body, signature, contentType);
  } catch (error) {
    if (error instanceof MillwrightError) return error;
    throw error;
  }
  throw new Error(`${body} was taken`);
}

test.each([
  ['dataframe_split', '{"dataframe_split":{"columns":["b","a"],"index":[0,1],"data":[[1,1.5],[2,2.5]]}}', undefined],
  ['dataframe_records', '{"dataframe_records":[{"a":1.5,"b":1},{"b":2.0,"a":2.5}]}', 'application/json; charset=utf-8'],
  ['instances', '{"instances":[{"a":1.5,"b":1},{"b":2,"a":2.5}]}', undefined],
  ['inputs', '{"inputs":{"a":[1.5,2.5],"b":[1,2]}}', undefined],
  ['CSV', 'b,a\r\n1,1.5\r\n"2",2.5\r\n', 'text/csv'],
  ['CSV without a header', '1.5,1\n2.5,2', 'text/csv; header=absent'],
  ['JSON lines', '{"a":1.5,"b":1}\n{"a":2.5,"b":2}\n', 'application/jsonlines'],
])('%s gives the columns of the signature in its order', (_, body, contentType) => {
  expect(read(body, ab, contentType)).toEqual({ a: [1.5, 2.5], b: [1n, 2n] });
});

test('whole numbers beyond 2⁵³ stay exact, and null is a missing double', () => {
  expect(read('{"inputs":{"a":[null],"b":[9223372036854775807]}}')).toEqual({ a: [Number.NaN], b: [9223372036854775807n] });
  expect(read('a,b\n,-9223372036854775808', ab, 'text/csv')).toEqual({ a: [Number.NaN], b: [-9223372036854775808n] });
});

test('a fraction of zeroes is none, also beyond 2⁵³, and digits that are lost are not told as if they had come', () => {
  const body = (number: string): string => `{"inputs":{"a":[9007199254740993.0],"b":[${number}]}}`;
  expect(read(body('9007199254740993.0'))).toEqual({ a: [9007199254740992], b: [9007199254740993n] });
  expect(refusal(body('9223372036854775809.000')).message).toMatch(/got 9223372036854775809$/);
  expect(refusal(body('9007199254740993.5')).message).toMatch(/got about 9007199254740994$/);
  expect(refusal(body('9007199254740995e0')).message).toMatch(/got about 9007199254740996$/);
  expect(refusal(body('1e300')).message).toMatch(/got 1e\+300$/);
});

test.each([
  ['{"a":1,"b":1}\n\n{"a":1,"b":}\n', /^Invalid input\. Line 3: Ensure that input is a valid JSON formatted string\. Error: /],
  [`{"a":1,"b":1}\n${'['.repeat(80)}1${']'.repeat(80)}`, /^Invalid input\. Line 2: The JSON is nested deeper than 64 levels\./],
])('the line of %j that is no JSON is named', (body, message) => {
  expect(refusal(body, ab, 'application/jsonlines').message).toMatch(message);
});

test('one refusal lists every bad column and row', () => {
  const error = refusal('{"dataframe_records":[{"a":1,"b":1.7},{"a":"x","b":null},{"a":true,"b":9223372036854775808}]}');
  expect(error.code).toBe('INPUT_INVALID');
  expect(error.details?.['problems']).toEqual([
    { field: 'a', row: 1, expected: 'a number, or null where it is missing (double)', got: "'x'" },
    { field: 'a', row: 2, expected: 'a number, or null where it is missing (double)', got: 'true' },
    { field: 'b', row: 0, expected: 'a whole number of 64 bits, beyond 2⁵³ in plain digits (long)', got: '1.7' },
    { field: 'b', row: 1, expected: 'a whole number of 64 bits, beyond 2⁵³ in plain digits (long)', got: 'null' },
    { field: 'b', row: 2, expected: 'a whole number of 64 bits, beyond 2⁵³ in plain digits (long)', got: '9223372036854775808' },
  ]);
});

test('at most a hundred problems are listed, and the rest counted', () => {
  const error = refusal(
    `{"inputs":{"a":[${Array.from({ length: 150 }, () => '"x"').join()}],"b":[${Array.from({ length: 150 }, () => '1').join()}]}}`,
  );
  expect(error.details).toMatchObject({ more: 50 });
  expect(error.details?.['problems']).toHaveLength(100);
});

test('a strange column is refused with the nearest one of the model, and a missing one with its type', () => {
  const error = refusal('{"inputs":{"temprature":[1]}}', columns({ temperature: 'double' }));
  expect(error.message).toBe(
    "the input does not fit the model's signature: 'temprature': expected 'temperature', the nearest column of the model, got a column that the model does not have; 'temperature': expected a column of type double, got no such column",
  );
});

test.each([
  ['{"inputs":{"a":[-Infinity],"b":[1]}}', /JSON has no Infinity, and no model takes it: write null/],
  ['{"inputs":{"a":[1e999],"b":[1]}}', /'a' in row 0: expected a number.*, got Infinity/],
  ['{"inputs":{"a":[],"b":[]}}', /expected at least one row, got none/],
  ['{"inputs":{"a":[1],"b":[1,2]}}', /The length of values for each input\/column name are not the same/],
  ['{"dataframe_split":{"columns":["a","b"],"data":[[1,2],[3]]}}', /row 1 has 1 values where 2 are expected/],
  ['{"dataframe_split":{"columns":["a","a"],"data":[[1,2]]}}', /column 'a' comes twice/],
  ['{"dataframe_split":{"columns":["a","b"]}}', /must have 'data' field and optionally 'columns' and 'index' fields/],
  ['{"dataframe_records":{"a":1}}', /Dataframe records format must be a list of records. Got dictionary/],
  ['[1]', /exactly one of the input fields .* Received a list\./],
  ['{}', /Received dictionary with input fields: \[\]/],
  ['{"inputs":[],"instances":[]}', /Received dictionary with input fields: \['instances', 'inputs'\]/],
  ['{"inputs":{"a":[1],"b":[1]},"parms":{}}', /The field 'parms' is not known/],
  ['{"inputs":{"a":[1],"b":[1]},"params":{"k":1}}', /'k': expected no params: the model takes none/],
  [`{"inputs":${'['.repeat(70)}1${']'.repeat(70)}}`, /nested deeper than 64 levels/],
  ['{"inputs":', /Ensure that input is a valid JSON formatted string/],
  ['"x"', /Received unexpected input type 'string'/],
])('%s is refused', (body, message) => {
  expect(refusal(body).code).toBe('INPUT_INVALID');
  expect(refusal(body).message).toMatch(message);
});

test.each([
  ['text/html', /only supports the following content types.*Got 'text\/html'/],
  ['application/json; charset=latin-1', /^The scoring server only supports UTF-8$/],
  ['application/json; version=1', /^Unrecognized content type parameters: version$/],
  ['text/csv; header=maybe', /'present' or 'absent'/],
])('content type %s is unsupported', (contentType, message) => {
  expect(refusal('{}', ab, contentType).code).toBe('UNSUPPORTED_MEDIA_TYPE');
  expect(refusal('{}', ab, contentType).message).toMatch(message);
});

test('every type of column is checked', () => {
  const all = columns({ t: 'boolean', i: 'integer', f: 'float', s: 'string', y: 'binary', d: 'datetime' });
  const good = '{"t":true,"i":-2147483648,"f":0.1,"s":"é","y":"AP8=","d":"2024-02-29T12:00:00Z"}';
  expect(read(`{"dataframe_records":[${good}]}`, all)).toEqual({
    t: [1],
    i: [-2147483648],
    f: [Math.fround(0.1)],
    s: ['é'],
    y: [Buffer.from([0, 255])],
    d: ['2024-02-29T12:00:00Z'],
  });
  const error = refusal('{"dataframe_records":[{"t":1,"i":2147483648,"f":1e39,"s":7,"y":"?","d":"2023-02-29"}]}', all);
  expect((error.details!['problems'] as { field: string; got: string }[]).map(({ field, got }) => [field, got])).toEqual([
    ['t', '1'],
    ['i', '2147483648'],
    ['f', '1e+39'],
    ['s', '7'],
    ['y', "'?'"],
    ['d', "'2023-02-29'"],
  ]);
});

test('optional columns may be left out or be null; a null among whole numbers is refused', () => {
  const optional = columns({ a: 'double', n: 'long?', s: 'string?' });
  expect(read('{"inputs":{"a":[1,2]}}', optional)).toEqual({ a: [1, 2] });
  expect(read('{"inputs":{"a":[1,2],"n":[null,null],"s":["x",null]}}', optional)).toEqual({ a: [1, 2], s: ['x', null] });
  expect(refusal('{"inputs":{"a":[1,2],"n":[1,null]}}', optional).message).toMatch(/'n' in row 1: .* got null/);
});

test('params have defaults and types, and unknown ones are refused', () => {
  const signature = columns({ a: 'double' }, [
    { name: 'k', type: 'long', default: 5, shape: undefined },
    { name: 'l', type: 'double', default: [0.5], shape: [-1] },
  ]);
  const params = (text: string): unknown =>
    parseInvocation(Buffer.from(`{"inputs":{"a":[1]},"params":${text}}`), undefined, signature).input.params;
  expect(params('{"l":[1,2.5]}')).toEqual({ k: 5, l: [1, 2.5] });
  expect(() => params('{"k":1.5,"l":["x"],"m":1}')).toThrow(/'m': .*; 'k': .* got 1.5; 'l\[0\]': .* got 'x'/);
});

test('tensors are checked for rank, size and type', () => {
  const one: Signature = {
    inputs: { kind: 'tensors', tensors: [{ name: undefined, dtype: 'float32', shape: [-1, 2] }] },
    outputs: undefined,
    params: [],
  };
  expect(read('{"inputs":[[1,2],[3,null]]}', one)).toEqual({ '': [1, 2, 3, Number.NaN] });
  expect(read('{"dataframe_split":{"data":[[1,2]]}}', one)).toEqual({ '': [1, 2] });
  expect(read('1,2\n3,4', one, 'text/csv; header=absent')).toEqual({ '': [1, 2, 3, 4] });
  expect(refusal('{"inputs":[[1,2,3]]}', one).message).toMatch(/expected shape \[-1, 2\], got shape \[1, 3\]/);
  expect(refusal('{"inputs":[[1,2],[3]]}', one).message).toContain("'inputs' in row 1: expected 2 values, as in row 0, got a list of 1");
  expect(refusal('{"inputs":{"x":[[1,2]]}}', one).message).toMatch(/un-named/);
});

test('without a signature numbers become tensors, and the rest stays the JSON that came', () => {
  const unsigned = { inputs: undefined, outputs: undefined, params: [] };
  expect(read('{"inputs":[[1,2],[3,4.5]]}', unsigned)).toEqual({ '': [1, 2, 3, 4.5] });
  expect(read('{"dataframe_split":{"columns":["a","s"],"data":[[1,"x"]]}}', unsigned)).toEqual({ a: [1n], s: ['x'] });
  const chat = '{"messages":[{"role":"user","content":"hi"}]}';
  expect(read(chat, unsigned)).toBe(chat);
});

test('texts without a signature are tensors for those who take nothing else', () => {
  const body = Buffer.from('{"inputs":{"word":[["x"],["y"]],"n":[[1],[2]]}}');
  expect(parseInvocation(body, undefined, undefined).input.form).toBe('json');
  const asked: TensorDescription[] = [
    { name: 'word', datatype: 'BYTES', shape: [-1, 1] },
    { name: 'n', datatype: 'INT64', shape: [-1, 1] },
  ];
  const { input } = parseInvocation(body, undefined, undefined, asked);
  expect(input.form === 'tensors' && input.tensors[0]).toEqual({ name: 'word', datatype: 'BYTES', shape: [2, 1], data: ['x', 'y'] });
});

test.each([
  ['{"inputs":[["x",2]]}', "'X' in row 0, column 0: expected a number, or null where it is missing (FP64), got 'x'"],
  [
    '{"inputs":[["x","y"]]}',
    "'X' in row 0, column 0: expected a number, or null where it is missing (FP64), got 'x'; 'X' in row 0, column 1: ",
  ],
  ['{"inputs":{"X":[[1,2],[1,true]]}}', "'X' in row 1, column 1: expected a number, or null where it is missing (FP64), got true"],
  ['{"instances":[[1,2],[3]]}', "'X' in row 1: expected 2 values, as in row 0, got a list of 1"],
  [
    '{"dataframe_split":{"columns":["a","b"],"data":[[1,2],["x",2]]}}',
    "'a' in row 1: expected a number, or null where it is missing (FP64), got 'x'",
  ],
  ['a,b\n1,2\n3,x', "'b' in row 1: expected a number, or null where it is missing (FP64), got 'x'"],
])('a model without a signature says which value it does not take: %s', (body, said) => {
  const unsigned = { inputs: undefined, outputs: undefined, params: [] };
  const asked: TensorDescription[] = [{ name: 'X', datatype: 'FP64', shape: [-1, 2] }];
  const type = body.startsWith('{') ? 'application/json' : 'text/csv';
  expect(() => parseInvocation(Buffer.from(body), type, unsigned, asked)).toThrow(`the input does not fit what the model takes: ${said}`);
});

test('a matrix of the signature says row and column of what does not fit, for programs, too', () => {
  const matrix: Signature = {
    inputs: { kind: 'tensors', tensors: [{ name: 'X', dtype: 'float64', shape: [-1, 2] }] },
    outputs: undefined,
    params: [],
  };
  const error = refusal('{"inputs":[[1,2],["x",2]]}', matrix);
  expect(error.message).toBe(
    "the input does not fit the model's signature: 'X' in row 1, column 0: expected a number, or null where it is missing (FP64), got 'x'",
  );
  expect(error.details?.['problems']).toMatchObject([{ field: 'X', row: 1, column: 0 }]);
});

test.each([
  ['{"messages":["\\ud800"]}', undefined],
  ['{"inputs":{"\\udfff":[[1]]}}', undefined],
  ['{"\\ud800":[[1,2]]}', 'application/jsonlines'],
  ['{"dataframe_split":{"columns":["\\uD83D"],"data":[[1]]}}', undefined],
])('half of a surrogate pair is refused where no signature reads the texts: %s', (body, type) => {
  expect(() => parseInvocation(Buffer.from(body), type, undefined)).toThrow(/half of a surrogate pair/);
});

test('a whole surrogate pair in escapes, and an escaped backslash before what looks like one, are read', () => {
  const { input } = parseInvocation(Buffer.from('{"messages":["\\ud83c\\udf0d", "\\\\ud800"]}'), undefined, undefined);
  expect(input.form).toBe('json');
});

test('an input example is read with and without the serving file', () => {
  const example = '{"columns":["a","b"],"data":[[1.5,2]]}';
  expect(readInputExample({ example, serving: `{"dataframe_split":${example}}` }, ab)).toEqual(
    readInputExample({ example, serving: undefined }, ab),
  );
  expect(() => readInputExample({ example: '{"columns":["a"],"data":[[1]]}', serving: undefined }, ab)).toThrow(
    /^the input example: .*'b'/,
  );
});

test('whatever comes is read, or refused as the client’s fault', () => {
  const value = fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom('a', 'b', 'columns', 'data', '__proto__'), fc.jsonValue()));
  const body = fc.oneof(
    fc.string(),
    fc.record({ dataframe_split: value }).map((object) => JSON.stringify(object)),
    fc.record({ dataframe_records: fc.array(value) }).map((object) => JSON.stringify(object)),
    fc.record({ inputs: value, params: value }, { requiredKeys: ['inputs'] }).map((object) => JSON.stringify(object)),
  );
  const types = fc.constantFrom(undefined, 'text/csv', 'text/csv; header=absent', 'application/jsonlines', 'a/b');
  fc.assert(
    fc.property(body, types, fc.boolean(), (text, contentType, signed) => {
      try {
        parseInvocation(Buffer.from(text), contentType, signed ? ab : undefined);
      } catch (error) {
        expect(['INPUT_INVALID', 'UNSUPPORTED_MEDIA_TYPE']).toContain((error as MillwrightError).code);
      }
    }),
    { numRuns: 60 },
  );
});

test('a row without a key has no value there, and neither zero nor an empty text, with and without a signature', () => {
  const body = '{"dataframe_records":[{"a":1,"b":2},{"a":1}]}';
  const free = parseInvocation(Buffer.from(body), undefined, undefined).input;
  expect(free).toMatchObject({ form: 'json', text: body, rows: 2 });
  const asked: TensorDescription[] = [{ name: 'X', datatype: 'FP64', shape: [-1, 2] }];
  expect(() => parseInvocation(Buffer.from(body), undefined, undefined, asked)).toThrow("'b' in row 1: expected a number, or null");
  const nested = {
    name: 'words',
    type: { nested: 'array', definition: { type: 'array', items: { type: 'string' } } },
    required: true,
  } as const;
  const signature: Signature = { inputs: { kind: 'columns', columns: [nested] }, outputs: undefined, params: [] };
  expect(refusal('{"dataframe_records":[{"words":["a"]},{}]}', signature).message).toContain("'words' in row 1: expected a value (array)");
});

test('of a signature made from a type hint, every element of the list is a row, also an object', () => {
  const definition = { type: 'object', properties: { role: { type: 'string', required: true }, n: { type: 'long', required: false } } };
  const column = { name: undefined, type: { nested: 'object', definition }, required: true } as const;
  const signature: Signature = { inputs: { kind: 'columns', columns: [column] }, outputs: undefined, params: [], fromTypeHint: true };
  const body = '{"inputs":[{"role":"user"},{"role":"system","n":2}]}';
  expect(read(body, signature)).toBe(body);
  expect(read('{"role":"user"}\n{"role":"system","n":2}\n', signature, 'application/jsonlines')).toBe(body);
  expect(refusal('{"inputs":[]}', signature).message).toContain('Send at least one row.');
  expect(refusal('{"inputs":{"role":"user"}}', signature).message).toContain("'inputs' must be a list with an element for each row");
  const texts: Signature = { ...signature, inputs: { kind: 'columns', columns: [{ ...column, type: 'string' }] } };
  expect(read('{"inputs":["a","b"]}', texts)).toEqual({ 'input-0': ['a', 'b'] });
  expect(refusal('{"inputs":[{"a":"x"}]}', texts).message).toContain("'input-0' in row 0: expected a text (string), got an object");
});

test('without a signature, whole numbers that were written as fractions reach a Python model as they came', () => {
  const form = (body: string): string => parseInvocation(Buffer.from(body), undefined, undefined).input.form;
  expect(['[[1,2]]', '[[1.0,2.5]]', '[[1.05,2.5]]'].map((data) => form(`{"inputs":${data}}`))).toEqual(['tensors', 'tensors', 'tensors']);
  expect(['[[1.0,2.0]]', '[[1e3,2]]', '{"a":[1],"b":[2.0]}'].map((data) => form(`{"inputs":${data}}`))).toEqual(['json', 'json', 'json']);
  expect(form('{"dataframe_split":{"columns":["a"],"data":[[1.0]]}}')).toBe('json');
});

test('the index that pandas writes into CSV is left out, and its words for missing numbers are understood', () => {
  const doubles = columns({ a: 'double', b: 'double' });
  expect(read(',a,b\n0,1,2\n1,3,4\n', doubles, 'text/csv')).toEqual({ a: [1, 3], b: [2, 4] });
  const { NaN: missing } = Number;
  expect(read('a,b\nNA,null\nN/A,nan\n<NA>,None\n', doubles, 'text/csv')).toEqual({ a: Array(3).fill(missing), b: Array(3).fill(missing) });
  expect(refusal('c,a,b\n0,1,2\n', doubles, 'text/csv').message).toContain("'c': expected");
});

test('an optional column of nothing but null comes with its missing values, where its type has some', () => {
  const optional = columns({ a: 'double', d: 'double?', s: 'string?', n: 'long?', b: 'boolean?' });
  expect(read('{"dataframe_records":[{"a":1,"d":null,"s":null,"n":null,"b":null}]}', optional)).toEqual({
    a: [1],
    d: [Number.NaN],
    s: [null],
  });
  expect(read('{"dataframe_records":[{"a":1,"s":"x"},{"a":2}]}', optional)).toEqual({ a: [1, 2], s: ['x', null] });
});

test('null is a param that was said, and no default', () => {
  const spec: ParamSpec = { name: 'stop', type: 'string', default: 'x', shape: undefined };
  const params = (body: string): unknown => parseInvocation(Buffer.from(body), undefined, columns({ a: 'double' }, [spec])).input.params;
  expect(params('{"inputs":{"a":[1]},"params":{"stop":null}}')).toEqual({ stop: null });
  expect(params('{"inputs":{"a":[1]},"params":{}}')).toEqual({ stop: 'x' });
});

test('NaN and NaT, as the stock clients write what is missing, are null; a text with the word stays a text', () => {
  const optional = columns({ a: 'double', s: 'string?', d: 'datetime?' });
  const row = String.raw`[NaN,"NaN \"NaN,","NaT"]`;
  expect(read(`{"dataframe_split":{"columns":["a","s","d"],"data":[${row},[1,NaN,"2024-01-02"]]}}`, optional)).toEqual({
    a: [Number.NaN, 1],
    s: [String.raw`NaN \"NaN,`.replaceAll('\\', ''), null],
    d: [null, '2024-01-02'],
  });
  expect(read('{"a":NaN,"b":1}', ab, 'application/jsonlines')).toEqual({ a: [Number.NaN], b: [1n] });
  expect(refusal('{"inputs":{"a":[1],"b":[NaN]}}').message).toContain("'b' in row 0: expected a whole number");
});

test.each([
  ['1.5,2\n3,4\n', { a: [1.5, 3], b: [2n, 4n] }],
  ['1.5,\n', undefined],
  ['NaN,2', { a: [Number.NaN], b: [2n] }],
  ['b,a\n1,2\n', { a: [2], b: [1n] }],
])('CSV without a header, as SageMaker’s clients send it, is told from names by its numbers: %j', (body, expected) => {
  if (expected === undefined) expect(refusal(body, ab, 'text/csv').message).toContain("'b' in row 0: expected a whole number");
  else expect(read(body, ab, 'text/csv')).toEqual(expected);
});

test('CSV of a model that knows no names has a header only where that is none of numbers, or pandas’ own', () => {
  const inputs = { kind: 'tensors', tensors: [{ name: undefined, dtype: 'float64', shape: [-1, 2] }] } as const;
  const matrix: Signature = { inputs, outputs: undefined, params: [] };
  const csv = (text: string, type = 'text/csv'): unknown => read(text, matrix, type);
  expect(csv('1,2\n3,4\n')).toEqual({ '': [1, 2, 3, 4] });
  for (const text of ['0,1\n3,4\n', 'x,y\n3,4\n']) expect(csv(text)).toEqual({ '': [3, 4] });
  expect(csv('1,2\n3,4\n', 'text/csv; header=present')).toEqual({ '': [3, 4] });
  const texts = columns({ city: 'string', n: 'double' });
  expect(read('rome,1\nbern,2\n', texts, 'text/csv')).toEqual({ city: ['rome', 'bern'], n: [1, 2] });
  expect(refusal('citty,n\nrome,2\n', texts, 'text/csv').message).toContain("'citty': expected 'city', the nearest column");
});
