/**
 * Tracking over HTTP, with durable commits, side by side with its peers on the same machine: runs created, single metrics
 * logged, metrics logged in batches of 1,000, with 1 and 20 clients, and searches.
 *
 *     node bench/tracking.ts [--peers fasttrackml,mlflow,mlflow-defaults] [--seconds 3]
 *
 * `fasttrackml` wants its program in build/fasttrackml-env (`pip install --no-deps FastTrackML==0.6.0` in a venv there).
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { freePorts } from '../test/support/free-ports.ts';

const root = join(import.meta.dirname, '..');
const { values: options } = parseArgs({
  options: { peers: { type: 'string', default: 'fasttrackml,mlflow' }, seconds: { type: 'string', default: '3' } },
});
const seconds = Number(options.seconds);

interface Peer {
  readonly name: string;
  /** Command line of the server on a port, with a folder of its own. */
  command(
    port: number,
    folder: string,
  ): { readonly command: string; readonly args: readonly string[]; readonly env?: Readonly<Record<string, string>> };
}

const python = join(root, 'build/test-env/bin');
const mlflowArgs = (port: number, folder: string): string[] => [
  'server', '--backend-store-uri', `sqlite:///${folder}/mlflow.db`, '--artifacts-destination', `${folder}/artifacts`, '--port', `${port}`,
]; // prettier-ignore

const peers: Readonly<Record<string, Peer>> = {
  millwright: {
    name: 'millwright',
    command: (port, folder) => ({ command: join(root, 'bin/millwright'), args: ['up', '--port', `${port}`, '--state', folder] }),
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
  fasttrackml: {
    name: 'FastTrackML 0.6.0',
    command: (port, folder) => ({
      command: join(root, 'build/fasttrackml-env/bin/fml'),
      args: ['server', '-a', `127.0.0.1:${port}`, '-d', `sqlite://${folder}/fml.db`],
    }),
  },
};

interface Client {
  post(path: string, body: unknown): Promise<Record<string, unknown>>;
}

/** A call that takes longer has failed: bounds the run beside a peer that locks up. */
const callLimitMs = 15_000;

function connect(port: number, connections: number): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return {
    post: (path, body) =>
      new Promise((resolve, reject) => {
        const payload = Buffer.from(JSON.stringify(body));
        const headers = { 'content-type': 'application/json', 'content-length': payload.length };
        const sent = request({ host: '127.0.0.1', port, method: 'POST', path: `/api/2.0/mlflow/${path}`, agent, headers }, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            if (response.statusCode !== 200) reject(new Error(`${path}: ${response.statusCode} ${text.slice(0, 300)}`));
            else resolve((text === '' ? {} : JSON.parse(text)) as Record<string, unknown>);
          });
        });
        sent.on('error', reject);
        sent.setTimeout(callLimitMs, () => sent.destroy(new Error(`${path}: no answer in ${callLimitMs / 1000} s`)));
        sent.end(payload);
      }),
  };
}

interface Figure {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly failures: number;
}

/** Calls `act` from as many loops as there are clients for the time of the benchmark. */
async function measure(clients: number, act: (client: number, call: number) => Promise<unknown>): Promise<Figure> {
  const times: number[] = [];
  let failures = 0;
  const began = performance.now();
  const until = began + seconds * 1000;
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      for (let call = 0; performance.now() < until; call += 1) {
        const start = performance.now();
        try {
          await act(client, call);
          times.push(performance.now() - start);
        } catch {
          failures += 1; // counted and printed: a peer that fails under load is a result too
        }
      }
    }),
  );
  const elapsed = (performance.now() - began) / 1000;
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? NaN;
  return { perSecond: times.length / elapsed, p50: at(0.5), p99: at(0.99), failures };
}

async function runSuite(peer: Peer): Promise<Map<string, Figure>> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-tracking-'));
  const [port] = await freePorts(1);
  const { command, args, env } = peer.command(port!, folder);
  const server = spawn(command, args, { stdio: 'ignore', env: { ...process.env, ...env }, detached: true });
  const gone = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const figures = new Map<string, Figure>();
  try {
    await untilHealthy(port!, server);
    for (const clients of [1, 20]) await runWith(port!, clients, figures);
    console.log(`\n${peer.name}: ${await syncsOf(server.pid!, port!)}`);
  } finally {
    const insist = setTimeout(() => process.kill(-server.pid!, 'SIGKILL'), 5_000);
    if (server.exitCode === null) process.kill(-server.pid!, 'SIGTERM');
    await gone;
    clearTimeout(insist);
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
  return figures;
}

