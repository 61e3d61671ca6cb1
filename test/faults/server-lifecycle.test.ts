/** How a server begins and ends, and what it says where it cannot. */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { bearer, send } from '../support/http.ts';
import { startPostgres, type Postgres } from '../support/postgres.ts';
import { cleanEnvironment, launcher, startTestServer } from '../support/server.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'millwright-life-'));
  folders.push(folder);
  return folder;
}

/** Runs a command line to its end; one that should have ended and did not is killed after a minute. */
function run(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): { status: number | null; stdout: string; stderr: string } {
  const cwd = newFolder();
  return spawnSync(launcher, args, { cwd, env: { ...cleanEnvironment(), HOME: cwd, ...env }, encoding: 'utf8', timeout: 60_000 });
}

/** As `run`, while this process goes on answering. */
function ended(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<{ status: number | null; stderr: string }> {
  const child = spawn(launcher, args, { env: { ...cleanEnvironment(), ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, stderr })));
}

/** Changes a database behind the back of its server, which has ended. */
async function execute(env: Readonly<Record<string, string>>, stateDirectory: string, statement: string): Promise<void> {
  const url = env['MILLWRIGHT_DATABASE_URL'];
  if (url === undefined) {
    const database = new DatabaseSync(join(stateDirectory, 'millwright.db'));
    database.exec(statement);
    return database.close();
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}

describe.each(['SQLite', 'PostgreSQL'] as const)('on %s', (kind) => {
  let postgres: Postgres | undefined;
  let databases = 0;
  beforeAll(async () => {
    if (kind === 'PostgreSQL') postgres = await startPostgres();
  });
  afterAll(() => postgres?.stop());

  /** The settings of a server whose database is new; the embedded one lies in the state directory. */
  async function newDatabase(): Promise<Record<string, string>> {
    databases += 1;
    return postgres === undefined ? {} : { MILLWRIGHT_DATABASE_URL: await postgres.createDatabase(`life${databases}`) };
  }

  describe('one state', () => {
    test('has one server: a second ends with 75 and names the first', async () => {
      const env = await newDatabase();
      const server = await startTestServer({ env });
      const second = run(['up', '--port', '0', '--state', server.stateDirectory], env);
      expect([second.status, second.stdout, second.stderr]).toEqual([
        75,
        '',
        `millwright: ${server.stateDirectory} belongs to the server at ${server.url} (process ${server.pid}): use that server, stop it, or choose another folder\n`,
      ]);
      expect((await send(server.url, { path: '/health' })).status).toBe(200);
      expect(await server.stop()).toBe(0);
    });

    test('is free again after kill -9, and its token goes on', async () => {
      const stateDirectory = newFolder();
      const env = await newDatabase();
      const first = await startTestServer({ stateDirectory, env });
      expect(await first.stop('SIGKILL')).toBe('SIGKILL');
      const second = await startTestServer({ stateDirectory, env });
      expect(second.token).toBe(first.token);
      expect((await send(second.url, { path: '/api/1/tokens', headers: bearer(first.token) })).status).toBe(200);
      expect(statSync(join(stateDirectory, 'token')).mode & 0o777).toBe(0o600);
      expect(await second.stop()).toBe(0);
    });

    test('of a newer version is refused with 78 and left as it is', async () => {
      const stateDirectory = newFolder();
      const env = await newDatabase();
      const server = await startTestServer({ stateDirectory, env });
      await server.stop();
      await execute(env, stateDirectory, "insert into schema_migrations (name, applied_at) values ('9999-of-the-future', 0)");
      const { status, stderr } = run(['up', '--port', '0', '--state', stateDirectory], env);
      expect([status, stderr]).toEqual([
        78,
        "millwright: the database was written by a newer version of Millwright (it has the migration '9999-of-the-future'): upgrade Millwright, or start with another --state\n",
      ]);
    });

    test('copied while nobody serves it opens elsewhere', async () => {
      const stateDirectory = newFolder();
      const env = await newDatabase();
      await (await startTestServer({ stateDirectory, env })).stop();
      const copy = join(newFolder(), 'copy');
      cpSync(stateDirectory, copy, { recursive: true });
      const server = await startTestServer({ stateDirectory: copy, env });
      expect(await server.stop()).toBe(0);
    });
  });

  test('SIGTERM ends streams, lets a request that runs end, and exits with 0', async () => {
    const server = await startTestServer({ env: await newDatabase() });
    const reader = (await fetch(`${server.url}/api/1/events/stream`)).body!.getReader();
    await reader.read();
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    const body = JSON.stringify({ name: 'asked before the end' });
    const head = [
      'POST /api/2.0/mlflow/experiments/create HTTP/1.1',
      'Host: localhost',
      'Content-Type: application/json',
      'Expect: 100-continue',
    ];
    socket.write(`${head.join('\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n`);
    // The server asks for the body: it has begun with this request.
    while (!answer.includes('100 Continue')) await once(socket, 'data');
    const stopped = server.stop('SIGTERM');
    while (!(await reader.read()).done);
    socket.write(body);
    await once(socket, 'close');
    expect(answer).toMatch(/HTTP\/1\.1 200 OK[^]*"experiment_id"/);
    expect(await stopped).toBe(0);
  });

  describe('beyond loopback', () => {
    test("neither the owner's token nor a browser's session opens the door; a token made on purpose does", async () => {
      const stateDirectory = newFolder();
      const env = await newDatabase();
      const local = await startTestServer({ stateDirectory, env });
      expect((await send(local.url, { path: new URL(local.login).search.replace(/^/, '/') })).status).toBe(303);
      const headers = bearer(local.token);
      await local.stop();
      expect(run(['up', '--port', '0', '--host', '0.0.0.0', '--state', stateDirectory], env).status).toBe(78);
      const again = await startTestServer({ stateDirectory, env });
      expect(
        (await send(again.url, { method: 'POST', path: '/api/1/tokens', headers, body: '{"name":"ops","role":"admin"}' })).status,
      ).toBe(200);
      await again.stop();
      const open = await startTestServer({ stateDirectory, env, args: ['--host', '0.0.0.0'] });
      expect((await send(open.url, { path: '/health' })).status).toBe(200);
      expect(await open.stop()).toBe(0);
    });

    test("the operator's token of the environment ends with the first start without it", async () => {
      const stateDirectory = newFolder();
      const database = await newDatabase();
      const env = { ...database, MILLWRIGHT_ADMIN_TOKEN: 'first-of-the-operator' };
      const status = async (start: Parameters<typeof startTestServer>[0], token: string): Promise<number> => {
        const server = await startTestServer({ stateDirectory, ...start });
        const answer = await send(server.url, { path: '/api/1/tokens', headers: bearer(token) });
        await server.stop();
        return answer.status;
      };
      expect(await status({ env }, env.MILLWRIGHT_ADMIN_TOKEN)).toBe(200);
      expect(await status({ env: { ...database, MILLWRIGHT_ADMIN_TOKEN: 'second' } }, env.MILLWRIGHT_ADMIN_TOKEN)).toBe(401);
      expect(await status({ env: database }, 'second')).toBe(401);
      expect(await status({ env }, env.MILLWRIGHT_ADMIN_TOKEN)).toBe(200);
      await expect(ended(['up', '--port', '0', '--host', '0.0.0.0', '--state', stateDirectory], database)).resolves.toMatchObject({
        status: 78,
      });
    });
  });
});

test('a state that cannot be a folder is a wrong setting', () => {
  const { status, stderr } = run(['up', '--port', '0', '--state', '/dev/null/state']);
  expect([status, stderr]).toEqual([
    78,
    'millwright: the state cannot be kept in /dev/null/state (ENOTDIR): choose another folder with --state\n',
  ]);
});

test('a port in use ends with 69 and names it', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => holder.once('listening', resolve));
  const { port } = holder.address() as AddressInfo;
  const { status, stderr } = await ended(['up', '--port', `${port}`, '--state', newFolder()]);
  expect([status, stderr]).toEqual([
    69,
    `millwright: port ${port} on 127.0.0.1 is in use: choose another with --port, or 0 for a free one\n`,
  ]);
  await new Promise((resolve) => holder.close(resolve));
});

