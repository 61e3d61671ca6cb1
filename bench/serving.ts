/**
 * Predictions over HTTP, side by side with the Python servers on the same machine: a linear model and a forest of 100 trees,
 * in ONNX and in scikit-learn, one row and a hundred rows a request.
 *
 *     node bench/serving.ts [--seconds 4] [--models linear,forest] [--flavors onnx,sklearn] [--peers mlflow,bentoml,fastapi]
 *
 * Every server runs on one core, the client on another. Requests/s are those of 32 busy connections; the percentiles are
 * those at half of that rate, from the time at which a request was due. At the end the cost of the inference record. CPU time a
 * request is that of all of a server's processes and hardly minds what else the machine does.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { clientCore, startMillwright, startPeer, type Case, type PeerName, type Running } from './support/prediction-servers.ts';
import { pace, saturate } from './support/http-load.ts';
import { median, percentile, root } from './support/measure.ts';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    models: { type: 'string', default: 'linear,forest' },
    flavors: { type: 'string', default: 'onnx,sklearn' },
    peers: { type: 'string', default: 'mlflow,bentoml,fastapi' },
  },
});
const seconds = Number(options.seconds);
const connections = 32;
const recordRounds = 20;
/** Before each measurement, of every server. */
const warmSeconds = 3;
/** The first ten thousands of calls run code that V8 has not compiled well yet; the peers' Python has no such phase. */
const compileSeconds = 15;
const listed = (text: string): string[] => text.split(',').filter((item) => item !== '' && item !== 'none');
const folder = join(root, 'build/bench-serving');
const python = join(root, 'build/bench-serving-env/bin/python');

interface Measured {
  readonly perSecond: number;
  readonly cpuMicros: number;
  readonly p50: number;
  readonly p99: number;
  readonly failures: number;
}

setUp();
if (availableParallelism() < 2) console.log('one core: server and client share it');
else spawnSync('taskset', ['-cp', clientCore, `${process.pid}`]);

const cases = listed(options.models).flatMap((model) => listed(options.flavors).map((flavor) => `${model}-${flavor}` as Case));
const ours = await startMillwright(join(folder, 'state'), join(folder, 'models'), cases);
try {
  await saturate(ours.endpoint(cases[0]!).request(1), connections, compileSeconds);
  for (const one of cases) await compare(one);
  console.log('');
  for (const one of cases) await printRecordCost(one);
} finally {
  await ours.stop();
}

async function compare(one: Case): Promise<void> {
  const own = ours.endpoint(one);
  console.log(`\n${one}: cold start ${own.startMs.toFixed(0)} ms, ${own.residentMiB.toFixed(0)} MiB more than without it`);
  await ours.mainThreadDelayMs();
  const results = new Map([['millwright', await measureBoth(own)]]);
  console.log(`  main-thread delay p99 meanwhile: ${(await ours.mainThreadDelayMs()).toFixed(1)} ms`);
  for (const name of listed(options.peers)) {
    const peer = await startPeer(name as PeerName, join(folder, 'models', one), python);
    try {
      console.log(`  ${name}: cold start ${peer.startMs.toFixed(0)} ms, ${peer.residentMiB.toFixed(0)} MiB`);
      results.set(name, await measureBoth(peer));
    } finally {
      await peer.stop();
    }
  }
  print(results);
}

async function measureBoth(server: Running): Promise<ReadonlyMap<number, Measured>> {
  const results = new Map<number, Measured>();
  for (const rows of [1, 100]) results.set(rows, await measure(server, rows));
  return results;
}

async function measure({ request, cpuMs }: Running, rows: number): Promise<Measured> {
  const target = request(rows);
  await saturate(target, connections, warmSeconds);
  const before = cpuMs();
  const busy = await saturate(target, connections, seconds);
  const spent = cpuMs() - before;
  const half = await pace(target, busy.perSecond / 2, connections, seconds);
  return {
    perSecond: busy.perSecond,
    cpuMicros: (spent * 1000) / Math.max(1, busy.latenciesMs.length),
    p50: median(half.latenciesMs),
    p99: percentile(half.latenciesMs, 0.99),
    failures: busy.failures + half.failures,
  };
}

