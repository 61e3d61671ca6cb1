/** Requests made by mutation of valid ones, on every route of inference. */
import fc from 'fast-check';
import { modelNames, type ModelName } from '../support/served-models.ts';

export const typedRow = {
  boolean: true,
  integer: 3,
  long: 2,
  float: 0.5,
  double: 0.25,
  string: 't',
  binary: 'AQI=',
  datetime: '2021-01-01',
};
export const invocations: Readonly<Record<ModelName, readonly unknown[]>> = {
  line: [
    { dataframe_split: { columns: ['a', 'b'], data: [[1.5, 0.25]] } },
    { dataframe_records: [{ a: 1, b: 2 }] },
    { inputs: { a: [1], b: [2] } },
  ],
  iris: [{ inputs: { 'input-0': [[6.8, 2.8, 4.8, 1.4]] } }, { instances: [{ 'input-0': [6.8, 2.8, 4.8, 1.4] }] }],
  several: [{ inputs: { word: [['x']], x: [[1.5]], n: [[1]] } }],
  typed: [{ dataframe_records: [typedRow], params: { limit: 3, tags: ['a'] } }],
  hinted: [{ inputs: [{ role: 'user' }, { role: 'system', n: 2 }] }],
  free: [{ inputs: [[1, 2]] }, { messages: [{ role: 'user', content: 'x' }] }, { dataframe_split: { data: [[1, 'x']] } }],
};
const column = (name: string, datatype: string, data: unknown[]): object => ({ name, datatype, shape: [data.length], data });
export const infers: Readonly<Record<ModelName, readonly unknown[]>> = {
  line: [{ inputs: [column('a', 'FP64', [1.5]), column('b', 'FP64', [0.25])], outputs: [{ name: 'variable' }] }],
  iris: [{ id: 'q', inputs: [{ name: 'input-0', datatype: 'FP32', shape: [1, 4], data: [6.8, 2.8, 4.8, 1.4] }] }],
  several: [
    {
      inputs: [
        { name: 'word', datatype: 'BYTES', shape: [1, 1], data: ['x'] },
        { name: 'x', datatype: 'FP64', shape: [1, 1], data: [1.5] },
        { name: 'n', datatype: 'INT64', shape: [1, 1], data: [1] },
      ],
      parameters: { binary_data_output: true },
    },
  ],
  typed: [
    {
      parameters: { content_type: 'pd', limit: 3 },
      inputs: [
        column('boolean', 'BOOL', [true]),
        column('integer', 'INT32', [3]),
        column('long', 'INT64', [2]),
        column('float', 'FP32', [0.5]),
        column('double', 'FP64', [0.25]),
        column('string', 'BYTES', ['t']),
        column('binary', 'BYTES', ['AQI=']),
        column('datetime', 'BYTES', ['2021-01-01']),
      ],
    },
  ],
  hinted: [{ inputs: [column('input-0', 'BYTES', ['{"role":"user"}'])] }],
  free: [{ inputs: [column('x', 'FP64', [1.5, 2])] }],
};

/** JSON texts that a parser, a cast or a model may stumble over; they stand in place of any value. */
const values = [
  ...['null', 'true', '""', '"x"', '0', '-0', '1.7', '-1', '1e999', '-1e999', '1e-400', '9007199254740993', '18446744073709551616', '1e18'],
  ...[
    '99999999999999999999999999',
    'NaN',
    'Infinity',
    '[]',
    '{}',
    '[[]]',
    '[null]',
    '[[1],[2,3]]',
    '{"a":{"b":1}}',
    '"\\ud800"',
    '"\\u0000"',
  ],
  ...[
    '"é🌍"',
    '"1.5"',
    '"2021-02-30"',
    '"9999-12-31T23:59:59Z"',
    '"2021-01-01T00:00:00+14:00"',
    '"=="',
    '[1,"x",null,true]',
    '{"__proto__":{"x":1}}',
  ],
  ...[
    '-9223372036854775809',
    '2147483648',
    '3.5e38',
    '[0]',
    '[4294967295,4294967295]',
    '[-1]',
    '[1.5]',
    '"FP16"',
    '"INT8"',
    '"BYTES"',
    '"pd"',
    '64',
  ],
];

export interface Ask {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const contentTypes = [
  ...[
    'application/json',
    'application/json; charset=utf-8',
    'application/json; charset=utf-16',
    'application/json; x=y',
    'text/csv',
    'none',
  ],
  ...[
    'text/csv; header=absent',
    'application/jsonlines',
    'application/octet-stream',
    'application/x-www-form-urlencoded',
    '',
    ';',
    'a/b;=;"',
  ],
];

/** A valid body with some of its values, keys or bytes replaced. */
const jsonBody = (bodies: readonly unknown[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom(...bodies),
      fc.array(fc.tuple(fc.nat(1000), fc.oneof(fc.constantFrom(...values), fc.json({ maxDepth: 3 }))), { maxLength: 3 }),
      fc.constantFrom('', '', '', '', 'cut', 'deep', 'twice', 'bom'),
    )
    .map(([body, changes, last]) => {
      let text = JSON.stringify(body);
      for (const [at, value] of changes) text = replaceValue(text, at, value);
      if (last === 'cut') return text.slice(0, text.length / 2);
      if (last === 'deep') return text.replace(/\d(?=[\],}])/, `${'['.repeat(3000)}1${']'.repeat(3000)}`);
      if (last === 'twice') return text.replace('{', `{${text.slice(1, -1)},`);
      return last === 'bom' ? `\uFEFF${text}` : text;
    });

