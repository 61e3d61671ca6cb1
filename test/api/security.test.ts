import { connect } from 'node:net';
import { beforeAll, describe, expect, test } from 'vitest';
import { describeOnBothDatabases } from '../support/both-databases.ts';
import { bearer, send } from '../support/http.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;

const create = { method: 'POST', path: '/api/2.0/mlflow/experiments/create' } as const;
const named = (name: string): string => JSON.stringify({ name });
const codeOf = (login: string): string => new URL(login).search;

/** Writes `text` to a connection of its own and gives what comes back until the server closes it, or `until` is in it. */
function talk(text: string, until = '\r\n\r\n'): Promise<string> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => socket.write(text));
    const done = (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('data', (chunk) => {
      answer += chunk.toString();
      if (answer.includes(until)) done();
    });
    socket.on('error', done).on('close', done);
  });
}

describeOnBothDatabases('the server', (current) => {
  beforeAll(() => {
    server = current();
  });

  describe('a page of another site', () => {
    test.each([
      ['another site', 'https://evil.example'],
      ['a sandboxed page', 'null'],
      ['another port of this machine', 'http://127.0.0.1:1'],
      ['no address at all', 'garbage'],
    ])('of %s may change nothing, with a session or without', async (_name, origin) => {
      const session = await signIn();
      for (const headers of [{ origin }, { origin, cookie: session }]) {
        const { status, text } = await send(server.url, { ...create, headers, body: named(`by ${origin}`) });
        expect([status, text]).toEqual([403, expect.stringContaining('PERMISSION_DENIED')]);
      }
      const { text } = await send(server.url, {
        path: `/api/2.0/mlflow/experiments/get-by-name?experiment_name=${encodeURIComponent(`by ${origin}`)}`,
      });
      expect(text).toContain('RESOURCE_DOES_NOT_EXIST');
    });

    test('of the server itself may', async () => {
      const { status } = await send(server.url, {
        ...create,
        headers: { origin: server.url, 'content-type': 'application/json' },
        body: named('by the page itself'),
      });
      expect(status).toBe(200);
    });

    test('gets no permission to read across sites', async () => {
      const { headers } = await send(server.url, { path: '/api/1/settings', headers: { origin: 'https://evil.example' } });
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    });
  });

  describe('a name that was rebound to this machine', () => {
    test.each(['evil.example', 'evil.example:5000', '127.0.0.1.evil.example', 'localhost.evil.example', '[::2]:5000'])(
      'Host %j gets nothing, also not health',
      async (host) => {
        for (const path of ['/health', '/api/1/settings', '/']) {
          const { status, text } = await send(server.url, { path, headers: { ...bearer(server.token), host } });
          expect([status, text]).toEqual([403, expect.stringContaining('MILLWRIGHT_HOSTS')]);
        }
      },
    );

    test.each(['localhost', 'LOCALHOST:1', '127.0.0.1', '[::1]:5000'])('Host %s is this machine', async (host) => {
      expect((await send(server.url, { path: '/health', headers: { host } })).status).toBe(200);
    });
  });

  async function signIn(): Promise<string> {
    const { text } = await send(server.url, { method: 'POST', path: '/api/1/login-codes', headers: bearer(server.token), body: '{}' });
    const { code } = JSON.parse(text) as { code: string };
    const { headers } = await send(server.url, { path: `/?code=${code}` });
    return headers['set-cookie']![0]!.split(';')[0]!;
  }

  describe('the address that up prints', () => {
    test('signs one browser in, once, with a cookie that scripts and other sites cannot use', async () => {
      const first = await send(server.url, { path: `/${codeOf(server.login)}` });
      expect([first.status, first.headers.location, first.headers['cache-control']]).toEqual([303, '/', 'no-store']);
      expect(first.headers['set-cookie']).toEqual([
        expect.stringMatching(/^millwright_session=mw_[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=2592000$/),
      ]);
      const cookie = first.headers['set-cookie']![0]!.split(';')[0]!;
      const settings = await send(server.url, { path: '/api/1/settings', headers: { cookie } });
      expect(JSON.parse(settings.text)).toMatchObject({ principal: { name: 'browser', role: 'admin' } });
      const second = await send(server.url, { path: `/${codeOf(server.login)}` });
      expect([second.status, second.headers['set-cookie']]).toEqual([401, undefined]);
    });

    test.each(['', 'x', 'undefined', '0'.repeat(5000)])('the code %#: a guess signs nobody in', async (code) => {
      const { headers, status } = await send(server.url, { path: `/?code=${code}` });
      expect([status, headers['set-cookie']]).toEqual([401, undefined]);
    });
  });

  describe('bodies', () => {
    const hundredMegabytes = 100 * 1024 * 1024;

    test('one that says it is too large is refused before it is read', async () => {
      const answer = await talk(`POST ${create.path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${hundredMegabytes}\r\n\r\n{"name":`);
      expect(answer).toMatch(/^HTTP\/1\.1 (413|400) /);
      expect(answer.toLowerCase()).toContain('connection: close');
    });

    test('one that has no end is refused where the limit is', async () => {
      const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
      const answer = await talk(
        `POST ${create.path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(300)}`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 (413|400) /);
      expect(answer.toLowerCase()).toContain('connection: close');
    });

    test('one on a route that takes none does not keep the connection', async () => {
      const answer = await talk(
        'GET /health HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n0123456789abcdef\r\n',
        'OK',
      );
      expect(answer).toMatch(/^HTTP\/1\.1 200 /);
      expect(answer.toLowerCase()).toContain('connection: close');
    });

    test('a client that goes away in the middle leaves nothing and is no fault', async () => {
      const { hostname, port } = new URL(server.url);
      await new Promise<void>((resolve) => {
        const socket = connect(Number(port), hostname, () => {
          socket.write(`POST ${create.path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"name":"half`);
          socket.end(() => socket.destroy());
        });
        socket.on('close', () => resolve());
      });
      expect((await send(server.url, { path: '/health' })).status).toBe(200);
    });

    test.each([
      ['a request that is no HTTP', 'NONSENSE\r\n\r\n'],
      ['two lengths', 'POST /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx'],
      [
        'a length and chunks',
        'POST /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      ],
      ['headers without end', `GET /health HTTP/1.1\r\nHost: localhost\r\n${'x: y\r\n'.repeat(5000)}`],
    ])('%s is refused with 4xx', async (_name, text) => {
      expect(await talk(text)).toMatch(/^HTTP\/1\.1 4\d\d /);
    });
  });

  describe('methods and paths', () => {
    test('HEAD answers as GET without a body, and ends also where GET streams for ever', async () => {
      const health = await send(server.url, { method: 'HEAD', path: '/health' });
      expect([health.status, health.text]).toEqual([200, '']);
      const stream = await send(server.url, { method: 'HEAD', path: '/api/1/events/stream' });
      expect(stream.status).toBe(200);
    });

    test.each(['OPTIONS', 'TRACE', 'PUT', 'PATCH', 'PROPFIND'])('%s on a path that has none changes nothing', async (method) => {
      const { status, headers } = await send(server.url, { method, path: '/api/1/settings' });
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
      expect(headers['access-control-allow-methods']).toBeUndefined();
    });

    test.each([
      '/../../../../etc/passwd',
      '/%2e%2e/%2e%2e/%2e%2e/etc/passwd',
      '/%252e%252e/%252e%252e/etc/passwd',
      '/..%2f..%2f..%2fetc%2fpasswd',
      '/..\\..\\..\\etc\\passwd',
      '/assets/../../package.json',
      '/assets/%2e%2e%2f%2e%2e%2fpackage.json',
      '/package.json',
      '/writer.js',
      '/bin.js%00.html',
      '//etc/passwd',
      '/api/2.0/mlflow-artifacts/artifacts/..%2f..%2f..%2f..%2fetc%2fpasswd',
      '/api/2.0/mlflow-artifacts/artifacts/%252e%252e%252f%252e%252e%252fetc%252fpasswd',
      '/api/2.0/mlflow-artifacts/artifacts/0/../../token',
    ])('%s leads to no file of the server', async (path) => {
      const { status, text } = await send(server.url, { path, headers: bearer(server.token) });
      expect(text).not.toMatch(/root:|"dependencies"|serveSqlite|mw_/);
      if (status === 200) expect(text).toMatch(/^<!doctype html>/i);
      else expect(status).toBeLessThan(500);
    });
  });
});

test('no secret stands in the log, however much is logged', async () => {
  const admin = 'operators-own-secret-value';
  const logged = await startTestServer({ env: { MILLWRIGHT_LOG_LEVEL: 'trace', MILLWRIGHT_ADMIN_TOKEN: admin } });
  const wrong = 'a-token-that-is-wrong';
  const code = new URL(logged.login).searchParams.get('code')!;
  for (const token of [logged.token, admin, wrong]) {
    await send(logged.url, { path: '/api/1/settings', headers: bearer(token) });
    await send(logged.url, { method: 'POST', path: '/api/1/tokens', headers: bearer(token), body: '{' });
    await send(logged.url, { path: `/api/1/nothing?token=${token}`, headers: bearer(token) });
  }
  const created = await send(logged.url, {
    method: 'POST',
    path: '/api/1/tokens',
    headers: bearer(admin),
    body: JSON.stringify({ name: 'n', role: 'viewer' }),
  });
  const { token } = JSON.parse(created.text) as { token: string };
  const session = (await send(logged.url, { path: `/?code=${code}` })).headers['set-cookie']![0]!.split(/[=;]/)[1]!;
  await send(logged.url, { path: '/api/1/settings', headers: { cookie: `millwright_session=${session}` } });
  expect(await logged.stop()).toBe(0);
  for (const secret of [logged.token, admin, wrong, token, session, code]) expect(logged.log()).not.toContain(secret);
});
