/** The servers of bench/serving.ts, each on one core: Millwright with its endpoints, and the peers with one model each. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from '../../test/support/free-ports.ts';
import type { Target } from './http-load.ts';
import { root } from './measure.ts';
import { cpuMs, groupMiB } from './process-group.ts';

export const clientCore = '1';
const serverCore = '0';

export type Case = `${string}-${'onnx' | 'sklearn'}`;
export type PeerName = 'mlflow' | 'bentoml' | 'fastapi';

export interface Running {
  /** From the command to the first answered prediction. */
  readonly startMs: number;
  /** Memory of all processes after the first answer; of an endpoint of Millwright, what it added. */
  readonly residentMiB: number;
  /** A request for this many predictions. */
  readonly request: (rows: number) => Target;
  /** CPU time of all processes so far. */
  readonly cpuMs: () => number;
  readonly stop: () => Promise<void>;
}

export interface Millwright {
  endpoint(name: Case): Running;
  /** From the next request on every prediction leaves a record, or none does. */
  keepRecords(kept: boolean): Promise<void>;
  /** 99th percentile of how late the main thread was since this was asked last. */
  mainThreadDelayMs(): Promise<number>;
  readonly stop: () => Promise<void>;
}

const columns = Array.from({ length: 10 }, (_, index) => `x${index}`);
const rowsOf = (count: number): number[][] =>
  Array.from({ length: count }, (_, row) => columns.map((_, column) => Math.sin(1 + row * 10 + column)));
const json = { 'content-type': 'application/json' };
const inColumns = (rows: number): string => JSON.stringify({ dataframe_split: { columns, data: rowsOf(rows) } });

interface Peer {
  readonly path: string;
  readonly body: (rows: number) => string;
  readonly command: (python: string, model: string, port: number) => string[];
}

const peers: Readonly<Record<PeerName, Peer>> = {
  mlflow: {
    path: '/invocations',
    body: inColumns,
    command: (_, model, port) => {
      const mlflow = join(root, 'build/test-env/bin/mlflow');
      return [mlflow, 'models', 'serve', '-m', model, '--env-manager', 'local', '--port', `${port}`, '--workers', '1'];
    },
  },
  bentoml: {
    path: '/predict',
    body: (rows) => JSON.stringify({ data: rowsOf(rows) }),
    command: (python, _, port) => [python, '-m', 'bentoml', 'serve', 'bento_service:Predictor', '--port', `${port}`],
  },
  fastapi: {
    path: '/predict',
    body: (rows) => JSON.stringify({ data: rowsOf(rows) }),
    command: (python, _, port) => [
      python,
      '-m',
      'uvicorn',
      'fastapi_app:app',
      '--port',
      `${port}`,
      '--log-level',
      'warning',
      '--no-access-log',
    ],
  },
};

export async function startPeer(name: PeerName, model: string, python: string): Promise<Running> {
  const { path, body, command } = peers[name];
  const [port] = await freePorts(1);
  const env = {
    ...process.env,
    BENCH_MODEL: model,
    OMP_NUM_THREADS: '1',
    PATH: `${join(root, 'build/test-env/bin')}:${process.env['PATH']}`,
  };
  const began = performance.now();
  const server = startPinned(command(python, model, port!), { env, cwd: join(root, 'bench/serving-peers'), log: `${model}.${name}.log` });
  const request = (rows: number): Target => ({ port: port!, path, headers: json, body: body(rows) });
  try {
    await untilAnswered(`http://127.0.0.1:${port}${path}`, json, body(1), server.child);
  } catch (error) {
    await server.stop();
    throw error;
  }
  const { pid } = server.child;
  return {
    startMs: performance.now() - began,
    residentMiB: groupMiB(pid!),
    request,
    cpuMs: () => cpuMs(pid!),
    stop: server.stop,
  };
}

