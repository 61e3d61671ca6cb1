import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Endpoint } from '../api/endpoints.ts';
import { errnoOf, MillwrightError } from '../errors.ts';
import { parseProject } from '../formats/project/index.ts';
import type { Io } from './command.ts';
import { age } from './format.ts';
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
  printTable(io, ['ENDPOINT', 'FOLLOWS', 'LIVE', 'RUNTIME', 'SINCE', 'BY'], items.map(rowOf));
}

function rowOf({ name, model, live }: Endpoint): string[] {
  if (live === null) return [name, model, 'nothing yet', '', '', ''];
  return [name, model, `${live.model} v${live.version}`, live.flavor, age(Date.now() - live.since), live.by];
}

async function show(name: string, { json }: JsonOption, io: Io): Promise<void> {
  const { api } = await remoteApi(io);
  const { endpoint, deployments } = await api.endpoint(name);
  if (json === true) return io.stdout(`${JSON.stringify({ endpoint, deployments })}\n`);
  const { live, pinned } = endpoint;
  const now = Date.now();
  io.stdout(`${endpoint.name} follows ${endpoint.model} (project ${endpoint.project})\n`);
  if (pinned !== null) io.stdout(`held on version ${pinned.version} by ${pinned.by}: ${pinned.reason}\n`);
  io.stdout(
    live === null
      ? 'nothing is live\n'
      : `live: ${live.model} v${live.version} (${live.flavor}) since ${age(now - live.since)}, by ${live.by}${live.ready ? '' : '; not ready'}\n`,
  );
  const rows = deployments.map((one) => [
    age(now - one.createdAt),
    String(one.version),
    one.state,
    one.flavor ?? '',
    one.reason,
    one.actor,
    one.message?.split('\n', 1)[0] ?? '',
  ]);
  printTable(io, ['BEGUN', 'VERSION', 'STATE', 'RUNTIME', 'WHY', 'BY', 'NOTE'], rows);
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

async function remove(name: string, io: Io): Promise<void> {
  const { api } = await remoteApi(io);
  await api.removeEndpoint(name);
  io.stdout(`${name} is served no more\n`);
}