/** How often the server flushes to the disk while it answers twenty calls, one after the other, that log a metric. */
async function syncsOf(pid: number, port: number): Promise<string> {
  const client = connect(port, 1);
  const { experiment_id } = await client.post('experiments/create', { name: 'syncs' });
  const { run } = (await client.post('runs/create', { experiment_id })) as { run: { info: { run_id: string } } };
  // A peer may answer from another process than the one that was started.
  const group = spawnSync('pgrep', ['-g', `${pid}`], { encoding: 'utf8' })
    .stdout.trim()
    .split('\n');
  const tracer = spawn('strace', ['-f', '-e', 'trace=fsync,fdatasync', ...group.flatMap((id) => ['-p', id])], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const done = new Promise<void>((resolve) => tracer.once('close', () => resolve()).once('error', () => resolve()));
  let seen = '';
  const attached = new Promise<void>((resolve) => {
    tracer.stderr.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
      if (seen.includes('attached')) resolve();
    });
  });
  await Promise.race([attached, done]);
  for (let step = 0; step < 20; step += 1) {
    await client.post('runs/log-metric', {
      run_id: run.info.run_id,
      key: 'synced',
      value: step + 1,
      timestamp: 1_700_000_000_000 + step,
      step,
    });
  }
  tracer.kill('SIGINT');
  await done;
  if (!seen.includes('attached')) return 'whether it syncs is not known (no strace, or no right to trace)';
  return `${seen.match(/f(?:data)?sync\(\d+/g)?.length ?? 0} fsyncs in 20 calls that log a metric`;
}

async function runWith(port: number, clients: number, figures: Map<string, Figure>): Promise<void> {
  const client = connect(port, clients);
  const created = await client.post('experiments/create', { name: `bench-${clients}` });
  const experiment = created['experiment_id'] as string;
  const newRun = async (): Promise<string> => {
    const { run } = (await client.post('runs/create', { experiment_id: experiment, start_time: Date.now() })) as {
      run: { info: { run_id: string } };
    };
    return run.info.run_id;
  };
  const label = clients === 1 ? '1 client' : `${clients} clients`;
  figures.set(`runs created, ${label}`, await measure(clients, newRun));
  const runs: string[] = [];
  for (let index = 0; index < clients; index += 1) runs.push(await newRun());
  figures.set(
    `single metrics, ${label}`,
    await measure(clients, (who, call) =>
      client.post('runs/log-metric', {
        run_id: runs[who],
        key: 'loss',
        value: 1 / (call + 1),
        timestamp: 1_700_000_000_000 + call,
        step: call,
      }),
    ),
  );
  const batch = await measure(clients, (who, call) => client.post('runs/log-batch', { run_id: runs[who], metrics: thousand(call) }));
  figures.set(`metrics in batches of 1,000, ${label}`, { ...batch, perSecond: batch.perSecond * 1000 });
  const search = { experiment_ids: [experiment], filter: 'metrics.loss < 0.5', order_by: ['metrics.loss DESC'], max_results: 100 };
  figures.set(`searches, ${label}`, await measure(clients, () => client.post('runs/search', search)));
}

/** Ten metrics over a hundred steps. */
function thousand(call: number): object[] {
  return Array.from({ length: 1000 }, (_, index) => {
    const step = call * 100 + Math.floor(index / 10);
    return { key: `metric_${index % 10}`, value: Math.sin(step + index), timestamp: 1_700_000_000_000 + step, step };
  });
}

async function untilHealthy(port: number, server: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 1200; attempt += 1) {
    if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`);
    const answer = await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined);
    if (answer?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the server was not ready in two minutes');
}

/** What the disk takes for one durable commit, at best: the floor of an answer with one client. */
function fdatasyncP50(): number {
  const folder = mkdtempSync(join(tmpdir(), 'bench-sync-'));
  const file = openSync(join(folder, 'file'), 'w');
  const times = Array.from({ length: 200 }, () => {
    writeSync(file, Buffer.alloc(4096));
    const start = performance.now();
    fdatasyncSync(file);
    return performance.now() - start;
  }).toSorted((a, b) => a - b);
  closeSync(file);
  rmSync(folder, { recursive: true });
  return times[100]!;
}

console.log(`fdatasync of the disk: p50 ${fdatasyncP50().toFixed(2)} ms`);
const ours = await runSuite(peers['millwright']!);
print('millwright', ours);
for (const name of options.peers.split(',').filter((item) => item !== 'none')) {
  const peer = peers[name];
  if (peer === undefined) throw new Error(`no peer '${name}': ${Object.keys(peers).join(', ')}`);
  if (!existsSync(peer.command(0, '').command)) {
    console.log(`${peer.name}: not installed (${peer.command(0, '').command})`);
    continue;
  }
  print(peer.name, await runSuite(peer), ours);
}

function print(name: string, figures: ReadonlyMap<string, Figure>, reference?: ReadonlyMap<string, Figure>): void {
  console.log(`\n${name}`);
  for (const [what, figure] of figures) {
    const ratio = reference === undefined ? '' : `  millwright is ${(reference.get(what)!.perSecond / figure.perSecond).toFixed(1)}×`;
    const failed = figure.failures === 0 ? '' : `  ${figure.failures} failed`;
    console.log(
      `  ${what.padEnd(42)} ${figure.perSecond.toFixed(0).padStart(8)}/s  p50 ${figure.p50.toFixed(2)} ms  p99 ${figure.p99.toFixed(2)} ms${failed}${ratio}`,
    );
  }
}
