/**
 * Searches over 100,000 runs of one experiment, over HTTP, each kind several times in turn: how many runs it found, median
 * and worst in milliseconds, and the median of the server's CPU time, which is the answer's on a machine that does nothing else.
 * The budget of the median is 50 ms (DESIGN §11).
 *
 *     node bench/search.ts [--runs 100000] [--repeat 5]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openSqlite } from '../src/backends/db/sqlite.ts';
import { Connection } from './support/http-client.ts';
import { median, report } from './support/measure.ts';
import { threadsCpuMs } from './support/process-group.ts';
import { experimentId, runIdOf, seedRuns, startOfRun } from './support/search-seed.ts';
import { programs, startServer } from './support/tracking-servers.ts';

const { values: options } = parseArgs({
  options: { runs: { type: 'string', default: '100000' }, repeat: { type: 'string', default: '5' } },
});
const runs = Number(options.runs);
const budgetMs = 50;

interface Kind {
  readonly what: string;
  readonly filter?: string;
  readonly order_by?: readonly string[];
  readonly max_results?: number;
  readonly run_view_type?: string;
  /** Read this many pages before the one that is measured. */
  readonly after?: number;
}

const middle = Math.floor(runs / 2);
const kinds: readonly Kind[] = [
  { what: 'newest' },
  { what: 'newest 1,000', max_results: 1000 },
  { what: 'newest, page 20', after: 19 },
  { what: 'deleted', run_view_type: 'DELETED_ONLY' },
  { what: 'deleted or not', run_view_type: 'ALL' },
  { what: 'metric below, many', filter: 'metrics.loss < 0.5' },
  { what: 'metric below, few', filter: 'metrics.loss < 0.0005' },
  { what: 'metric below, none', filter: 'metrics.loss < -1' },
  { what: 'metric equal', filter: 'metrics.loss = 0.25' },
  { what: 'metric by metric', filter: 'metrics.loss < 0.5', order_by: ['metrics.loss DESC'] },
  { what: 'metric by another metric', filter: 'metrics.loss < 0.5', order_by: ['metrics.accuracy DESC'] },
  { what: 'two metrics', filter: 'metrics.loss < 0.1 AND metrics.accuracy > 0.9' },
  { what: 'two metrics, few', filter: 'metrics.loss < 0.01 AND metrics.accuracy > 0.99' },
  { what: 'rare metric', filter: 'metrics.rare > 0.5' },
  { what: 'by metric', order_by: ['metrics.loss ASC'] },
  { what: 'by metric, falling', order_by: ['metrics.loss DESC'] },
  { what: 'by metric with NaN', order_by: ['metrics.rmse ASC'] },
  { what: 'by metric, page 5', order_by: ['metrics.loss ASC'], after: 4 },
  { what: 'param equal, many', filter: "params.optimizer = 'adam'" },
  { what: 'param equal, one', filter: `params.seed = '${middle}'` },
  { what: 'param equal, none', filter: "params.seed = 'x'" },
  { what: 'param unequal', filter: "params.optimizer != 'adam'" },
  { what: 'param begins', filter: "params.rate LIKE '0.12%'" },
  { what: 'two params', filter: "params.optimizer = 'adam' AND params.depth = '7'" },
  { what: 'param and metric', filter: "params.depth = '7' AND metrics.loss < 0.1" },
  { what: 'by param', order_by: ['params.seed ASC'] },
  { what: 'tag equal', filter: "tags.team = 'team-3'" },
  { what: 'tag equal, by metric', filter: "tags.team = 'team-3'", order_by: ['metrics.loss ASC'] },
  { what: 'commit', filter: `tags.\`mlflow.source.git.commit\` = '${'5'.padStart(40, 'c')}'` },
  { what: 'by tag', order_by: ['tags.team ASC'] },
  { what: 'status, many', filter: "attributes.status = 'FINISHED'" },
  { what: 'status, few', filter: "attributes.status = 'RUNNING'" },
  { what: 'status unequal', filter: "attributes.status != 'FINISHED'" },
  { what: 'status by metric', filter: "attributes.status = 'FAILED'", order_by: ['metrics.loss ASC'] },
  { what: 'name', filter: "attributes.run_name = 'brave-fox-17'" },
  { what: 'name begins', filter: "attributes.run_name LIKE 'brave-fox-49%'" },
  { what: 'started after', filter: `attributes.start_time > ${startOfRun(runs - 500)}` },
  { what: 'started before', filter: `attributes.start_time < ${startOfRun(500)}` },
  { what: 'ended after', filter: `attributes.end_time > ${startOfRun(runs - 500)}` },
  { what: 'by start, oldest', order_by: ['attributes.start_time ASC'] },
  { what: 'by end', order_by: ['attributes.end_time DESC'] },
  { what: 'by end, oldest', order_by: ['attributes.end_time ASC'] },
  { what: 'ids', filter: `attributes.run_id IN ('${runIdOf(5)}', '${runIdOf(middle)}')` },
  // Known to be slow: docs/known-limits.md.
  { what: 'param holds', filter: "params.rate LIKE '%99%'" },
  { what: 'user', filter: "attributes.user_id = 'user7'" },
  { what: 'by id', order_by: ['attributes.run_id ASC'] },
  { what: 'by rare metric', order_by: ['metrics.rare ASC'] },
];

