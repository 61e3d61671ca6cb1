import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bool, double, int32, int64, nested, oneOf, repeated, required, text, textMap, withDefault } from './proto-fields.ts';
import { doubleJson, int64Json, listJson, message, readRequest } from './proto-json.ts';

const example = message({
  run_id: required(text),
  count: int64,
  small: int32,
  share: double,
  on: bool,
  status: oneOf({ RUNNING: 1, FINISHED: 3 }),
  page: withDefault(int64, 1000),
  labels: textMap,
  metrics: repeated(nested({ key: required(text), value: required(double), step: withDefault(int64, 0) })),
  names: repeated(text),
});

const request = { method: 'POST', contentType: 'application/json', query: new URLSearchParams(), params: {} };
const read = (body: string): Record<string, unknown> => readRequest(example, { ...request, body: Buffer.from(body) });
const query = (search: string): Record<string, unknown> =>
  readRequest(example, { ...request, method: 'GET', query: new URLSearchParams(search), body: new Uint8Array() });
const seeDocs = 'See the API docs for more information about request parameters.';

test('scalars are read as protobuf-JSON reads them, absent fields have their defaults', () => {
  expect(read('{"run_id":"r"}')).toEqual({ run_id: 'r', page: 1000, labels: {}, metrics: [], names: [] });
  expect(read('{"run_id":"r","count":"7","share":"1e3","small":2.0,"status":3,"page":null,"labels":{"a":"b"}}')).toMatchObject({
    count: 7,
    share: 1000,
    small: 2,
    status: 'FINISHED',
    page: 1000,
    labels: { a: 'b' },
  });
});

test('every integer of 64 bits passes unchanged, as a number and as a text', () => {
  fc.assert(
    fc.property(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), (value) => {
      const expected = value >= -(2n ** 53n) + 1n && value <= 2n ** 53n - 1n ? Number(value) : value;
      expect(read(`{"run_id":"r","count":${value}}`)['count']).toBe(expected);
      expect(read(`{"run_id":"r","count":"${value}"}`)['count']).toBe(expected);
      expect(JSON.stringify({ value: int64Json(expected) })).toBe(`{"value":${value}}`);
    }),
  );
});

test('every double passes unchanged, NaN and infinities too', () => {
  fc.assert(
    fc.property(fc.double(), (value) => {
      const json = JSON.stringify(doubleJson(value));
      expect(read(`{"run_id":"r","share":${json}}`)['share']).toBe(Object.is(value, -0) ? 0 : value);
    }),
  );
  expect(read('{"run_id":"NaN","share":NaN,"names":["-Infinity",""]}')).toMatchObject({
    run_id: 'NaN',
    share: NaN,
    names: ['-Infinity', ''],
  });
  expect(read('{"run_id":"r","share":-Infinity}')).toMatchObject({ share: -Infinity });
});

test('names are read in both spellings, unknown fields ignored, run_uuid taken for run_id', () => {
  expect(read('{"runId":"r","unknown":{"deep":[[1]]}}')).toMatchObject({ run_id: 'r' });
  expect(read('{"run_uuid":"r"}')).toMatchObject({ run_id: 'r' });
  expect(read('{"run_uuid":"old","run_id":"new"}')).toMatchObject({ run_id: 'new' });
  expect(() => read('{"run_id":"a","runId":"b"}')).toThrow("Request specifies both 'run_id' and 'runId'; provide only one of them.");
});