/**
 * One row at half load, with and without its record in turn, so that the machine's other work meets both; the median over the rounds
 * is told, with the middle half of them.
 */
async function printRecordCost(one: Case): Promise<void> {
  const target = ours.endpoint(one).request(1);
  const { perSecond } = await saturate(target, connections, warmSeconds);
  const p99 = async (sampled: boolean): Promise<number> => {
    await ours.keepRecords(sampled);
    await pace(target, perSecond / 2, connections, 0.5);
    return percentile((await pace(target, perSecond / 2, connections, seconds / 2)).latenciesMs, 0.99);
  };
  const costs: number[] = [];
  for (let round = 0; round < recordRounds; round += 1) {
    const withFirst = round % 2 === 0 ? await p99(true) : undefined;
    const without = await p99(false);
    costs.push((withFirst ?? (await p99(true))) / without - 1);
  }
  await ours.keepRecords(true);
  const [low, middle, high] = [0.25, 0.5, 0.75].map((part) => percent(percentile(costs, part)));
  console.log(`  record of ${one}, one row at half load: p99 ${middle} (middle half of ${recordRounds} rounds: ${low} to ${high})`);
}

function percent(share: number): string {
  return `${share < 0 ? '−' : '+'}${Math.abs(share * 100).toFixed(1)} %`;
}

function print(results: ReadonlyMap<string, ReadonlyMap<number, Measured>>): void {
  for (const rows of [1, 100]) {
    const own = results.get('millwright')!.get(rows)!;
    for (const [name, byRows] of results) {
      const { perSecond, cpuMicros, p50, p99, failures } = byRows.get(rows)!;
      const beside =
        name === 'millwright'
          ? ''
          : `  millwright is ${(own.perSecond / perSecond).toFixed(1)}× (CPU ${(cpuMicros / own.cpuMicros).toFixed(1)}×)`;
      console.log(
        `  ${`${rows} row${rows === 1 ? '' : 's'}, ${name}`.padEnd(24)} ${perSecond.toFixed(0).padStart(7)}/s  ${cpuMicros.toFixed(0).padStart(6)} µs CPU` +
          `  p50 ${p50.toFixed(2)} ms  p99 ${p99.toFixed(2)} ms${failures === 0 ? '' : `  ${failures} failed`}${beside}`,
      );
    }
  }
}

/** The peers' environment and the models; what is there is left alone. */
function setUp(): void {
  const testPython = join(root, 'build/test-env/bin/python');
  const uv = join(root, 'build/test-env/bin/uv');
  if (!existsSync(uv)) throw new Error('build/test-env is not there: run `sh tools/setup-tests.sh` first');
  if (!existsSync(python)) {
    console.log('installing the peers into build/bench-serving-env');
    run(uv, ['venv', '--quiet', '--python', testPython, join(root, 'build/bench-serving-env')]);
    run(uv, ['pip', 'install', '--quiet', '--python', python, '-r', join(root, 'bench/serving-peers/requirements.txt')]);
  }
  if (!existsSync(join(folder, 'models/forest-onnx/MLmodel'))) {
    console.log('training the models into build/bench-serving');
    rmSync(join(folder, 'models'), { recursive: true, force: true });
    mkdirSync(join(folder, 'models'), { recursive: true });
    run(testPython, [join(root, 'bench/serving-peers/models.py'), join(folder, 'models')]);
  }
}

function run(command: string, args: readonly string[]): void {
  const env = { ...process.env, UV_SYSTEM_CERTS: '1', UV_COMPILE_BYTECODE: '1' };
  const { status, stderr } = spawnSync(command, args, { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stderr}`);
}