/** A server with one endpoint for each model, records kept, as a user has it. */
export async function startMillwright(state: string, models: string, cases: readonly Case[]): Promise<Millwright> {
  rmSync(state, { recursive: true, force: true });
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const server = startPinned([join(root, 'bin/millwright'), 'up', '--port', `${port}`, '--state', state], {
    env: process.env,
    log: `${state}.log`,
  });
  try {
    await untilUp(`${url}/health`, server.child);
    const token = readFileSync(join(state, 'token'), 'utf8').trim();
    register(url, token, models);
    return await declare({ url, port: port!, headers: { ...json, authorization: `Bearer ${token}` }, ...server }, cases);
  } catch (error) {
    await server.stop();
    throw error;
  }
}

interface Started extends Pinned {
  readonly url: string;
  readonly port: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Declares one endpoint after the other, to see what each takes. */
async function declare({ url, port, headers, child, stop }: Started, cases: readonly Case[]): Promise<Millwright> {
  const pid = child.pid!;
  const put = async (names: readonly Case[], sample: number): Promise<void> => {
    const endpoints = names.map((name) => ({ name, model: `models:/${name}/1`, settings: {}, records: { sample } }));
    const answer = await fetch(`${url}/api/1/endpoints`, { method: 'PUT', headers, body: JSON.stringify({ project: 'bench', endpoints }) });
    if (!answer.ok) throw new Error(`the endpoints were not declared: ${await answer.text()}`);
  };
  const running = new Map<Case, Running>();
  for (const [index, name] of cases.entries()) {
    const before = groupMiB(pid);
    const began = performance.now();
    await put(cases.slice(0, index + 1), 1);
    const path = `/endpoints/${name}/invocations`;
    await untilAnswered(url + path, headers, inColumns(1), child);
    running.set(name, {
      startMs: performance.now() - began,
      residentMiB: groupMiB(pid) - before,
      request: (rows) => ({ port, path, headers, body: inColumns(rows) }),
      cpuMs: () => cpuMs(pid),
      stop: () => Promise.resolve(),
    });
  }
  return {
    endpoint: (name) => running.get(name)!,
    keepRecords: (kept) => put(cases, kept ? 1 : 0),
    async mainThreadDelayMs() {
      const text = await (await fetch(`${url}/metrics`, { headers })).text();
      return Number(/^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(text)?.[1]) * 1000;
    },
    stop,
  };
}

function register(url: string, token: string, models: string): void {
  const env = { ...process.env, MLFLOW_TRACKING_URI: url, MLFLOW_TRACKING_TOKEN: token };
  const script = join(root, 'bench/serving-peers/register.py');
  const { status, stderr } = spawnSync(join(root, 'build/test-env/bin/python'), [script, models], { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

interface Pinned {
  readonly child: ChildProcess;
  readonly stop: () => Promise<void>;
}

function startPinned(
  command: readonly string[],
  { log, ...options }: { readonly env: NodeJS.ProcessEnv; readonly cwd?: string; readonly log: string },
): Pinned {
  const output = openSync(log, 'w');
  const pinned = availableParallelism() < 2 ? command : ['taskset', '-c', serverCore, ...command];
  const child = spawn(pinned[0]!, pinned.slice(1), { ...options, stdio: ['ignore', output, output], detached: true });
  closeSync(output);
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    child,
    async stop() {
      if (child.exitCode !== null) return;
      const insist = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), 10_000);
      process.kill(-child.pid!, 'SIGTERM');
      await gone;
      clearTimeout(insist);
    },
  };
}

const startLimitMs = 600_000;

async function untilUp(url: string, child: ChildProcess): Promise<void> {
  await poll(child, async () => (await fetch(url)).ok);
}

async function untilAnswered(url: string, headers: Readonly<Record<string, string>>, body: string, child: ChildProcess): Promise<void> {
  await poll(child, async () => (await fetch(url, { method: 'POST', headers, body })).ok);
}

/** A server that is starting refuses connections; any other failure is one. */
async function poll(child: ChildProcess, probe: () => Promise<boolean>): Promise<void> {
  const until = performance.now() + startLimitMs;
  while (!(await probe().catch((error: unknown) => refused(error)))) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}: see its log in build/bench-serving`);
    if (performance.now() > until) throw new Error('the server did not answer in ten minutes: see its log in build/bench-serving');
    await delay(10);
  }
}

function refused(error: unknown): false {
  if (error instanceof TypeError) return false;
  throw error;
}
