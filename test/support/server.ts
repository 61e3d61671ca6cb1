/** Starts the built program's server as users do, on a free loopback port, and stops it by its process id. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const launcher = join(import.meta.dirname, '../../bin/millwright');

export interface TestServer {
  readonly url: string;
  /** One-time URL of the browser session. */
  readonly login: string;
  /** The owner's token: an administrator's. */
  readonly token: string;
  readonly stateDirectory: string;
  readonly pid: number;
  /** What it has written on stderr so far. */
  log(): string;
  /** SIGTERM (or another signal), then waits for the end. @returns the exit code, or the signal's name */
  stop(signal?: NodeJS.Signals): Promise<number | string>;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Kept by the caller; a temporary one, removed at `stop`, where absent. */
  readonly stateDirectory?: string;
  readonly args?: readonly string[];
}

export async function startTestServer(options: StartOptions = {}): Promise<TestServer> {
  const stateDirectory = options.stateDirectory ?? mkdtempSync(join(tmpdir(), 'millwright-state-'));
  const child = spawn(launcher, ['up', '--port', '0', '--state', stateDirectory, '--json', ...(options.args ?? [])], {
    env: { ...cleanEnvironment(), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // A test that fails before it stops its server leaves none behind.
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  child.once('exit', () => process.off('exit', endWithUs));
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const { url, login } = await readyLine(child);
  return {
    url,
    login,
    token: readFileSync(join(stateDirectory, 'token'), 'utf8').trim(),
    stateDirectory,
    pid: child.pid!,
    log: () => errors,
    async stop(signal = 'SIGTERM') {
      const ended = new Promise<number | string>((resolve) => child.once('exit', (code, name) => resolve(code ?? name ?? -1)));
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      const result = child.exitCode ?? child.signalCode ?? (await ended);
      if (options.stateDirectory === undefined) rmSync(stateDirectory, { recursive: true, force: true });
      return result;
    },
  };
}

/** The environment without what would lead a command to another server or another user's settings. */
export function cleanEnvironment(): Record<string, string> {
  const dropped = /^(MILLWRIGHT_|MLFLOW_|DVC_|GIT_)/;
  const kept = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined && !dropped.test(entry[0]));
  return Object.fromEntries(kept);
}

function readyLine(child: ChildProcess): Promise<{ url: string; login: string }> {
  return new Promise((resolve, reject) => {
    let out = '';
    let err = '';
    child.stdout!.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      if (out.includes('\n')) resolve(JSON.parse(out.slice(0, out.indexOf('\n'))) as { url: string; login: string });
    });
    child.stderr!.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.once('exit', (code) => reject(new Error(`the server ended with ${code} before it was ready: ${err}`)));
  });
}