describe('beyond loopback', () => {
  test.each(['0.0.0.0', '::', '192.0.2.1', ''])("--host %j without an administrator's token ends with 78 at once", (host) => {
    const { status, stdout, stderr } = run(['up', '--port', '0', '--host', host, '--state', newFolder()]);
    expect([status, stdout]).toEqual([78, '']);
    expect(stderr).toContain('MILLWRIGHT_ADMIN_TOKEN');
  });
});

describe('the command line', () => {
  test.each(commands.map((command) => command.name))('%s --help shows an example and exits with 0', (name) => {
    const { status, stdout, stderr } = run([name, '--help']);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/Examples?:\n {2}\$ millwright |Examples?:\n {2}\$ .*millwright /);
  });

  test.each([
    [['up', '--prot', '1'], "error: unknown option '--prot'\n(Did you mean --port?)\n"],
    [['rpro'], "error: unknown command 'rpro'\n(Did you mean repro?)\n"],
    [['tokens', 'creat'], "error: unknown command 'creat'\n(Did you mean create?)\n"],
    [['up', '--port', '70000'], "millwright: --port is '70000': it must be a whole number from 0 to 65535\n"],
    [['up', '--port', 'x'], "millwright: --port is 'x': it must be a whole number from 0 to 65535\n"],
    [['up', '--idle-exit', 'soon'], "millwright: --idle-exit is 'soon': write a number with ms, s, m or h, such as 30s\n"],
  ])('%j is a mistake of use: 64, and what to write instead', (args, message) => {
    const { status, stdout, stderr } = run(args);
    expect([status, stdout, stderr]).toEqual([64, '', message]);
  });

  test.each([
    [
      { MILLWRIGHT_LOG_LEVEL: 'loud' },
      "millwright: MILLWRIGHT_LOG_LEVEL is 'loud': it must be one of trace, debug, info, warn, error, fatal, silent\n",
    ],
    [
      { MILLWRIGHT_DATABASE_URL: 'mysql://x' },
      'millwright: MILLWRIGHT_DATABASE_URL must be postgres://USER:PASSWORD@HOST:PORT/DATABASE, its parts percent-encoded; leave it unset for the embedded database\n',
    ],
    [{ MILLWRIGHT_ARTIFACTS_URL: '/x' }, "millwright: MILLWRIGHT_ARTIFACTS_URL is '/x': it must be s3://BUCKET/PREFIX\n"],
  ])('the setting %j is named, with 78', (env, message) => {
    const { status, stdout, stderr } = run(['up', '--port', '0', '--state', newFolder()], env);
    expect([status, stdout, stderr]).toEqual([78, '', message]);
    expect(run(['--help'], env).status).toBe(0);
  });

  test('a PostgreSQL that is not there is named, without its password', () => {
    const env = { MILLWRIGHT_DATABASE_URL: 'postgres://user:very-secret@127.0.0.1:1/x' };
    const { status, stderr } = run(['up', '--port', '0', '--state', newFolder()], env);
    expect([status, stderr]).toEqual([
      75,
      'millwright: PostgreSQL does not answer (ECONNREFUSED): check MILLWRIGHT_DATABASE_URL and the server\n',
    ]);
  });
});