/** Puts `value` in the place of one of the values or keys of a JSON text. */
function replaceValue(text: string, at: number, value: string): string {
  const tokens = [...text.matchAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|\[[^[\]]*\]/g)];
  const token = tokens[at % Math.max(1, tokens.length)];
  if (token === undefined) return value;
  return text.slice(0, token.index) + value + text.slice(token.index + token[0].length);
}

const csvBody = fc
  .array(
    fc.array(fc.oneof(fc.constantFrom('a', 'b', '1.5', '', '"', '""', '"x"', 'NaN', '1e999', '\0', 'é'), fc.string()), { maxLength: 3 }),
    { maxLength: 4 },
  )
  .map((rows) => rows.map((row) => row.join(',')).join('\n'));

const bytesBody = fc.uint8Array({ maxLength: 200 });

/** JSON and raw tensors behind it, with lengths that may lie. */
const binaryBody: fc.Arbitrary<{ body: Uint8Array; headers: Record<string, string> }> = fc
  .tuple(
    fc.constantFrom('word', 'x', 'n', 'a', 'input-0', 'binary'),
    fc.constantFrom('BYTES', 'FP64', 'INT64', 'FP32', 'FP16', 'BOOL', 'INT8', 'UINT64'),
    fc.array(fc.constantFrom(0, 1, 2, 4, 8, 1000, 2 ** 31, 2 ** 53), { maxLength: 3 }),
    bytesBody,
    fc.option(fc.constantFrom(0, 1, 4, 8, 64, 2 ** 31, 2 ** 53, -1, 1.5)),
    fc.option(fc.constantFrom('0', '1', '-1', '1e3', '99999999', 'x', '', '1.5')),
  )
  .map(([name, datatype, shape, raw, size, length]) => {
    const inputs = [{ name, datatype, shape, parameters: { binary_data_size: size ?? raw.length } }];
    const json = Buffer.from(JSON.stringify({ inputs }));
    const headers = { 'content-type': 'application/octet-stream', 'inference-header-content-length': length ?? String(json.length) };
    return { body: Buffer.concat([json, raw]), headers };
  });

export const request: fc.Arbitrary<Ask> = fc.constantFrom(...modelNames).chain((name) => {
  const encode = (body: fc.Arbitrary<string | Uint8Array>): fc.Arbitrary<Uint8Array> =>
    body.map((value) => (typeof value === 'string' ? Buffer.from(value) : value));
  const scoring = fc.record({
    method: fc.constant('POST'),
    path: fc.constant(`/endpoints/${name}/invocations`),
    headers: headersOf(fc.constantFrom(...contentTypes)),
    body: encode(fc.oneof({ weight: 5, arbitrary: jsonBody(invocations[name]) }, csvBody, bytesBody)),
  });
  const json = fc.record({
    method: fc.constant('POST'),
    path: fc.constantFrom(`/v2/models/${name}/infer`, `/v2/models/${name}/versions/1/infer`),
    headers: headersOf(fc.constantFrom('application/json', 'application/octet-stream', 'none')),
    body: encode(fc.oneof({ weight: 5, arbitrary: jsonBody(infers[name]) }, bytesBody)),
  });
  const binary = binaryBody.map(({ body, headers }): Ask => ({ method: 'POST', path: `/v2/models/${name}/infer`, headers, body }));
  return fc.oneof({ weight: 4, arbitrary: scoring }, { weight: 4, arbitrary: json }, { weight: 2, arbitrary: binary }, elsewhere(name));
});

/** Any method on any path that there is, and on some that there are not. */
function elsewhere(name: ModelName): fc.Arbitrary<Ask> {
  const own = ['invocations', 'ping', 'health', 'version', 'openapi.json', 'docs', 'execution-parameters'].map(
    (path) => `/endpoints/${name}/${path}`,
  );
  const models = ['', '/ready', '/infer', '/versions/1', '/versions/9/ready', '/stats', '/generate', '/%00', '/%ff'].map(
    (path) => `/v2/models/${name}${path}`,
  );
  const others = [
    '/v2',
    '/v2/',
    '/v2/health/live',
    '/v2/health/ready',
    '/v2/models',
    '/v2/repository/index',
    `/v2/repository/models/${name}/load`,
  ];
  const strange = [
    `/v2/repository/models/${name}/unload`,
    '/v2/nothing',
    '/v2/models/%2e%2e/infer',
    '/endpoints/absent/invocations',
    '/api/2.0/endpoints/',
  ];
  return fc.record({
    method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH'),
    path: fc.constantFrom(...own, ...models, ...others, ...strange),
    headers: headersOf(fc.constantFrom(...contentTypes)),
    body: fc.oneof(
      bytesBody,
      jsonBody(invocations[name]).map((text) => Buffer.from(text)),
    ),
  });
}

function headersOf(contentType: fc.Arbitrary<string>): fc.Arbitrary<Record<string, string>> {
  return fc
    .record({
      type: contentType,
      accept: fc.constantFrom('', '*/*', 'text/csv', 'application/jsonlines', 'x;q=y', ',,,'),
      encoding: fc.constantFrom('', '', '', '', '', 'gzip', 'deflate', 'br', 'snappy'),
      length: fc.constantFrom('', '', '', '0', '5', 'x'),
      id: fc.constantFrom('', 'one', 'é', 'x'.repeat(300), '../..'),
    })
    .map(({ type, accept, encoding, length, id }) => ({
      ...(type === 'none' ? {} : { 'content-type': type }),
      ...(accept === '' ? {} : { accept }),
      ...(encoding === '' ? {} : { 'content-encoding': encoding }),
      ...(length === '' ? {} : { 'inference-header-content-length': length }),
      ...(id === ''
        ? {}
        : { 'x-request-id': Buffer.from(id).toString('latin1'), 'x-amzn-sagemaker-custom-attributes': Buffer.from(id).toString('latin1') }),
    }));
}
