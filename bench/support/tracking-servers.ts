/** The servers that bench/tracking.ts asks: ours and its peers, each in a process group and a folder of its own. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from '../../test/support/free-ports.ts';
import { root } from './measure.ts';

export interface RunningServer {
  readonly name: string;
  readonly port: number;
  /** Leader of its process group. */
  readonly pid: number;
  stop(): Promise<void>;
}

interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

interface Program {
  readonly name: string;
  command(port: number, folder: string): Command;
  /** Makes its program be there. @throws where it cannot be had, saying why */
  readonly install?: () => void;
}

const python = join(root, 'build/test-env/bin');
const fasttrackml = join(root, 'build/fasttrackml-env');
const mlflowArgs = (port: number, folder: string): string[] => [
  'server', '--backend-store-uri', `sqlite:///${folder}/mlflow.db`, '--artifacts-destination', `${folder}/artifacts`, '--port', `${port}`,
]; // prettier-ignore

export const programs: Readonly<Record<string, Program>> = {
  millwright: {
    name: 'millwright',
    command: (port, folder) => ({ command: join(root, 'bin/millwright'), args: ['up', '--port', `${port}`, '--state', folder] }),
  },
  fasttrackml: {
    name: 'FastTrackML 0.6.0',
    install: installFastTrackMl,
    command: (port, folder) => ({
      command: join(fasttrackml, 'bin/fml'),
      args: ['server', '-a', `127.0.0.1:${port}`, '-d', `sqlite://${folder}/fml.db`],
    }),
  },
  mlflow: {
    name: 'mlflow server (1 worker, no jobs)',
    command: (port, folder) => ({
      command: join(python, 'mlflow'),
      args: [...mlflowArgs(port, folder), '--workers', '1'],
      env: { MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false' },
    }),
  },
  'mlflow-defaults': {
    name: 'mlflow server (defaults)',
    command: (port, folder) => ({ command: join(python, 'mlflow'), args: mlflowArgs(port, folder) }),
  },
};

/** Its wheel carries one program, written in Go, and asks for nothing else. */
function installFastTrackMl(): void {
  if (existsSync(join(fasttrackml, 'bin/fml'))) return;
  const steps = [
    [join(python, 'python'), '-m', 'venv', fasttrackml],
    [join(fasttrackml, 'bin/python'), '-m', 'pip', 'install', '-q', '--no-deps', 'FastTrackML==0.6.0'],
  ];
  for (const [command, ...args] of steps) {
    const { status, error, stderr } = spawnSync(command!, args, { encoding: 'utf8' });
    if (status === 0) continue;
    rmSync(fasttrackml, { recursive: true, force: true });
    throw new Error(`\`${[command, ...args].join(' ')}\` failed: ${error?.message ?? stderr.trim()}`);
  }
}

/**
 * @param folder where its state lies; removed when it stops
 * @throws where the program is not there or does not answer
 */
export async function startServer(program: Program, folder = mkdtempSync(join(tmpdir(), 'bench-tracking-'))): Promise<RunningServer> {
  program.install?.();
  const [port] = await freePorts(1);
  const { command, args, env } = program.command(port!, folder);
  if (!existsSync(command)) throw new Error(`${command} is not there: run \`sh tools/setup-tests.sh\``);
  const server = spawn(command, args, { stdio: 'ignore', env: { ...process.env, ...env }, detached: true });
  const stop = (): Promise<void> => stopGroup(server, folder);
  try {
    await untilHealthy(port!, server);
  } catch (error) {
    await stop();
    throw error;
  }
  return { name: program.name, port: port!, pid: server.pid!, stop };
}

async function stopGroup(server: ChildProcess, folder: string): Promise<void> {
  if (server.exitCode === null) {
    const gone = new Promise<void>((resolve) => server.once('exit', () => resolve()));
    const insist = setTimeout(() => process.kill(-server.pid!, 'SIGKILL'), 5_000);
    process.kill(-server.pid!, 'SIGTERM');
    await gone;
    clearTimeout(insist);
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}

async function untilHealthy(port: number, server: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 1200; attempt += 1) {
    if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`);
    const answer = await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined);
    if (answer?.ok === true) return;
    await delay(100);
  }
  throw new Error('the server was not ready in two minutes');
}
