/** What people are told of an endpoint: its state, since when and by whom, why a version does not serve, how it answers. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Endpoint } from '../../src/api/endpoints.ts';
import { millwright, type Ended } from '../support/command.ts';
import { send, type RawResponse } from '../support/http.ts';
import { mlflowClient } from '../support/mlflow-client.ts';
import { startPostgres, type Postgres } from '../support/postgres.ts';
import { apiOf, askLine, cutOff, goodBody, moveChampion, registerLine, serveLine } from '../support/served-line.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const waiting = { timeout: 60_000, interval: 50 };

describe.each(['SQLite', 'PostgreSQL'] as const)('an endpoint on %s', (database) => {
  const folder = mkdtempSync(join(tmpdir(), 'endpoint-standing-'));
  let postgres: Postgres | undefined;
  let server: TestServer;
  const start = (): Promise<TestServer> =>
    startTestServer({
      stateDirectory: join(folder, 'state'),
      ...(postgres === undefined ? {} : { env: { MILLWRIGHT_DATABASE_URL: postgres.url } }),
    });

  beforeAll(async () => {
    if (database === 'PostgreSQL') postgres = await startPostgres();
    server = await start();
    await serveLine(server, 2);
  }, 180_000);
  afterAll(async () => {
    await server?.stop();
    await postgres?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const endpoint = async (): Promise<Endpoint> => (await apiOf(server).endpoint('line')).endpoint;
  const becomes = async (expected: object): Promise<void> => {
    await expect.poll(endpoint, waiting).toMatchObject(expected);
  };
  const cli = (...words: string[]): Promise<Ended> =>
    millwright(folder, { MILLWRIGHT_URL: server.url, MILLWRIGHT_TOKEN: server.token }, 'endpoints', ...words);

  test('waits while the name that it follows stands on no version', async () => {
    expect(await endpoint()).toMatchObject({ state: 'waiting', target: null, live: null, decision: null, problem: null, before: null });
    expect((await apiOf(server).endpointStatistics('line')).slots).toEqual([]);
    const asked = await askLine(server, goodBody);
    expect([asked.status, asked.headers['retry-after']]).toEqual([503, '1']);
    expect((await cli('show', 'line')).stdout).toContain('\nmodels:/line@champion stands on no version\n');
    expect(asked.text).toContain("'line' has no version that is loaded: models:/line@champion stands on no version; ");
    const docs = (accept: string): Promise<RawResponse> => send(server.url, { path: '/endpoints/line/docs', headers: { accept } });
    const page = await docs('text/html,application/xhtml+xml,*/*;q=0.8');
    expect([page.status, page.headers['content-type'], page.headers['retry-after']]).toEqual([503, 'text/html; charset=utf-8', '1']);
    expect(page.text).toContain('<p role="status">the endpoint &#39;line&#39; has no version that is loaded: models:/line@champion stands');
    expect(page.text).toContain('<meta http-equiv="refresh" content="5">');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'; style-src 'sha256-");
    expect((await docs('*/*')).headers['content-type']).toMatch(/^application\/json/);
  });

  test('says what is live and who decided it', async () => {
    await moveChampion(server, 1);
    await becomes({ state: 'serving', live: { version: 1 } });
    const { decision, target, live } = await endpoint();
    const [decided] = (await apiOf(server).decisions('line', {})).items;
    expect(decision).toEqual({ id: decided!.id, at: decided!.at, actor: 'owner', basis: 'no gate' });
    expect(target).toEqual({ version: 1, reason: 'alias champion', actor: 'owner' });
    expect(live!.since).toBe(live!.loadedAt);
    expect(live!.since).toBeGreaterThanOrEqual(decided!.at);
  });

  test('counts what it answers, by status, with latencies of predictions', async () => {
    for (let sent = 0; sent < 3; sent += 1) expect((await askLine(server, goodBody)).status).toBe(200);
    for (let sent = 0; sent < 2; sent += 1) expect((await askLine(server, '{"inputs":')).status).toBe(400);
    const { live } = await endpoint();
    const { minute, quarterHour, version, replaced } = live!.statistics;
    for (const window of [minute, quarterHour, version]) {
      expect(window).toMatchObject({ requests: 5, clientErrors: 2, serverErrors: 0 });
      expect(window.p50Ms).toBeGreaterThan(0);
      expect(window.p99Ms).toBeGreaterThanOrEqual(window.p50Ms!);
    }
    expect(version.from).toBe(live!.loadedAt);
    expect(replaced).toBeNull();
    const { slotMs, slots } = await apiOf(server).endpointStatistics('line');
    expect(slotMs).toBe(5000);
    expect(slots.reduce((sum, { requests }) => sum + requests, 0)).toBe(5);
    const shown = await cli('show', 'line');
    expect(shown.stdout).toMatch(
      /^line follows models:\/line@champion \(project grid\): serving\nlive: line v1 \(onnx\) since \d+ \S+ ago, by owner/,
    );
    expect(shown.stdout).toMatch(/\nlast 15 minutes +5 +\d+\.\d +\d\S* ms +\d\S* ms +\d\S* ms +2 +0\n/);
  });

  test('keeps what the version before had answered beside the new one', async () => {
    await moveChampion(server, 2);
    await becomes({ state: 'serving', live: { version: 2 }, before: 1 });
    await askLine(server, goodBody);
    const { statistics } = (await endpoint()).live!;
    expect(statistics.version).toMatchObject({ requests: 1, clientErrors: 0 });
    expect(statistics.replaced).toMatchObject({ version: 1, window: { requests: 5, clientErrors: 2 } });
    expect(statistics.quarterHour.requests).toBe(6);
  });

  test('a rollback holds until somebody deploys what it follows, and then it ends', async () => {
    await apiOf(server).rollBackEndpoint('line', { reason: 'wrong at noon' });
    await becomes({ state: 'serving', live: { version: 1 }, pinned: { version: 1, reason: 'wrong at noon' }, before: 2 });
    // `millwright serve line` serves what the endpoint does, `serve models:/line@champion` what the name stands on.
    expect(await apiOf(server).modelFiles({ endpoint: 'line' })).toMatchObject({ name: 'line', version: 1 });
    expect(await apiOf(server).modelFiles({ model: 'models:/line@champion' })).toMatchObject({ name: 'line', version: 2 });
    expect(await cli('deploy', 'line')).toMatchObject({ status: 0, stderr: '' });
    await becomes({ state: 'serving', live: { version: 2 }, pinned: null });
    // A move of the name ends it, too.
    await apiOf(server).rollBackEndpoint('line', { reason: 'once more' });
    await moveChampion(server, 1);
    await moveChampion(server, 2);
    await becomes({ state: 'serving', live: { version: 2 }, pinned: null });
  });

  test('a version that cannot be loaded is told with its reason, tried again when asked, and forgotten when the name moves back', async () => {
    const broken = await registerLine(server, cutOff);
    await moveChampion(server, broken);
    await becomes({ state: 'failed', live: { version: 2 }, problem: { version: broken } });
    const { problem, target } = await endpoint();
    expect(target!.version).toBe(broken);
    expect(problem!.message).not.toBe('');
    const shown = await cli('show', 'line');
    expect(shown.stdout).toContain(`version ${broken} could not be served, version 2 serves on: ${problem!.message}`);
    const failures = async (): Promise<number> =>
      (await apiOf(server).endpoint('line')).deployments.filter(({ state }) => state === 'failed').length;
    expect(await failures()).toBe(1);
    await apiOf(server).deployEndpoint('line');
    await expect.poll(failures, waiting).toBe(2);
    await moveChampion(server, 2);
    await becomes({ state: 'serving', live: { version: 2 }, problem: null });
  });

  test('a server that starts again says since when the version answers, and what its numbers cover', async () => {
    const { live: before } = await endpoint();
    await server.stop();
    server = await start();
    await becomes({ state: 'serving', live: { version: 2 } });
    const { live: after } = await endpoint();
    expect(after!.since).toBe(before!.since);
    expect(after!.loadedAt).toBeGreaterThan(before!.loadedAt);
    expect(after!.statistics.version).toMatchObject({ from: after!.loadedAt, requests: 0, p50Ms: null });
    expect(after!.statistics.quarterHour.from).toBeGreaterThan(before!.loadedAt);
  });

  test('a rollback leads neither to a deleted version nor to a version of another model', async () => {
    const { call } = mlflowClient(
      () => server,
      () => server.token,
    );
    await becomes({ live: { version: 2 }, before: 1 });
    await apiOf(server).rollBackEndpoint('line', { reason: 'wrong at dusk' });
    await becomes({ live: { version: 1 }, pinned: { version: 1 } });
    await call('DELETE', 'model-versions/delete', { name: 'line', version: '1' });
    await becomes({ live: { version: 2 }, pinned: null, before: null });
    await call('DELETE', 'registered-models/alias', { name: 'line', alias: 'champion' });
    expect((await cli('show', 'line')).stdout).toContain('\nmodels:/line@champion stands on no version: what is live answers until');
    expect(await cli('rollback', 'line', '--reason', 'x')).toMatchObject({ status: 66, stderr: expect.stringContaining('still there') });

    await call('POST', 'registered-models/rename', { name: 'line', new_name: 'curve' });
    await apiOf(server).declareEndpoints({ project: 'grid', endpoints: [{ name: 'line', model: 'models:/curve/3', settings: {} }] });
    await becomes({ state: 'failed', live: { model: 'line', version: 2 }, before: null });
  });
});
