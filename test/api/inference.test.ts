/**
 * Whatever a client sends, it is answered, and what it did wrong is never told as a fault of the server: bad input of every kind by
 * name, then requests made by mutation. A failure of those prints the seed and the smallest request that shows it.
 */
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { send } from '../support/http.ts';
import { modelNames, saveModels, serveModels, type SavedModels, type ServingServer } from '../support/served-models.ts';
import { infers, invocations, request, typedRow, type Ask } from './inference-requests.ts';

/** The same requests each time, save in a soak. */
const soaking = process.env['MILLWRIGHT_SOAK'] === '1';
const runs = soaking ? 30_000 : 2_000;
const seed = Number(process.env['MILLWRIGHT_SEED'] ?? (soaking ? Math.floor(Math.random() * 2 ** 31) : 1));

let models: SavedModels;
let server: ServingServer;

beforeAll(async () => {
  models = await saveModels();
  server = await serveModels(models, modelNames);
}, 240_000);

afterAll(async () => {
  await server.stop();
  models.remove();
});

interface Refusal {
  readonly path: string;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** Field, value and remedy. */
  readonly says: readonly string[];
}

const typed = (change: object): string => JSON.stringify({ dataframe_records: [{ ...typedRow, ...change }] });
const line = '/endpoints/line/invocations';
const rows = (text: string): string => `{"dataframe_split":{"columns":["a","b"],"data":${text}}}`;
const at = (model: string): string => `/v2/models/${model}/infer`;
const input = (change: object): string =>
  JSON.stringify({ inputs: [{ name: 'input-0', datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4], ...change }] });
const number = (value: string): string => typed({ long: 0 }).replace('"long":0', `"long":${value}`);

/** A binary tensor of `several`, whose text is no UTF-8. */
function notUtf8(): Pick<Refusal, 'headers' | 'body'> {
  const one = { shape: [1, 1], parameters: { binary_data_size: 8 } };
  const inputs = [
    { name: 'word', datatype: 'BYTES', shape: [1, 1], parameters: { binary_data_size: 6 } },
    { name: 'x', datatype: 'FP64', ...one },
    { name: 'n', datatype: 'INT64', ...one },
  ];
  const json = Buffer.from(JSON.stringify({ inputs }));
  const raw = Buffer.concat([Buffer.from('02000000fffe', 'hex'), Buffer.alloc(16)]);
  return { headers: { 'inference-header-content-length': String(json.length) }, body: Buffer.concat([json, raw]) };
}

