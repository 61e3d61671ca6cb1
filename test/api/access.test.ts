/** Who may do what, over the route table: a route that is added is covered the moment it is listed. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actions, isAllowed, type Role } from '../../src/access/index.ts';
import { bearer, send } from '../support/http.ts';
import { databases, seededTokens, startSeededServer, type SeededServer } from '../support/seeded-state.ts';
import { nameOf, pathOf, routes } from './route-table.ts';

const refusal = { 401: 'UNAUTHENTICATED', 403: 'PERMISSION_DENIED' } as const;

describe.each(databases)('on %s', (database) => {
  let server: SeededServer;
  beforeAll(async () => {
    server = await startSeededServer(database);
  });
  afterAll(() => server.remove());

  /** Routes whose answer to `headers` is not what `expected` says of their action, as `route: status`. */
  async function surprises(headers: Record<string, string>, expected: (action: (typeof routes)[number]['action']) => 401 | 403 | 'let in') {
    const wrong: string[] = [];
    for (const route of routes) {
      // Not even a body that would be refused gets a caller without the right further than its rule.
      const { status, text } = await send(server.url, { method: route.method, path: pathOf(route), headers, body: '{' });
      const want = expected(route.action);
      const refused = status === 401 || status === 403;
      // The Open Inference Protocol's errors are a sentence, without a code.
      const said = route.url.startsWith('/v2') ? text.startsWith('{"error":"') : text === '' || text.includes(refusal[want as 401]);
      const right = want === 'let in' ? !refused : status === want && said;
      if (!right) wrong.push(`${nameOf(route)} (${route.action}): ${status}`);
    }
    return wrong;
  }

  test('every route names an action of the table, and only health, version and the pages are public', async () => {
    expect(routes.length).toBeGreaterThan(50);
    expect(routes.filter((route) => !actions.includes(route.action)).map(nameOf)).toEqual([]);
    const answered: string[] = [];
    for (const route of routes.filter(({ action }) => action === 'public')) {
      const { status } = await send(server.url, { method: route.method, path: pathOf(route), headers: { via: 'proxy' } });
      // Calls of MLflow's that are not there say so to everybody.
      if (status !== 501 && status !== 404) answered.push(nameOf(route));
    }
    // The pages are not built in every checkout.
    expect(answered.filter((name) => name !== 'GET /*').toSorted()).toEqual(['GET /health', 'GET /version']);
  });

  test('a call that changes something has an action that a viewer lacks, save those that are not there (501)', async () => {
    const searches = /(search|get-latest-versions|get-history-bulk|batch-get|\/compare|repository\/index)/;
    const changing = routes.filter((route) => route.method !== 'GET' && isAllowed('viewer', route.action) && !searches.test(route.url));
    const there: string[] = [];
    for (const route of changing) {
      const { status } = await send(server.url, {
        method: route.method,
        path: pathOf(route),
        headers: bearer(seededTokens.viewer),
        body: '{}',
      });
      if (status !== 501 && status !== 404) there.push(`${nameOf(route)}: ${status}`);
    }
    expect(there).toEqual([]);
  });

  describe.each(['admin', 'editor', 'viewer', 'stage'] as const satisfies readonly Role[])('a token of the role %s', (role) => {
    test('is let in where its role allows the action, and refused with 403 everywhere else', async () => {
      expect(await surprises(bearer(seededTokens[role]), (action) => (isAllowed(role, action) ? 'let in' : 403))).toEqual([]);
    });
  });

  describe('without a token', () => {
    test('a client of this machine may read and track, and nothing else', async () => {
      expect(await surprises({}, (action) => (isAllowed('local', action) ? 'let in' : 403))).toEqual([]);
    });

    test('the acts that DESIGN §9 forbids it are forbidden', () => {
      const forbidden = ['gate.override', 'pipelines.record', 'pipelines.control', 'projects.write', 'access.manage'] as const;
      expect(forbidden.filter((action) => isAllowed('local', action))).toEqual([]);
      expect(routes.filter((route) => forbidden.includes(route.action as never)).length).toBeGreaterThanOrEqual(10);
    });

    test.each([
      ['forwarded', 'for=192.0.2.1'],
      ['x-forwarded-for', '192.0.2.1'],
      ['x-forwarded-for', ''],
      ['x-forwarded-proto', 'https'],
      ['x-forwarded-host', 'millwright.example'],
      ['x-real-ip', '127.0.0.1'],
      ['via', '1.1 proxy'],
    ])('a request that a proxy forwarded (%s: %s) gets only what is public', async (name, value) => {
      expect(await surprises({ [name]: value }, (action) => (action === 'public' ? 'let in' : 401))).toEqual([]);
    });
  });

  describe('a token that does not hold', () => {
    test.each([
      ['unknown', bearer('mw_unknown')],
      ['expired', bearer(seededTokens.expired)],
      ['revoked', bearer(seededTokens.revoked)],
      ['empty', { authorization: 'Bearer ' }],
      ['of an unknown scheme', { authorization: 'Negotiate abc' }],
      ['of HTTP Basic, unknown', { authorization: `Basic ${Buffer.from('user:nothing').toString('base64')}` }],
    ])('%s: nothing goes, though the client is of this machine', async (_name, headers) => {
      expect(await surprises(headers, () => 401)).toEqual([]);
    });

    test('a token that is revoked stops at once', async () => {
      const admin = { ...bearer(server.token), 'content-type': 'application/json' };
      const created = await send(server.url, {
        method: 'POST',
        path: '/api/1/tokens',
        headers: admin,
        body: JSON.stringify({ name: 'short-lived', role: 'viewer' }),
      });
      const { id, token } = JSON.parse(created.text) as { id: string; token: string };
      const asked = () => send(server.url, { path: '/api/1/settings', headers: bearer(token) });
      expect((await asked()).status).toBe(200);
      expect((await send(server.url, { method: 'DELETE', path: `/api/1/tokens/${id}`, headers: admin })).status).toBe(200);
      expect((await asked()).status).toBe(401);
    });

    test('a password of HTTP Basic is a token', async () => {
      const authorization = `Basic ${Buffer.from(`anyone:${seededTokens.viewer}`).toString('base64')}`;
      const { text } = await send(server.url, { path: '/api/1/settings', headers: { authorization } });
      expect(JSON.parse(text)).toMatchObject({ principal: { name: 'viewer', role: 'viewer' } });
    });
  });

  test.each(['owner', 'browser', 'MILLWRIGHT_ADMIN_TOKEN'])('nobody can name a token %s, as the program names its own', async (name) => {
    const headers = bearer(server.token);
    const body = JSON.stringify({ name, role: 'admin' });
    const { status, text } = await send(server.url, { method: 'POST', path: '/api/1/tokens', headers, body });
    expect([status, text]).toEqual([
      400,
      JSON.stringify({
        error: { code: 'INVALID_PARAMETER_VALUE', message: `'name' is '${name}', which the server keeps for itself: choose another` },
      }),
    ]);
  });
});