test.each([
  ['{}', `Missing value for required parameter 'run_id'. ${seeDocs}`],
  ['{"run_id":""}', `Missing value for required parameter 'run_id'. ${seeDocs}`],
  ['{"run_id":null}', `Missing value for required parameter 'run_id'. ${seeDocs}`],
  ['{"run_id":31}', `Invalid value 31 for parameter 'run_id' supplied:  Hint: Value was of type 'int'. ${seeDocs}`],
  [
    '{"run_id":{"b":"é","a":[1.5]}}',
    `Invalid value {"a":[1.5],"b":"\\u00e9"} for parameter 'run_id' supplied:  Hint: Value was of type 'dict'. ${seeDocs}`,
  ],
  ['{"run_id":"r","count":1.5}', `Invalid value 1.5 for parameter 'count' supplied:  Hint: Value was of type 'float'. ${seeDocs}`],
  [
    '{"run_id":"r","count":9223372036854775808}',
    `Invalid value 9223372036854775808 for parameter 'count' supplied:  Hint: Value was of type 'int'. ${seeDocs}`,
  ],
  [
    '{"run_id":"r","small":2147483648}',
    `Invalid value 2147483648 for parameter 'small' supplied:  Hint: Value was of type 'int'. ${seeDocs}`,
  ],
  ['{"run_id":"r","status":"BOGUS"}', `Invalid value "BOGUS" for parameter 'status' supplied:  Hint: Value was of type 'str'. ${seeDocs}`],
  ['{"run_id":"r","on":"true"}', `Invalid value "true" for parameter 'on' supplied:  Hint: Value was of type 'str'. ${seeDocs}`],
  ['{"run_id":"r","metrics":"m"}', `Invalid value "m" for parameter 'metrics' supplied:  Hint: Value was of type 'str'. ${seeDocs}`],
  ['{"run_id":"r","metrics":[{"key":"k","value":1},{"key":"k"}]}', `Missing value for required parameter 'metrics[1].value'. ${seeDocs}`],
  [
    '{"run_id":"r","names":["a",null]}',
    `Invalid value null for parameter 'names[1]' supplied:  Hint: Value was of type 'NoneType'. ${seeDocs}`,
  ],
  ['[]', 'The body must be a JSON object.'],
  ['{"run_id":', 'The body is not JSON: Unexpected end of JSON input.'],
])('%s is refused with the message that clients match', (body, expected) => {
  expect(() => read(body)).toThrow(expect.objectContaining({ code: 'INVALID_PARAMETER_VALUE', message: expected }) as Error);
});

test('text that no database holds, and bytes that are no text, are refused', () => {
  expect(() => read('{"run_id":"a\\u0000b"}')).toThrow("parameter 'run_id'");
  expect(() => read('{"run_id":"\\ud800"}')).toThrow("parameter 'run_id'");
  expect(() => readRequest(example, { ...request, body: new Uint8Array([0x7b, 0xff, 0x7d]) })).toThrow('not UTF-8');
});

test('a value that is nested without end is described, not followed', () => {
  const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
  expect(() => read(`{"run_id":${deep}}`)).toThrow(expect.objectContaining({ code: 'INVALID_PARAMETER_VALUE' }) as Error);
  expect(read(`{"run_id":"r","unknown":${deep}}`)).toMatchObject({ run_id: 'r' });
});

test('a byte order mark before a body is no part of it', () => {
  expect(read('\ufeff{"run_id":"r"}')).toMatchObject({ run_id: 'r' });
});

test('a body that was encoded twice is read, an empty one is an empty message', () => {
  expect(read(JSON.stringify('{"run_id":"r"}'))).toMatchObject({ run_id: 'r' });
  expect(() => read('')).toThrow("'run_id'");
});

test('a query holds repeated fields as repeated keys and booleans in any case', () => {
  expect(query('run_id=r&names=a&names=b&on=TRUE&count=5&share=NaN&nothing=x')).toMatchObject({
    run_id: 'r',
    names: ['a', 'b'],
    on: true,
    count: 5,
    share: NaN,
  });
  expect(query('run_id=r&names=a')).toMatchObject({ names: ['a'] });
  expect(() => query('run_id=r&on=yes')).toThrow("Invalid boolean value: yes, must be 'true' or 'false'.");
});

test('a body wants its content type, parameters of it aside', () => {
  const typed = (contentType: string | undefined): unknown =>
    readRequest(example, { ...request, contentType, body: Buffer.from('{"run_id":"r"}') });
  expect(typed('application/json; charset=utf-8')).toMatchObject({ run_id: 'r' });
  expect(() => typed('text/plain')).toThrow("Bad Request. Content-Type must be one of ['application/json'].");
  expect(() => typed(undefined)).toThrow('Bad Request. Content-Type header is missing.');
});

test('answers leave out empty lists', () => {
  expect(JSON.stringify({ a: listJson([]), b: listJson([1]), c: int64Json(null) })).toBe('{"b":[1]}');
});
