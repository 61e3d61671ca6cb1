/** Bad input on every route of the table: a client's mistake is a 4xx, because the stock clients retry a 5xx for minutes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bearer, send, type RawRequest } from '../support/http.ts';
import { databases, startSeededServer, type SeededServer } from '../support/seeded-state.ts';
import { fieldNames, nameOf, pathOf, queryNames, rulingRoutes as routes, type Route } from './route-table.ts';

const json = (value: unknown): string => JSON.stringify(value);
const everyField = (value: unknown): string => json(Object.fromEntries(fieldNames.map((name) => [name, value])));
const nested = (depth: number, open: string, close: string): string => open.repeat(depth) + close.repeat(depth);

const bodies: readonly (readonly [string, string | Uint8Array])[] = [
  ['nothing', ''],
  ['null', 'null'],
  ['a list', '[]'],
  ['a string', '"text"'],
  ['a number', '1e400'],
  ['JSON that is cut', '{"name": "x'],
  ['no JSON', 'name=x&value=y'],
  ['a list of 100,000 levels', nested(100_000, '[', ']')],
  ['objects of 100,000 levels', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
  ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
  ['UTF-16', Buffer.from('{"name":"x"}', 'utf16le')],
  ['a byte order mark', '\ufeff{}'],
  ['a prototype', '{"__proto__": {"x": 1}, "constructor": {"prototype": 1}}'],
  ['every field null', everyField(null)],
  ['every field a number', everyField(1)],
  ['every field a negative number', everyField(-1)],
  ['every field a number beyond 64 bits', everyField(0).replaceAll(':0', ':99999999999999999999')],
  ['every field a fraction', everyField(1.5)],
  ['every field a text', everyField('x')],
  ['every field an empty text', everyField('')],
  ['every field NUL', everyField('\0')],
  ['every field a lone surrogate', everyField('x').replaceAll('"x"', '"\\ud800"')],
  ['every field a long text', everyField('é'.repeat(10_000))],
  ['every field a quote', everyField(`'"\`;--%_\\`)],
  ['every field a way out', everyField('../../../../etc/passwd')],
  ['every field a boolean', everyField(true)],
  ['every field a list', everyField([])],
  ['every field a list of lists', everyField([[[1]]])],
  ['every field a list of texts', everyField(['x', 'x'])],
  ['every field a list of objects', everyField([{ key: 'x', value: 'x' }])],
  ['every field an object', everyField({ key: {} })],
];

const values: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['a word', 'x'],
  ['a negative number', '-1'],
  ['a fraction', '1.5'],
  ['a number beyond 64 bits', '99999999999999999999'],
  ['no number', 'NaN'],
  ['NUL', '\0'],
  ['a way out', '../../etc/passwd'],
  ['an encoded way out', '%2e%2e'],
  ['quotes', `'"\``],
  ['an open bracket', '[{('],
  ['a letter and an owl', 'é\u{1f989}'],
  ['long', 'x'.repeat(3000)],
];

const withBody = routes.filter((route) => route.body !== 'none');

describe.each(databases)('on %s', (database) => {
  let server: SeededServer;
  beforeAll(async () => {
    server = await startSeededServer(database, { env: { MILLWRIGHT_LOG_LEVEL: 'silent' } });
  });
  afterAll(() => server.remove());

  /** Sends one request to each route, eight at a time; what a server's fault answers, as `route: status`. */
  async function faults(chosen: readonly Route[], make: (route: Route) => RawRequest): Promise<string[]> {
    const found: string[] = [];
    const queue = [...chosen];
    const worker = async (): Promise<void> => {
      for (let route = queue.shift(); route !== undefined; route = queue.shift()) {
        const request = make(route);
        const { status, text } = await send(server.url, { method: route.method, headers: bearer(server.token), ...request });
        if (status >= 500 && status !== 501) found.push(`${nameOf(route)}: ${status} ${text.slice(0, 100)}`);
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    return found;
  }

  test.each(bodies)('a body that is %s is never a fault of the server', async (_name, body) => {
    expect(withBody.length).toBeGreaterThan(20);
    expect(
      await faults(withBody, (route) => ({
        path: pathOf(route),
        body,
        headers: { ...bearer(server.token), 'content-type': 'application/json' },
      })),
    ).toEqual([]);
    expect((await send(server.url, { path: '/health' })).status).toBe(200);
  });

  test.each(values)('%s in every query parameter is never a fault of the server', async (_name, value) => {
    const query = (route: Route): string =>
      new URLSearchParams(
        queryNames(route)
          .filter((name) => name !== 'code')
          .map((name): [string, string] => [name, value.slice(0, 100)]),
      ).toString();
    const reading = routes.filter((route) => route.method === 'GET');
    expect(await faults(reading, (route) => ({ path: `${pathOf(route)}?${query(route)}` }))).toEqual([]);
  });

  test('a parameter that a route of ours has not is refused with the nearest one; those of the peers are ignored', async () => {
    const own = routes.filter(({ url }) => url.startsWith('/api/1/'));
    expect(own.length).toBeGreaterThan(40);
    for (const route of own) {
      const { status, text } = await send(server.url, {
        method: route.method,
        path: `${pathOf(route)}?limits=5`,
        headers: bearer(server.token),
      });
      const remedy =
        route.query?.includes('limit') === true ? "did you mean 'limit'?" : (route.query?.join(', ') ?? 'this route takes none');
      expect([nameOf(route), status, text]).toEqual([nameOf(route), 400, expect.stringContaining(`there is no query parameter 'limits'`)]);
      expect(text).toContain(remedy);
    }
    const peers = await send(server.url, {
      path: '/api/2.0/mlflow/experiments/get?experiment_id=0&limits=5',
      headers: bearer(server.token),
    });
    expect(peers.status).toBe(200);
  });

  test.each(values)('%s in every part of the path is never a fault of the server', async (_name, value) => {
    const open = routes.filter((route) => /[:*]/.test(route.url));
    expect(
      await faults(open, (route) => ({
        path: pathOf(route, () => value).replace(/[^\x21-\x7e]/gu, encodeURIComponent),
        body: '{}',
      })),
    ).toEqual([]);
  });

  test.each(['%', '%zz', '%c0%ae', '%00', '\\..\\', ';', '//', '?'.repeat(1000), '%252e%252e%252f'])(
    'the path %j is answered',
    async (part) => {
      const { status } = await send(server.url, { path: `/${part}` });
      expect(status).toBeLessThan(500);
    },
  );
});