const refusals: Readonly<Record<string, Refusal>> = {
  'JSON that is cut': { path: line, status: 400, body: '{"inputs": [1', says: ['valid JSON', 'position 13'] },
  'JSON nested deeply': {
    path: line,
    status: 400,
    body: `{"inputs":${'['.repeat(5000)}1${']'.repeat(5000)}}`,
    says: ['deeper than 64 levels'],
  },
  'Infinity as a token': { path: line, status: 400, body: rows('[[Infinity,1]]'), says: ['Infinity', 'write null for a missing number'] },
  'none of the forms': { path: line, status: 400, body: '{"rows":[]}', says: ["'dataframe_split'", "'inputs'"] },
  'a type that is not read': {
    path: line,
    status: 415,
    headers: { 'content-type': 'image/png' },
    body: 'x',
    says: ["'image/png'", "'text/csv'"],
  },
  'a type that is none': { path: line, status: 415, headers: { 'content-type': 'json' }, body: '{}', says: ['application/json'] },
  'another charset': {
    path: line,
    status: 415,
    headers: { 'content-type': 'application/json; charset=utf-16' },
    body: '{}',
    says: ['UTF-8'],
  },
  'bytes that are no UTF-8': { path: line, status: 400, body: Buffer.from('7b22ff227d', 'hex'), says: ['valid UTF-8'] },
  'an encoding that is not read': {
    path: line,
    status: 415,
    headers: { 'content-encoding': 'snappy' },
    body: 'x',
    says: ["'snappy'", 'gzip'],
  },
  'a body that is not compressed': {
    path: line,
    status: 400,
    headers: { 'content-encoding': 'gzip' },
    body: '{}',
    says: ['gzip', 'as it is'],
  },
  'a column that is missing': {
    path: line,
    status: 400,
    body: '{"dataframe_records":[{"a":1}]}',
    says: ["'b'", 'no such column', 'type double'],
  },
  'a column that is not there': {
    path: line,
    status: 400,
    body: '{"dataframe_records":[{"a":1,"bb":2}]}',
    says: ["'bb'", "one of the columns 'a', 'b'"],
  },
  'a number in quotes': { path: line, status: 400, body: rows('[["1.5",1]]'), says: ["'a' in row 0", 'expected a number', "got '1.5'"] },
  Infinity: { path: line, status: 400, body: rows('[[1,2],[1,1e999]]'), says: ["'b' in row 1", 'expected a number', 'got Infinity'] },
  'no rows': { path: line, status: 400, body: rows('[]'), says: ["'a'", 'at least one row'] },
  'rows of unequal length': {
    path: line,
    status: 400,
    body: rows('[[1,2],[3]]'),
    says: ['row 1', '1 values where 2', 'give every row one for each column'],
  },
  'a fraction for a whole number': {
    path: '/endpoints/typed/invocations',
    status: 400,
    body: number('1.7'),
    says: ["'long' in row 0", 'whole number', 'got 1.7'],
  },
  'a whole number beyond 2⁵³ whose digits are lost': {
    path: '/endpoints/typed/invocations',
    status: 400,
    body: number('1e18'),
    says: ["'long'", 'in plain digits', 'got about 1000000000000000000'],
  },
  'a whole number beyond 64 bits': {
    path: '/endpoints/typed/invocations',
    status: 400,
    body: number('18446744073709551616'),
    says: ["'long'", 'of 64 bits', 'got 18446744073709551616'],
  },
  'bytes that are no base64': {
    path: '/endpoints/typed/invocations',
    status: 400,
    body: typed({ binary: '%%' }),
    says: ["'binary'", 'base64', "got '%%'"],
  },
  'a day that is not in the calendar': {
    path: '/endpoints/typed/invocations',
    status: 400,
    body: typed({ datetime: '2021-02-30' }),
    says: ["'datetime'", 'such as 2024', "got '2021-02-30'"],
  },
  'a param that is not there': {
    path: '/endpoints/typed/invocations',
    status: 400,
    body: `${typed({}).slice(0, -1)},"params":{"limt":1}}`,
    says: ["'limt'", "'limit', the nearest"],
  },
  'a param of another type': {
    path: '/endpoints/typed/invocations',
    status: 400,
    body: `${typed({}).slice(0, -1)},"params":{"limit":"x"}}`,
    says: ["'limit'", 'whole number', "got 'x'"],
  },
  'a param of an ONNX model that takes none': {
    path: line,
    status: 400,
    body: `${rows('[[1,2]]').slice(0, -1)},"params":{"k":1}}`,
    says: ["'k'", 'takes none'],
  },
  'data that the shape does not hold': {
    path: at('iris'),
    status: 400,
    body: input({ data: [1, 2, 3] }),
    says: ["'input-0'", 'not 4 elements of shape [1, 4]'],
  },
  'a shape that the model does not take': {
    path: at('iris'),
    status: 400,
    body: input({ shape: [2, 2] }),
    says: ["'input-0'", 'expected shape [-1, 4]', 'got shape [2, 2]'],
  },
  'a datatype that is none': {
    path: at('iris'),
    status: 400,
    body: input({ datatype: 'FP31' }),
    says: ["'input-0'", '"FP31"', 'use one of BOOL'],
  },
  'FP16 in JSON': {
    path: at('iris'),
    status: 400,
    body: input({ datatype: 'FP16', data: [1, 2, 3, 65520] }),
    says: ["'input-0' in row 0", 'expected a number from -65504 to 65504', 'got 65520'],
  },
  'an input that is not there': {
    path: at('iris'),
    status: 400,
    body: input({ name: 'inptu-0' }),
    says: ["'inptu-0'", "expected 'input-0'"],
  },
  'more raw bytes than came': {
    path: at('iris'),
    status: 400,
    body: input({ data: undefined, parameters: { binary_data_size: 16 } }),
    says: ["'input-0'", 'binary_data_size is 16 and 0 bytes are left', 'Inference-Header-Content-Length'],
  },
  'raw bytes that the shape does not hold': {
    path: at('iris'),
    status: 400,
    headers: { 'inference-header-content-length': String(input({ data: undefined, parameters: { binary_data_size: 12 } }).length) },
    body: `${input({ data: undefined, parameters: { binary_data_size: 12 } })}............`,
    says: ["'input-0'", 'takes 16 bytes and 12 came'],
  },
  'a header length that is none': {
    path: at('iris'),
    status: 400,
    headers: { 'inference-header-content-length': '9999' },
    body: input({}),
    says: ['Inference-Header-Content-Length', 'at most'],
  },
  'BYTES that are no UTF-8': { path: at('several'), status: 400, ...notUtf8(), says: ["'word'", 'UTF-8'] },
  'an output that is not there': {
    path: at('iris'),
    status: 400,
    body: input({}).replace(/}$/, ',"outputs":[{"name":"output-1"}]}'),
    says: ["'output-1'", "'output-0'"],
  },
  'a version that is not live': {
    path: '/v2/models/iris/versions/7/infer',
    status: 404,
    body: input({}),
    says: ["'7'", 'version 1', 'leave the version out'],
  },
  'an endpoint that is not there': {
    path: '/endpoints/absent/invocations',
    status: 404,
    body: '{}',
    says: ["'absent'", 'millwright endpoints list'],
  },
};

