/** What `millwright serve` answers at the root of a port, to whoever asks wrongly or too early. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startContainer, type Container } from '../../src/server/inference/container.ts';
import { send, type RawResponse } from '../support/http.ts';
import { servedStub } from '../support/served-stub.ts';

let ready: Container;
let loading: Container;

beforeAll(async () => {
  ready = await startContainer('folder', { host: '127.0.0.1', port: 0 });
  ready.serve(servedStub({ name: 'folder', version: '' }));
  loading = await startContainer('folder', { host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await Promise.all([ready.close(), loading.close()]);
});

const ask = (method: string, path: string, headers: Record<string, string> = {}, body?: string | Buffer): Promise<RawResponse> =>
  send(`http://127.0.0.1:${ready.port}`, { method, path, headers, ...(body === undefined ? {} : { body }) });

test('a folder that is served has no version to name', async () => {
  const { status, headers, text } = await ask('POST', '/invocations', { 'content-type': 'application/json' }, '{"inputs":[1]}');
  expect([status, headers['x-millwright-model'], text]).toEqual([200, 'folder', '{"predictions": [1]}']);
});

test('HEAD asks what GET asks', async () => {
  const { status, headers, text } = await ask('HEAD', '/ping');
  expect([status, headers['x-millwright-model'], headers['content-length'], text]).toEqual([200, 'folder', '1', '']);
});

test.each([
  ['GET', '/invocations', 'POST'],
  ['HEAD', '/invocations', 'POST'],
  ['POST', '/ping', 'GET, HEAD'],
  ['OPTIONS', '/docs', 'GET, HEAD'],
  ['GET', '/v2/models/folder/infer', 'POST'],
  ['DELETE', '/v2/models/folder', 'GET, HEAD'],
])('%s %s is answered with the methods that there are', async (method, path, allow) => {
  const { status, headers, text } = await ask(method, path);
  expect([status, headers['allow']]).toEqual([405, allow]);
  if (method !== 'HEAD') expect(text).toContain(`${path} is not asked by ${method}: use ${allow}`);
});

test('a path that is none has no methods', async () => {
  for (const path of ['/pong', '/v2/nothing', '/openapiXjson']) {
    const { status, headers } = await ask('POST', path);
    expect([path, status, headers['allow']]).toEqual([path, 404, undefined]);
  }
});

test.each<[string, number, Record<string, string>, string | Buffer]>([
  ['a body that is too large', 413, {}, Buffer.alloc(17 * 1024 ** 2)],
  ['an encoding that is not known', 415, { 'content-encoding': 'lzma' }, '{}'],
  ['gzip that is none', 400, { 'content-encoding': 'gzip' }, '{}'],
])('%s is refused under the id of the request', async (_, status, headers, body) => {
  const named = await ask('POST', '/invocations', { ...headers, 'x-request-id': 'mine' }, body);
  expect([named.status, named.headers['x-request-id']]).toEqual([status, 'mine']);
  expect((await ask('POST', '/invocations', headers, body)).headers['x-request-id']).toMatch(/^[0-9a-f-]{32,36}$/);
});

test('while the model is loaded a browser is shown that, and told to ask again', async () => {
  const server = `http://127.0.0.1:${loading.port}`;
  const page = await send(server, { path: '/docs', headers: { accept: 'text/html' } });
  expect([page.status, page.headers['content-type'], page.headers['retry-after']]).toEqual([503, 'text/html; charset=utf-8', '1']);
  expect(page.text).toContain('the model of &#39;folder&#39; is being loaded: ask again');
  expect((await send(server, { path: '/docs' })).text).toMatch(/^\{"error_code":"TEMPORARILY_UNAVAILABLE"/);
});
