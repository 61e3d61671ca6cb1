import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Deployment, Endpoint, PreparationStep, StatisticsWindow } from '../api/endpoints.ts';
import { errnoOf, MillwrightError } from '../errors.ts';
import { parseProject } from '../formats/project/index.ts';
import type { Io } from './command.ts';
import { age, duration } from './format.ts';
import { harmlessLines } from './harmless.ts';
import { remoteApi } from './remote.ts';
import { printTable } from './table.ts';

interface JsonOption {
  readonly json?: boolean;
}

export function configure(command: Command, io: Io): void {
  command
    .command('list')
    .description('endpoints with what answers now')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ millwright endpoints list')
    .action((options: JsonOption) => list(options, io));
  command
    .command('show <name>')
    .description('one endpoint: what is live, since when, by whose decision, and the versions before')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ millwright endpoints show load')
    .action((name: string, options: JsonOption) => show(name, options, io));
  command
    .command('apply [folder]')
    .description('declare the endpoints of a millwright.yaml on the server (repro does it, too)')
    .addHelpText('after', '\nExample:\n  $ millwright endpoints apply')
    .action((folder: string | undefined) => apply(folder, io));
  command
    .command('rollback <name>')
    .description('put an endpoint back on the version that was live before, until the name that it follows moves again')
    .requiredOption('--reason <text>', 'why')
    .addHelpText('after', '\nExample:\n  $ millwright endpoints rollback load --reason "errors since noon"')
    .action((name: string, options: { reason: string }) => rollBack(name, options.reason, io));
  command
    .command('deploy <name>')
    .description('serve what the endpoint follows: ends a rollback, and tries a version again that failed')
    .addHelpText('after', '\nExample:\n  $ millwright endpoints deploy load')
    .action((name: string) => deploy(name, io));
  command
    .command('remove <name>')
    .description('stop serving under this name')
    .addHelpText('after', '\nExample:\n  $ millwright endpoints remove load')
    .action((name: string) => remove(name, io));
  command.addHelpText('after', '\nExample:\n  $ millwright endpoints show load');
}

async function list({ json }: JsonOption, io: Io): Promise<void> {
  const { api } = await remoteApi(io);
  const { items } = await api.endpoints();
  if (json === true) return io.stdout(`${JSON.stringify(items)}\n`);
  printTable(io, ['ENDPOINT', 'FOLLOWS', 'STATE', 'LIVE', 'RUNTIME', 'SINCE', 'BY', 'REQUESTS/S', 'P95'], items.map(rowOf));
}

function rowOf({ name, model, state, live, preparing }: Endpoint): string[] {
  const stands = preparing === undefined ? state : `${state} (${preparing.step} ${duration(Date.now() - preparing.since)})`;
  if (live === null) return [name, model, stands];
  const { minute } = live.statistics;
  const lives = [`${live.model} v${live.version}`, live.flavor, age(Date.now() - live.since), live.by];
  return [name, model, stands, ...lives, minute.perSecond.toFixed(1), latency(minute.p95Ms)];
}

async function show(name: string, { json }: JsonOption, io: Io): Promise<void> {
  const { api } = await remoteApi(io);
  const { endpoint, deployments } = await api.endpoint(name);
  if (json === true) return io.stdout(`${JSON.stringify({ endpoint, deployments })}\n`);
  io.stdout(`${harmlessLines([...headlines(endpoint), ...preparingLines(endpoint), ...problemLines(endpoint, deployments)].join('\n'))}\n`);
  if (endpoint.live !== null) printStatistics(endpoint.live, io);
  const now = Date.now();
  const rows = deployments.map((one) => [
    age(now - one.createdAt),
    String(one.version),
    one.state,
    one.flavor ?? '',
    one.reason,
    one.actor,
    one.message?.split('\n', 1)[0] ?? '',
  ]);
  io.stdout('\n');
  printTable(io, ['BEGUN', 'VERSION', 'STATE', 'RUNTIME', 'WHY', 'BY', 'NOTE'], rows);
}

function headlines({ name, model, project, state, target, pinned, live, decision, differs, records, recordsLost }: Endpoint): string[] {
  const now = Date.now();
  const byDecision = decision === null ? '' : `: ${decision.actor} decided ${age(now - decision.at)} (${decision.basis})`;
  return [
    `${name} follows ${model} (project ${project}): ${state}`,
    ...(target !== null ? [] : [`${model} stands on no version${live === null ? '' : ': what is live answers until this server ends'}`]),
    ...(pinned === null ? [] : [`held on version ${pinned.version} by ${pinned.by}: ${pinned.reason}`]),
    live === null
      ? 'nothing is live'
      : `live: ${live.model} v${live.version} (${live.flavor}) since ${age(now - live.since)}, by ${live.by}${pinned === null ? byDecision : ''}`,
    ...(differs === undefined ? [] : [`the flavours of version ${differs.version} do not answer alike: ${differs.message}`]),
    `records: ${recordsText(records)}`,
    ...(recordsLost === 0 ? [] : [`${recordsLost} predictions were answered whose records could not be kept`]),
  ];
}