describe('a refusal names the field, the value and the remedy', () => {
  test.each(Object.entries(refusals))('%s', async (_, { path, status, headers, body, says }) => {
    const type = path.startsWith('/v2') ? {} : { 'content-type': 'application/json' };
    const answer = await send(server.url, { method: 'POST', path, headers: { ...type, ...headers }, body });
    const { message, error } = JSON.parse(answer.text) as { message?: string; error?: string };
    const said = message ?? error;
    expect(answer.status, said).toBe(status);
    for (const words of says) expect(said).toContain(words);
    // No more of what came than its beginning is repeated.
    expect(said!.length).toBeLessThan(1000);
  });

  test('one refusal lists everything that does not fit, as data too', async () => {
    const body = typed({ integer: 1.5, long: 'x', double: true, datetime: 5, binary: '%', strange: 1 });
    const headers = { 'content-type': 'application/json', 'x-request-id': 'wrong-in-six' };
    const answer = await send(server.url, { method: 'POST', path: '/endpoints/typed/invocations', headers, body });
    expect(answer.status).toBe(400);
    const { message, problems } = JSON.parse(answer.text) as {
      message: string;
      problems: { field: string; expected: string; got: string }[];
    };
    expect(problems.map(({ field }) => field).toSorted()).toEqual(['binary', 'datetime', 'double', 'integer', 'long', 'strange']);
    expect(problems.find(({ field }) => field === 'double')).toEqual({
      field: 'double',
      row: 0,
      expected: 'a number, or null where it is missing (double)',
      got: 'true',
    });
    expect(message).toContain('and 1 more');
    expect(answer.headers['x-request-id']).toBe('wrong-in-six');
  });
});

