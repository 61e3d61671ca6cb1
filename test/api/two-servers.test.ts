/** Two servers on one PostgreSQL database and one bucket: endpoints swap and roll back on both, and one goes on where the other is killed. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { EndpointDetail } from '../../src/api/endpoints.ts';
import { bearer, send } from '../support/http.ts';
import { startPostgres, type Postgres } from '../support/postgres.ts';
import { readyEnvironment, type ReadyEnvironment } from '../support/ready-environment.ts';
import { startSeaweedFs, type SeaweedFs } from '../support/seaweedfs.ts';
import { cleanEnvironment, startTestServer, type TestServer } from '../support/server.ts';
import { checkout, testProgram } from '../support/test-env.ts';

const patience = { timeout: 120_000, interval: 100 };
const admin = 'one-token-for-both-servers';
const root = mkdtempSync(join(tmpdir(), 'millwright-two-servers-'));
let postgres: Postgres;
let seaweed: SeaweedFs;
let python: ReadyEnvironment;
let first: TestServer;
let second: TestServer;

beforeAll(async () => {
  [postgres, seaweed] = await Promise.all([startPostgres(), startSeaweedFs(), run('make_twins.py', [root])]);
  python = await readyEnvironment(join(root, 'cache'), join(root, 'alike'));
  await seaweed.createBucket('artifacts');
  [first, second] = await Promise.all([start('first'), start('second')]);
  await run('register_onnx.py', ['line', '2'], { MLFLOW_TRACKING_URI: first.url, MLFLOW_TRACKING_TOKEN: admin });
  // Without a token the flavours are not compared at registration: an endpoint compares them when it loads the version.
  await run('register_folder.py', [join(root, 'alike'), 'line'], { MLFLOW_TRACKING_URI: second.url });
  const endpoints = [{ name: 'line', model: 'models:/line@champion', settings: {} }];
  await call(second, 'PUT', '/api/1/endpoints', { project: 'p', endpoints });
});
afterAll(async () => {
  await Promise.all([first?.stop(), second?.stop()]);
  await Promise.all([postgres?.stop(), seaweed?.stop()]);
  rmSync(root, { recursive: true, force: true, maxRetries: 3 });
});

function start(name: string): Promise<TestServer> {
  return startTestServer({
    stateDirectory: join(root, name),
    env: {
      MILLWRIGHT_DATABASE_URL: postgres.url,
      MILLWRIGHT_ARTIFACTS_URL: 's3://artifacts/both',
      MILLWRIGHT_S3_ENDPOINT: seaweed.endpoint,
      MILLWRIGHT_ADMIN_TOKEN: admin,
      AWS_ACCESS_KEY_ID: seaweed.accessKeyId,
      AWS_SECRET_ACCESS_KEY: seaweed.secretAccessKey,
      XDG_CACHE_HOME: join(root, 'cache'),
    },
  });
}

async function run(script: string, words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<void> {
  const settings = { ...cleanEnvironment(), MLFLOW_DISABLE_TELEMETRY: 'true', ...env };
  await promisify(execFile)(testProgram('python'), [join(checkout, 'test/support', script), ...words], { env: settings });
}

async function call<T>(server: TestServer, method: string, path: string, content?: unknown): Promise<T> {
  const headers = { ...bearer(admin), 'content-type': 'application/json' };
  const response = await send(server.url, { method, path, headers, ...(content === undefined ? {} : { body: JSON.stringify(content) }) });
  if (response.status !== 200) throw new Error(`${method} ${path} answered ${response.status}: ${response.text}`);
  return JSON.parse(response.text) as T;
}

const moveAlias = (server: TestServer, version: number) =>
  call(server, 'POST', '/api/1/models/line/promote', { target: { kind: 'alias', name: 'champion' }, version });
const detail = (server: TestServer) => call<EndpointDetail>(server, 'GET', '/api/1/endpoints/line');

/** The version that answers, and what it answers to a = 1.5, b = 0.25. */
async function answer(server: TestServer): Promise<{ version: string; value: number | undefined }> {
  const inputs = [1.5, 0.25].map((value, index) => ({ name: ['a', 'b'][index], datatype: 'FP64', shape: [1], data: [value] }));
  const { model_version: version, outputs } = await call<{ model_version: string; outputs: { data: number[] }[] }>(
    server,
    'POST',
    '/v2/models/line/infer',
    { inputs },
  );
  return { version, value: outputs[0]!.data[0] };
}

/** What `register_onnx.py` and `make_twins.py` made. */
const expected: Readonly<Record<number, object>> = {
  1: { version: '1', value: 1003.25 },
  2: { version: '2', value: 2003.25 },
  3: { version: '3', value: 3.75 },
};

async function serves(server: TestServer, version: number): Promise<void> {
  await vi.waitFor(async () => expect(await answer(server)).toEqual(expected[version]), patience);
  await vi.waitFor(async () => expect((await detail(server)).endpoint).toMatchObject({ state: 'serving', live: { version } }), patience);
}

test('an alias that is moved by one server is followed by both', async () => {
  await moveAlias(first, 1);
  await Promise.all([serves(first, 1), serves(second, 1)]);
  await moveAlias(second, 2);
  await Promise.all([serves(first, 2), serves(second, 2)]);
  for (const server of [first, second]) expect((await detail(server)).endpoint).toMatchObject({ before: 1, pinned: null });
});

test('a rollback by one server holds on both, until the other one ends it', async () => {
  expect(await call(first, 'POST', '/api/1/endpoints/line/rollback', { reason: 'worse' })).toEqual({ version: 1 });
  expect(await answer(first)).toEqual(expected[1]);
  await Promise.all([serves(first, 1), serves(second, 1)]);
  for (const server of [first, second]) expect((await detail(server)).endpoint.pinned).toMatchObject({ version: 1, reason: 'worse' });
  await call(second, 'POST', '/api/1/endpoints/line/deploy');
  await Promise.all([serves(first, 2), serves(second, 2)]);
});

test('where one is killed in the middle of a deployment, the other serves the version, and tells that the first gave it up', async () => {
  python.close();
  await moveAlias(second, 3);
  const tried = { state: 'swapping', live: { version: 2 }, preparing: { version: 3 } };
  for (const server of [first, second])
    await vi.waitFor(async () => expect((await detail(server)).endpoint).toMatchObject(tried), patience);
  await first.stop('SIGKILL');
  expect(await answer(second)).toEqual(expected[2]);
  python.open();
  await serves(second, 3);
  await vi.waitFor(async () => {
    const { deployments } = await detail(second);
    const ofThird = deployments.filter(({ version }) => version === 3).map(({ state, message }) => ({ state, message }));
    expect(ofThird).toHaveLength(2);
    expect(ofThird).toContainEqual({ state: 'given up', message: 'its server ended before it was ready' });
    expect(ofThird.map(({ state }) => state)).toContain('live');
  }, patience);
  expect((await detail(second)).endpoint).toMatchObject({ state: 'serving', problem: null });

  first = await start('first');
  await Promise.all([serves(first, 3), serves(second, 3)]);
  await call(first, 'POST', '/api/1/endpoints/line/rollback', { reason: 'a drill' });
  await Promise.all([serves(first, 2), serves(second, 2)]);
});
