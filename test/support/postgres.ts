import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePorts } from './free-ports.ts';
import { startServer, untilReady } from './server-process.ts';

const run = promisify(execFile);

export interface Postgres {
  /** Of an empty database; `createDatabase` makes more. */
  readonly url: string;
  /** @returns the URL of a new, empty database */
  createDatabase(name: string): Promise<string>;
  stop(): Promise<void>;
}

/**
 * A real PostgreSQL on a free loopback port that asks no password. PostgreSQL refuses to run as root: there it runs as the user
 * `postgres`, which Debian's package makes.
 */
export async function startPostgres(): Promise<Postgres> {
  const bin = await findBin();
  const folder = await mkdtemp(join(tmpdir(), 'postgres-'));
  const data = join(folder, 'data');
  const [port] = await freePorts(1);
  const as = await unprivileged(folder);
  await mkdir(join(folder, 'log'));
  const env = { ...process.env, LC_ALL: 'C.UTF-8' };
  await run(...as(join(bin, 'initdb'), ['-D', data, '-A', 'trust', '-U', 'postgres', '-N', '-E', 'UTF8']), { cwd: folder, env });
  const options = ['-D', data, '-p', `${port}`, '-h', '127.0.0.1', '-k', folder, '-F', '-c', 'max_connections=200'];
  const server = startServer(...as(join(bin, 'postgres'), options), join(folder, 'log/server'), { cwd: folder, env });
  const url = (database: string): string => `postgres://postgres@127.0.0.1:${port}/${encodeURIComponent(database)}`;
  const stop = async (): Promise<void> => {
    await server.kill();
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  };
  try {
    await untilReady(server, () => answers(url('postgres')));
  } catch (error) {
    await stop();
    throw error;
  }
  const createDatabase = async (name: string): Promise<string> => {
    await query(url('postgres'), `CREATE DATABASE ${pg.escapeIdentifier(name)}`);
    return url(name);
  };
  return { url: await createDatabase('empty'), createDatabase, stop };
}

/** The folder of `initdb` and `postgres`: on PATH, or Debian's, which keeps them off it. */
async function findBin(): Promise<string> {
  const onPath = (process.env['PATH'] ?? '').split(delimiter).find((folder) => folder !== '' && existsSync(join(folder, 'initdb')));
  if (onPath !== undefined) return onPath;
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? (await readdir(debian)).toSorted((a, b) => Number(b) - Number(a)) : [];
  for (const version of versions) if (existsSync(join(debian, version, 'bin/initdb'))) return join(debian, version, 'bin');
  throw new Error('no PostgreSQL on PATH or in /usr/lib/postgresql: run tools/setup-tests.sh, or install the package postgresql');
}

type AsUser = (command: string, args: readonly string[]) => [command: string, args: string[]];

/** How to run a program without root's rights, in `folder`, which is given to that user. */
async function unprivileged(folder: string): Promise<AsUser> {
  if (process.getuid?.() !== 0) return (command, args) => [command, [...args]];
  await run('chown', ['postgres:postgres', folder]);
  await chmod(folder, 0o700);
  return (command, args) => ['setpriv', ['--reuid=postgres', '--regid=postgres', '--init-groups', command, ...args]];
}

async function answers(url: string): Promise<boolean> {
  return query(url, 'SELECT 1').then(
    () => true,
    () => false,
  );
}

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(text).finally(() => client.end());
}
