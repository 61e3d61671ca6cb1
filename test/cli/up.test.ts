/** `up` on back ends that are not there or do not let it in: a sentence and an exit status, never a stack. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePorts } from '../support/free-ports.ts';
import { mlflowClient } from '../support/mlflow-client.ts';
import { startPostgres, type Postgres } from '../support/postgres.ts';
import { cleanEnvironment, launcher, startTestServer, type TestServer } from '../support/server.ts';

let folder: string;
let postgres: Postgres;
let nobody: number;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'up-'));
  postgres = await startPostgres();
  [nobody] = (await freePorts(1)) as [number];
});
afterAll(async () => {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Where the server starts after all, the time limit ends it and `status` is null. */
function up(env: Readonly<Record<string, string>>, ...words: string[]) {
  const args = ['up', '--port', '0', '--state', join(folder, 'state'), ...words];
  const { status, stdout, stderr } = spawnSync(launcher, args, {
    env: { ...cleanEnvironment(), ...env },
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}

const withDatabase = (url: string, ...words: string[]) => up({ MILLWRIGHT_DATABASE_URL: url }, ...words);

test('a PostgreSQL that does not answer: come again later (75), and the password is in no message', () => {
  expect(withDatabase(`postgres://ada:geheim@127.0.0.1:${nobody}/db`)).toEqual({
    status: 75,
    stdout: '',
    stderr: 'millwright: PostgreSQL does not answer (ECONNREFUSED): check MILLWRIGHT_DATABASE_URL and the server\n',
  });
  const { status, stderr } = withDatabase(`postgres://ada:geheim@127.0.0.1:${nobody}/db`, '--json');
  expect([status, JSON.parse(stderr)]).toEqual([
    75,
    {
      error: {
        code: 'TEMPORARILY_UNAVAILABLE',
        message: 'PostgreSQL does not answer (ECONNREFUSED): check MILLWRIGHT_DATABASE_URL and the server',
      },
    },
  ]);
});

test('a PostgreSQL that knows no such database or user, or lets it make no tables: the setting is wrong (78)', async () => {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query('create role reader login').finally(() => client.end());
  const reader = new URL(postgres.url);
  reader.username = 'reader';
  const encrypted = new URL(postgres.url);
  encrypted.searchParams.set('sslmode', 'verify-full');
  const elsewhere = new URL(postgres.url);
  elsewhere.pathname = '/nowhere';
  const stranger = new URL(postgres.url);
  stranger.username = 'nobody-of-that-name';
  for (const [url, reason] of [
    [elsewhere, 'database "nowhere" does not exist'],
    [stranger, 'role "nobody-of-that-name" does not exist'],
    [reader, 'permission denied for schema public'],
    [encrypted, 'The server does not support SSL connections'],
  ] as const) {
    expect(withDatabase(url.href)).toEqual({
      status: 78,
      stdout: '',
      stderr: `millwright: PostgreSQL refuses MILLWRIGHT_DATABASE_URL (${reason}): correct it, or make the user and the database\n`,
    });
  }
});

test.each(['mysql://127.0.0.1/db', 'postgres://ada:geheim@', 'postgres://ada:geheim@127.0.0.1:99999/db', 'postgres://ada:a/b@host/db'])(
  'the database URL %s cannot be read (78)',
  (url) => {
    const form = 'postgres://USER:PASSWORD@HOST:PORT/DATABASE, its parts percent-encoded';
    expect(withDatabase(url)).toEqual({
      status: 78,
      stdout: '',
      stderr: `millwright: MILLWRIGHT_DATABASE_URL must be ${form}; leave it unset for the embedded database\n`,
    });
  },
);

test.each(['minio:9000', 'localhost', 'ftp://localhost', 'http://'])('the S3 endpoint %s cannot be read (78)', (endpoint) => {
  expect(up({ MILLWRIGHT_ARTIFACTS_URL: 's3://bucket/prefix', MILLWRIGHT_S3_ENDPOINT: endpoint })).toEqual({
    status: 78,
    stdout: '',
    stderr: `millwright: MILLWRIGHT_S3_ENDPOINT is '${endpoint}': it must begin with http:// or https://\n`,
  });
});

describe('a server whose S3 or PostgreSQL is away', () => {
  let server: TestServer;
  let own: Postgres;
  beforeAll(async () => {
    own = await startPostgres();
    server = await startTestServer({
      env: {
        MILLWRIGHT_DATABASE_URL: own.url,
        MILLWRIGHT_ARTIFACTS_URL: 's3://bucket/prefix',
        MILLWRIGHT_S3_ENDPOINT: `http://127.0.0.1:${nobody}`,
        MILLWRIGHT_LOG_LEVEL: 'silent',
        AWS_ACCESS_KEY_ID: 'a',
        AWS_SECRET_ACCESS_KEY: 'b',
      },
    });
  });
  afterAll(async () => {
    await server.stop();
    await own.stop();
  });

  test('answers 503 with Retry-After to what needs them, and the rest as ever', async () => {
    const { must } = mlflowClient(() => server);
    const { run } = await must<{ run: { info: { run_id: string } } }>('POST', 'runs/create', { experiment_id: '0' });
    const file = `${server.url}/api/2.0/mlflow-artifacts/artifacts/0/${run.info.run_id}/artifacts/x`;
    for (const sent of [fetch(file, { method: 'PUT', body: 'x' }), fetch(file)]) {
      const { code, text } = await unavailable(await sent);
      expect(code).toBe('TEMPORARILY_UNAVAILABLE');
      expect(text).toContain(`s3://bucket at http://127.0.0.1:${nobody} failed on `);
    }
    await must('GET', 'runs/get', { run_id: run.info.run_id });

    await own.stop();
    const { code, text } = await unavailable(await fetch(`${server.url}/api/2.0/mlflow/runs/get?run_id=${run.info.run_id}`));
    expect(code).toBe('TEMPORARILY_UNAVAILABLE');
    expect(text).toContain('PostgreSQL does not answer');
    expect((await unavailable(await fetch(`${server.url}/api/1/models`))).text).toContain('PostgreSQL does not answer');
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
  });

  async function unavailable(response: Response): Promise<{ code: string; text: string }> {
    const text = await response.text();
    expect([response.status, response.headers.get('retry-after'), text]).toEqual([503, '1', expect.not.stringMatching(/\bat .*\.js:\d/)]);
    const body = JSON.parse(text) as { error_code?: string; error?: { code: string } };
    return { code: body.error_code ?? body.error?.code ?? '', text };
  }
});