async function seed(folder: string): Promise<void> {
  const threadFile = join(import.meta.dirname, 'support/search-thread.ts');
  const db = await openSqlite({ path: join(folder, 'millwright.db'), threadFile, readers: 1 });
  const step = 2000;
  for (let first = 0; first < runs; first += step) await db.write(seedRuns, { first, count: Math.min(step, runs - first) });
  await db.close();
}

const milliseconds = (value: number): string => `${value.toFixed(1).padStart(7)} ms`;

interface Page {
  readonly runs?: readonly unknown[];
  readonly next_page_token?: string;
}

async function search(connection: Connection, kind: Kind, page_token: string): Promise<Page> {
  const { what: _, after: __, ...request } = kind;
  const body = JSON.stringify({ experiment_ids: [`${experimentId}`], max_results: 100, ...request, page_token });
  const answer = await connection.post('/api/2.0/mlflow/runs/search', body);
  if (answer.status !== 200) throw new Error(`${kind.what}: ${answer.status} ${answer.body.slice(0, 300)}`);
  return JSON.parse(answer.body) as Page;
}

const folder = mkdtempSync(join(tmpdir(), 'bench-search-'));
try {
  await seed(folder);
  const server = await startServer(programs['millwright']!, folder);
  const connection = new Connection(server.port, 60_000);
  const times = kinds.map((): number[] => []);
  const cpuTimes = kinds.map((): number[] => []);
  const found = kinds.map(() => 0);
  // The first turn finds cold pages and cold code.
  for (let turn = 0; turn <= Number(options.repeat); turn += 1) {
    for (const [index, kind] of kinds.entries()) {
      let token = '';
      for (let page = 0; page < (kind.after ?? 0); page += 1) token = (await search(connection, kind, token)).next_page_token ?? '';
      const cpuBefore = threadsCpuMs(server.pid);
      const began = performance.now();
      const page = await search(connection, kind, token);
      const took = performance.now() - began;
      if (turn > 0) {
        times[index]!.push(took);
        cpuTimes[index]!.push(threadsCpuMs(server.pid) - cpuBefore);
      }
      found[index] = page.runs?.length ?? 0;
    }
  }
  connection.close();
  await server.stop();
  const figures = kinds.map((kind, index) => ({
    what: `${kind.what} (${found[index]})`,
    value: median(times[index]!),
    worst: Math.max(...times[index]!),
    cpu: median(cpuTimes[index]!),
  }));
  for (const { what, value, worst, cpu } of figures) {
    const columns = [`median ${milliseconds(value)}`, `worst ${milliseconds(worst)}`, `CPU ${milliseconds(cpu)}`];
    console.log(`${what.padEnd(36)} ${columns.join('   ')}${value > budgetMs ? '   over the budget' : ''}`);
  }
  report('search', [
    {
      what: `searches of ${runs} runs, median of ${kinds.length} kinds`,
      value: median(figures.map(({ value }) => value)),
      unit: 'ms',
      target: `≤ ${budgetMs} ms`,
    },
    { what: 'the same, CPU of the server', value: median(figures.map(({ cpu }) => cpu)), unit: 'ms' },
    { what: 'slowest kind', value: Math.max(...figures.map(({ value }) => value)), unit: 'ms' },
    { what: 'kinds over the budget', value: figures.filter(({ value }) => value > budgetMs).length, unit: '' },
    { what: 'kinds whose CPU time is over it', value: figures.filter(({ cpu }) => cpu > budgetMs).length, unit: '' },
  ]);
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}
