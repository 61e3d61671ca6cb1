/**
 * Tracking over HTTP, with durable commits, side by side with its peers: runs created, single metrics, batches of 1,000
 * metrics and searches, with 1 and 20 clients.
 *
 *     node bench/tracking.ts [--peers fasttrackml,mlflow,mlflow-defaults] [--rounds 7] [--seconds 0.4] [--warm 5]
 *
 * All servers run at once and are asked in turn, a short round each, so that what else the machine does hits all alike. Of
 * each figure the median of the rounds is printed, and the median of the ratios between neighbouring rounds; beside them what a
 * call costs the server in CPU time, which other work on the machine hardly changes.
 */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Connection } from './support/http-client.ts';
import { median, percentile } from './support/measure.ts';
import { countFlushes, cpuMs } from './support/process-group.ts';
import { programs, startServer, type RunningServer } from './support/tracking-servers.ts';

const { values: options } = parseArgs({
  options: {
    peers: { type: 'string', default: 'fasttrackml,mlflow' },
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '0.4' },
    warm: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
  },
});
const rounds = Number(options.rounds);
const roundMs = Number(options.seconds) * 1000;
/** Before the first round of each kind, of every server: until then V8 runs code that is not compiled well. */
const warmMs = Number(options.warm) * 1000;

/** A call that takes longer has failed: bounds the run beside a peer that locks up. */
const callLimitMs = 10_000;
const clientCounts = [1, 20] as const;

/** Runs of the experiment that is searched; each has the metrics that `wanted` asks for. */
const searchedRuns = 300;

/** One server with what the rounds need: connections, an experiment to create runs in, a run for each client, one to search. */
interface Subject extends RunningServer {
  readonly connections: readonly Connection[];
  readonly experiment: string;
  readonly runs: readonly string[];
  readonly searched: string;
}

