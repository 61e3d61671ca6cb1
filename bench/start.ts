/**
 * What a person waits for and a machine gives away: `--help`, start to the first 200, memory of an idle server; medians of ten.
 * The peer is `mlflow server` of the test environment, once (it takes seconds).
 *
 *     node bench/start.ts [--times 10] [--no-peer]
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { freePorts } from '../test/support/free-ports.ts';
import { median, report, root, runTimed, type Figure } from './support/measure.ts';
import { groupMiB } from './support/process-group.ts';

const { values: options } = parseArgs({
  options: { times: { type: 'string', default: '10' }, 'no-peer': { type: 'boolean', default: false } },
});
const times = Number(options.times);
const launcher = join(root, 'bin/millwright');
const mlflow = join(root, 'build/test-env/bin/mlflow');

interface Started {
  readonly firstMs: number;
  readonly idleMiB: number;
}

/** Starts a server in a folder of its own, asks `/health` until it says 200, lets it be idle, and ends it. */
async function startOnce(command: string, argsOf: (port: number, folder: string) => string[]): Promise<Started> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-start-'));
  const [port] = await freePorts(1);
  const began = performance.now();
  const child = spawn(command, argsOf(port!, folder), { stdio: 'ignore', detached: true });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  try {
    while (!(await isUp(port!))) if (child.exitCode !== null) throw new Error(`${command} ended with ${child.exitCode} at its start`);
    const firstMs = performance.now() - began;
    await setTimeout(3_000);
    return { firstMs, idleMiB: groupMiB(child.pid!) };
  } finally {
    process.kill(-child.pid!, 'SIGTERM');
    await gone;
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
}

async function isUp(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/health`)).ok;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    await setTimeout(2);
    return false;
  }
}

async function repeat<T>(count: number, once: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let index = 0; index < count; index += 1) results.push(await once());
  return results;
}

const help = await repeat(times, () => runTimed(launcher, ['--help']));
const ours = await repeat(times, () => startOnce(launcher, (port, folder) => ['up', '--port', `${port}`, '--state', folder]));
const peer = options['no-peer'] || !existsSync(mlflow) ? undefined : await startOnce(mlflow, peerArgs);
const peerHelp = peer === undefined ? undefined : await runTimed(mlflow, ['--help']);

function peerArgs(port: number, folder: string): string[] {
  return [
    'server',
    '--backend-store-uri',
    `sqlite:///${folder}/mlflow.db`,
    '--artifacts-destination',
    `${folder}/artifacts`,
    '--port',
    `${port}`,
  ];
}

const beside = (value: number, other: number | undefined): Pick<Figure, 'peer'> =>
  other === undefined ? {} : { peer: { name: 'mlflow', value: other, ratio: other / value } };

const helpMs = median(help.map((run) => run.wallMs));
const firstMs = median(ours.map((run) => run.firstMs));
const idleMiB = median(ours.map((run) => run.idleMiB));
report('start', [
  { what: '--help', value: helpMs, unit: 'ms', target: '≤ 120 ms', ...beside(helpMs, peerHelp?.wallMs) },
  { what: 'start to the first 200', value: firstMs, unit: 'ms', target: '≤ 2 s', ...beside(firstMs, peer?.firstMs) },
  { what: 'memory of an idle server', value: idleMiB, unit: 'MiB', target: '≤ 180 MiB', ...beside(idleMiB, peer?.idleMiB) },
]);