function recordsText({ sample, mask, required, keepDays }: Endpoint['records']): string {
  const masked = Object.entries(mask).map(([column, how]) => `${column} ${how === 'hash' ? 'hashed' : 'dropped'}`);
  return [
    sample === 1 ? 'of all requests' : `of ${Number((sample * 100).toPrecision(6))} % of the requests and all errors`,
    ...masked,
    keepDays === null ? 'for ever' : `for ${keepDays} days`,
    required ? 'a prediction without one fails' : 'a prediction without one is answered',
  ].join(', ');
}

const stepTexts: Readonly<Record<PreparationStep, string>> = {
  fetching: 'its files are being copied',
  installing: 'what it runs in is being installed',
  proving: 'it is being loaded apart, to score its example',
  warming: 'it is being loaded where it will serve, and warmed',
};
const shownLogLines = 8;

/** What the version that is tried waits for. */
function preparingLines({ preparing }: Endpoint): string[] {
  if (preparing === undefined) return [];
  const { model, version, step, since, log } = preparing;
  const head = `${model} v${version} is tried: ${stepTexts[step]}, for ${duration(Date.now() - since)}`;
  return [head, ...logLines(log ?? '').slice(-shownLogLines)];
}

function logLines(log: string): string[] {
  // An installer's progress bar draws over itself.
  const lines = log.split('\n').map((line) => line.slice(line.trimEnd().lastIndexOf('\r') + 1).trimEnd());
  return lines.filter((line) => line !== '').map((line) => `  | ${line}`);
}

/** Why the version that should serve does not, with the end of what it or its installer said. */
function problemLines({ name, problem, live }: Endpoint, deployments: readonly Deployment[]): string[] {
  if (problem === null) return [];
  const log = deployments.find(({ createdAt, state }) => state === 'failed' && createdAt === problem.at)?.log ?? '';
  const meanwhile = live === null ? 'nothing serves' : `version ${live.version} serves on`;
  return [
    `version ${problem.version} could not be served, ${meanwhile}: ${problem.message}`,
    ...logLines(log),
    `${againText(problem)}\`millwright endpoints deploy ${name}\` tries it again${problem.againAt === undefined ? '' : ' now'}`,
  ];
}

function againText({ againAt }: NonNullable<Endpoint['problem']>): string {
  if (againAt === undefined) return '';
  const left = againAt - Date.now();
  return `it is tried again by itself ${left > 0 ? `in ${duration(left)}` : 'now'}; `;
}

function printStatistics({ version, loadedAt, statistics }: NonNullable<Endpoint['live']>, io: Io): void {
  const { minute, quarterHour, version: sinceLive, replaced } = statistics;
  const windows: readonly (readonly [string, StatisticsWindow])[] = [
    ['last minute', minute],
    ['last 15 minutes', quarterHour],
    [`version ${version}, ${age(Date.now() - loadedAt)} on`, sinceLive],
    ...(replaced === null ? [] : [[`version ${replaced.version}, until then`, replaced.window] as const]),
  ];
  const rows = windows.map(([title, { requests, perSecond, clientErrors, serverErrors, p50Ms, p95Ms, p99Ms }]) => [
    title,
    String(requests),
    perSecond.toFixed(1),
    latency(p50Ms),
    latency(p95Ms),
    latency(p99Ms),
    String(clientErrors),
    String(serverErrors),
  ]);
  io.stdout('\n');
  printTable(io, ['THIS SERVER', 'REQUESTS', 'PER SECOND', 'P50', 'P95', 'P99', '4XX', '5XX'], rows);
}

function latency(milliseconds: number | null): string {
  if (milliseconds === null) return '-';
  return milliseconds < 10 ? `${milliseconds.toFixed(1)} ms` : duration(milliseconds);
}

async function apply(folder: string | undefined, io: Io): Promise<void> {
  const root = resolve(io.cwd, folder ?? '.');
  const file = join(root, 'millwright.yaml');
  const project = parseProject(readProject(file), 'millwright.yaml');
  const { api } = await remoteApi(io);
  await api.declareEndpoints({ project: project.project ?? basename(root), endpoints: project.endpoints.map((one) => ({ ...one })) });
  for (const { name, model } of project.endpoints) io.stdout(`${name} follows ${model}\n`);
  if (project.endpoints.length === 0) io.stdout('millwright.yaml declares no endpoints\n');
}

function readProject(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    throw new MillwrightError('CONFIG_INVALID', `there is no ${file}: name the folder of a project`, { cause: error });
  }
}

async function rollBack(name: string, reason: string, io: Io): Promise<void> {
  const { api } = await remoteApi(io);
  const { version } = await api.rollBackEndpoint(name, { reason });
  io.stdout(`${name} is back on version ${version}\n`);
}

async function deploy(name: string, io: Io): Promise<void> {
  const { api } = await remoteApi(io);
  await api.deployEndpoint(name);
  const { endpoint } = await api.endpoint(name);
  const target = endpoint.target === null ? 'no version yet' : `version ${endpoint.target.version}`;
  io.stdout(`${name} follows ${endpoint.model}, ${target}: ${endpoint.state} (\`millwright endpoints show ${name}\` tells how it ends)\n`);
}

async function remove(name: string, io: Io): Promise<void> {
  const { api } = await remoteApi(io);
  await api.removeEndpoint(name);
  io.stdout(`${name} is served no more\n`);
}