async function call(connection: Connection, path: string, body: string): Promise<string> {
  const answer = await connection.post(`/api/2.0/mlflow/${path}`, body);
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.body.slice(0, 300)}`);
  return answer.body;
}

async function prepare(server: RunningServer): Promise<Subject> {
  const connections = Array.from({ length: Math.max(...clientCounts) }, () => new Connection(server.port, callLimitMs));
  const [first] = connections;
  const experiment = await createExperiment(first!, 'bench');
  const searched = await createExperiment(first!, 'searched');
  const runs: string[] = [];
  for (const _ of connections) runs.push(await createRun(first!, experiment));
  for (let index = 0; index < searchedRuns; index += 1) {
    const run_id = await createRun(first!, searched);
    const metrics = ['loss', 'accuracy', 'rmse'].map((key) => ({
      key,
      value: index / searchedRuns,
      timestamp: 1_700_000_000_000,
      step: 1,
    }));
    const params = ['depth', 'rate', 'trees', 'seed'].map((key) => ({ key, value: `${index}` }));
    await call(first!, 'runs/log-batch', JSON.stringify({ run_id, metrics, params }));
  }
  return { ...server, connections, experiment, runs, searched };
}

async function createExperiment(connection: Connection, name: string): Promise<string> {
  return (JSON.parse(await call(connection, 'experiments/create', JSON.stringify({ name }))) as { experiment_id: string }).experiment_id;
}

async function createRun(connection: Connection, experiment_id: string): Promise<string> {
  const answer = await call(connection, 'runs/create', JSON.stringify({ experiment_id, start_time: Date.now() }));
  return (JSON.parse(answer) as { run: { info: { run_id: string } } }).run.info.run_id;
}

interface Kind {
  readonly what: string;
  /** How much a call counts for. */
  readonly weight: number;
  path: string;
  /** Texts of the calls; made before the clock runs. */
  body(subject: Subject, client: number, index: number): string;
}

let step = 0;
const metric = (key: string, at: number): object => ({ key, value: Math.sin(at), timestamp: 1_700_000_000_000 + at, step: at });
const search = (filter: string, max_results: number) => (subject: Subject) =>
  JSON.stringify({ experiment_ids: [subject.searched], filter, order_by: ['metrics.loss DESC'], max_results });

const kinds: readonly Kind[] = [
  {
    what: 'runs created',
    weight: 1,
    path: 'runs/create',
    body: (subject) => JSON.stringify({ experiment_id: subject.experiment, start_time: Date.now() }),
  },
  {
    what: 'single metrics',
    weight: 1,
    path: 'runs/log-metric',
    body: (subject, client) => JSON.stringify({ run_id: subject.runs[client], ...metric('loss', (step += 1)) }),
  },
  {
    what: 'metrics in batches of 1,000',
    weight: 1000,
    path: 'runs/log-batch',
    body: (subject, client) => {
      step += 100;
      const metrics = Array.from({ length: 1000 }, (_, index) => metric(`metric_${index % 10}`, step + Math.floor(index / 10)));
      return JSON.stringify({ run_id: subject.runs[client], metrics });
    },
  },
  { what: 'searches that find 1 run', weight: 1, path: 'runs/search', body: search("params.depth = '150'", 100) },
  { what: 'searches that find 100 runs', weight: 1, path: 'runs/search', body: search('metrics.loss < 0.5', 100) },
];

interface Round {
  readonly perSecond: number;
  readonly calls: number;
  readonly cpuMs: number;
  readonly failures: number;
  readonly times: readonly number[];
}

/** Calls from as many loops as there are clients, for the time of a round. */
async function measureRound(subject: Subject, kind: Kind, clients: number, milliseconds = roundMs): Promise<Round> {
  const times: number[] = [];
  let failures = 0;
  const cpuBefore = cpuMs(subject.pid);
  const began = performance.now();
  await Promise.all(
    subject.connections.slice(0, clients).map(async (connection, client) => {
      for (let index = 0; performance.now() - began < milliseconds; index += 1) {
        const body = kind.body(subject, client, index);
        const start = performance.now();
        try {
          await call(connection, kind.path, body);
          times.push(performance.now() - start);
        } catch {
          failures += 1; // counted and printed: a peer that fails under load is a result too
        }
      }
    }),
  );
  const elapsed = (performance.now() - began) / 1000;
  return { perSecond: (times.length * kind.weight) / elapsed, calls: times.length, cpuMs: cpuMs(subject.pid) - cpuBefore, failures, times };
}

/** How late the main thread of our server is under the same calls, for longer than a round: `/metrics` tells of the time between two readings. */
async function mainThreadDelay(ours: Subject, kind: Kind, clients: number): Promise<string> {
  const read = async (): Promise<string> => (await ours.connections[0]!.send('GET', '/metrics', '')).body;
  await read();
  await measureRound(ours, kind, clients, 1500);
  const body = await read();
  const milliseconds = (name: string): string => {
    const found = new RegExp(`^nodejs_eventloop_lag_${name}_seconds (\\S+)$`, 'm').exec(body);
    return found === null ? '-' : (Number(found[1]) * 1000).toFixed(1);
  };
  return `main-thread delay of ours: p50 ${milliseconds('p50')} ms, p99 ${milliseconds('p99')} ms, longest ${milliseconds('max')} ms`;
}

async function measure(subjects: readonly Subject[], kind: Kind, clients: number): Promise<void> {
  const results = subjects.map((): Round[] => []);
  for (const subject of subjects) await measureRound(subject, kind, clients, clients === 1 ? warmMs : roundMs);
  for (let round = 0; round < rounds; round += 1) {
    // Another order each time: nobody always comes after the same neighbour.
    const turns = subjects.map((_, index) => (index + round) % subjects.length);
    for (const turn of turns) results[turn]!.push(await measureRound(subjects[turn]!, kind, clients));
  }
  const delay = await mainThreadDelay(subjects[0]!, kind, clients);
  console.log(`\n${kind.what}, ${clients === 1 ? '1 client' : `${clients} clients`}`);
  for (const [index, subject] of subjects.entries()) print(subject, results[index]!, index === 0 ? undefined : results[0]!);
  console.log(`  ${delay}`);
}

function print(subject: Subject, results: readonly Round[], ours: readonly Round[] | undefined): void {
  const times = results.flatMap((round) => round.times);
  const sum = (of: (round: Round) => number): number => results.reduce((total, round) => total + of(round), 0);
  const cpuMicroseconds = (sum((round) => round.cpuMs) * 1000) / sum((round) => round.calls);
  const failures = sum((round) => round.failures);
  const ratio = ours === undefined ? '' : `  ${ratioText(ours, results)}`;
  const figures = [
    `${median(results.map((round) => round.perSecond))
      .toFixed(0)
      .padStart(8)}/s`,
    `p50 ${times.length === 0 ? '-' : percentile(times, 0.5).toFixed(2)} ms`,
    `p99 ${times.length === 0 ? '-' : percentile(times, 0.99).toFixed(2)} ms`,
    `CPU ${cpuMicroseconds.toFixed(0).padStart(5)} µs/call`,
  ];
  console.log(`  ${subject.name.padEnd(34)}${figures.join('  ')}${failures === 0 ? '' : `  ${failures} failed`}${ratio}`);
}

/** The median of the ratios between rounds that were next to each other. */
function ratioText(ours: readonly Round[], theirs: readonly Round[]): string {
  const ratio = median(ours.map((round, index) => round.perSecond / theirs[index]!.perSecond));
  return Number.isFinite(ratio) ? `millwright is ${ratio.toFixed(1)}×` : 'answered nothing in most rounds';
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
  });
  closeSync(file);
  rmSync(folder, { recursive: true });
  return median(times);
}

async function printFlushes(subject: Subject): Promise<void> {
  const [connection] = subject.connections;
  const flushes = await countFlushes(subject.pid, async () => {
    for (let index = 0; index < 20; index += 1) {
      await call(connection!, 'runs/log-metric', JSON.stringify({ run_id: subject.runs[0], ...metric('flushed', (step += 1)) }));
    }
  });
  const text =
    flushes === undefined ? 'cannot be traced (no strace, or no right to)' : `${flushes} flushes to the disk in 20 calls that log a metric`;
  console.log(`${subject.name}: ${text}`);
}

console.log(`fdatasync of the disk: p50 ${fdatasyncP50().toFixed(2)} ms`);
const subjects: Subject[] = [];
try {
  for (const name of ['millwright', ...options.peers.split(',').filter((item) => item !== 'none')]) {
    const program = programs[name];
    if (program === undefined) throw new Error(`no peer '${name}': ${Object.keys(programs).join(', ')}`);
    try {
      subjects.push(await prepare(await startServer(program)));
    } catch (error) {
      if (name === 'millwright') throw error;
      console.log(`${program.name} is left out: ${(error as Error).message}`);
    }
  }
  // One client first: a peer that twenty have choked answers slowly for a while.
  for (const clients of clientCounts)
    for (const kind of kinds.filter(({ what }) => what.includes(options.only))) await measure(subjects, kind, clients);
  console.log('');
  for (const subject of subjects) await printFlushes(subject);
} finally {
  await Promise.all(
    subjects.map(async (subject) => {
      for (const connection of subject.connections) connection.close();
      await subject.stop();
    }),
  );
}