describe('every answer of /invocations names the request', () => {
  const json = { 'content-type': 'application/json' };
  test.each<[string, number, Record<string, string>, string | Buffer]>([
    ['a body that is too large', 413, json, Buffer.alloc(17 * 1024 ** 2)],
    ['an encoding that is not known', 415, { ...json, 'content-encoding': 'lzma' }, '{}'],
    ['gzip that is none', 400, { ...json, 'content-encoding': 'gzip' }, '{}'],
    ['a content type that is none', 415, { 'content-type': 'json' }, '{}'],
  ])('%s', async (_, status, headers, body) => {
    const ask = (id: object): ReturnType<typeof send> =>
      send(server.url, { method: 'POST', path: '/endpoints/typed/invocations', headers: { ...headers, ...id }, body });
    const named = await ask({ 'x-request-id': 'mine-1' });
    expect([named.status, named.headers['x-request-id']], named.text).toEqual([status, 'mine-1']);
    expect((await ask({ 'x-request-id': 'not one' })).headers['x-request-id']).toMatch(/^[0-9a-f-]{32,36}$/);
  });
});

test.each([
  ['GET', '/endpoints/typed/invocations', 'POST'],
  ['PUT', '/endpoints/typed/invocations', 'POST'],
  ['POST', '/endpoints/typed/ping', 'GET, HEAD'],
  ['DELETE', '/endpoints/typed/docs', 'GET, HEAD'],
  ['GET', '/v2/models/iris/infer', 'POST'],
  ['POST', '/v2/models/iris', 'GET, HEAD'],
  ['PATCH', '/v2/health/live', 'GET, HEAD'],
])('%s %s is answered with the methods that there are', async (method, path, allow) => {
  const { status, headers, text } = await send(server.url, { method, path });
  const { message, error } = JSON.parse(text) as { message?: string; error?: string };
  expect([status, headers['allow'], message ?? error]).toEqual([405, allow, `${path} is not asked by ${method}: use ${allow}`]);
});

test('HEAD asks what GET asks', async () => {
  const { status, text } = await send(server.url, { method: 'HEAD', path: '/endpoints/typed/ping' });
  expect({ status, text }).toEqual({ status: 200, text: '' });
});

/** Every answer is one that its protocol has, and none is a fault of the server's. */
async function expectAnswered(ask: Ask): Promise<void> {
  const { status, text, headers } = await send(server.url, { ...ask, headers: { ...ask.headers } });
  expect(status, text.slice(0, 500)).toBeLessThan(500);
  if (status < 400 || ask.method === 'HEAD') return;
  const body = JSON.parse(text) as { error?: unknown; message?: unknown };
  const said = ask.path.startsWith('/v2') && ['GET', 'POST'].includes(ask.method) ? body.error : (body.message ?? body.error);
  expect(said, text).toBeDefined();
  expect(text.length).toBeLessThan(40_000);
  expect(headers['content-type']).toMatch(/^application\/json/);
}

describe(`with the seed ${seed}`, () => {
  test(
    `${runs} requests are answered, and none with a fault of the server`,
    async () => {
      await fc.assert(fc.asyncProperty(request, expectAnswered), { numRuns: runs, seed, endOnFailure: false });
    },
    runs * 1000,
  );

  test(
    'compressed and chunked ones, too',
    async () => {
      const packed = request.map((ask): Ask => ({
        ...ask,
        headers: { ...ask.headers, 'content-encoding': 'gzip', 'transfer-encoding': 'chunked' },
        body: gzipSync(ask.body),
      }));
      await fc.assert(fc.asyncProperty(packed, expectAnswered), { numRuns: Math.ceil(runs / 4), seed });
    },
    runs * 1000,
  );

  test('afterwards every model answers what it answered before', async () => {
    for (const name of modelNames) {
      for (const body of invocations[name]) {
        const asked = {
          method: 'POST',
          path: `/endpoints/${name}/invocations`,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        };
        const { status, text } = await send(server.url, asked);
        expect(status, text).toBe(200);
      }
      for (const body of infers[name]) {
        const asked = {
          method: 'POST',
          path: `/v2/models/${name}/infer`,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        };
        const { status, text } = await send(server.url, asked);
        expect(status, text).toBe(200);
      }
    }
    expect(server.log()).toBe('');
  });
});
