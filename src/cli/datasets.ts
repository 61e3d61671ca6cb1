import type { Command } from 'commander';
import type { DatasetVersionId, DatasetVersionIds } from '../../sdk/src/index.ts';
import { MillwrightError } from '../errors.ts';
import type { Io } from './command.ts';
import { age } from './format.ts';
import { positiveInteger } from './positive-integer.ts';
import { remoteApi, type Api } from './remote.ts';
import { printTable } from './table.ts';

interface Options {
  readonly project?: string;
  readonly version?: string;
  readonly file?: string;
  readonly limit?: number;
  readonly json?: boolean;
}

export function configure(command: Command, io: Io): void {
  const example = (line: string): string => `\nExample:\n  $ millwright datasets ${line}`;
  const verb = (usage: string, description: string, line: string): Command =>
    command
      .command(usage)
      .description(description)
      .option('--project <name>', 'the project, where several have the path')
      .option('--json', 'print JSON')
      .addHelpText('after', example(line));
  const ofVersion = (usage: string, description: string, line: string): Command =>
    verb(usage, description, line).option('--version <hash>', 'the version, by the beginning of its hash (default: the newest)');

  verb('list', 'what projects version, newest first', 'list').action((options: Options) => list(options, io));
  verb('versions <path>', 'the versions of a dataset, newest first', 'versions data/raw.csv').action((path: string, options: Options) =>
    versions(path, options, io),
  );
  ofVersion('files <path>', 'the files of a version with their sizes and hashes', 'files data/images --limit 20')
    .option('--limit <number>', 'how many, at most 10000', positiveInteger, 100)
    .action((path: string, options: Options) => files(path, options, io));
  ofVersion('preview <path>', 'the head of a file', 'preview data/raw.csv')
    .option('--file <path>', 'the file, where the dataset is a folder')
    .action((path: string, options: Options) => preview(path, options, io));
  ofVersion('profile <path>', 'what stands in the columns of a table', 'profile data/raw.csv --json')
    .option('--file <path>', 'the file, where the dataset is a folder')
    .action((path: string, options: Options) => profile(path, options, io));
  verb('compare <path> <from> <to>', 'the files that differ between two versions', 'compare data/images 8f2d1c 26fafc').action(
    (path: string, from: string, to: string, options: Options) => compare({ path, from, to }, options, io),
  );
  command.addHelpText('after', example('list'));
}

async function list({ project, json }: Options, io: Io): Promise<void> {
  const { api } = await remoteApi(io);
  const items = (await api.datasets()).items.filter((item) => project === undefined || item.project === project);
  if (json === true) return io.stdout(`${JSON.stringify(items)}\n`);
  const now = Date.now();
  printTable(
    io,
    ['PATH', 'PROJECT', 'NEWEST', 'BYTES', 'VERSIONS', 'SEEN', 'WRITTEN BY'],
    items.map((item) => [
      item.path,
      item.project,
      item.hash.slice(0, 8),
      String(item.sizeBytes ?? ''),
      String(item.versions),
      age(now - item.seenAt),
      item.writtenBy ?? '',
    ]),
  );
}

async function versions(path: string, options: Options, io: Io): Promise<void> {
  const { api } = await remoteApi(io);
  const { items } = await api.datasetVersions(await projectOf(api, path, options), path);
  if (options.json === true) return io.stdout(`${JSON.stringify(items)}\n`);
  const now = Date.now();
  printTable(
    io,
    ['VERSION', 'FIRST SEEN', 'BYTES', 'FILES', 'COMMIT'],
    items.map((item) => [
      item.hash,
      age(now - item.firstSeenAt),
      String(item.sizeBytes ?? ''),
      String(item.files ?? 1),
      item.commit?.slice(0, 10) ?? '',
    ]),
  );
}

async function files(path: string, options: Options, io: Io): Promise<void> {
  const { api } = await remoteApi(io);
  const found = await api.datasetFiles(await versionOf(api, path, options), { limit: options.limit ?? 100 });
  if (options.json === true) return io.stdout(`${JSON.stringify(found)}\n`);
  printTable(
    io,
    ['FILE', 'BYTES', 'HASH', ''],
    found.items.map((file) => [file.path, String(file.sizeBytes ?? ''), file.hash, file.isHere ? '' : 'not in the cache']),
  );
  if (found.total > found.items.length) io.stdout(`${found.items.length} of ${found.total} files: --limit shows more\n`);
}

async function preview(path: string, options: Options, io: Io): Promise<void> {
  const { api } = await remoteApi(io);
  const found = await api.datasetPreview(await versionOf(api, path, options), options.file);
  if (options.json === true) return io.stdout(`${JSON.stringify(found)}\n`);
  if (found.kind === 'table') printTable(io, found.columns, found.rows);
  else if (found.kind === 'text') io.stdout(found.text.endsWith('\n') ? found.text : `${found.text}\n`);
  else io.stdout(`${found.kind === 'image' ? 'an image' : 'a binary file'} of ${found.sizeBytes} bytes\n`);
}

async function profile(path: string, options: Options, io: Io): Promise<void> {
  const { api } = await remoteApi(io);
  const found = await api.datasetProfile(await versionOf(api, path, options), options.file);
  if (options.json === true) return io.stdout(`${JSON.stringify(found)}\n`);
  io.stdout(`${found.rows} rows${found.isComplete ? '' : ` in the first ${found.readBytes} of ${found.sizeBytes} bytes`}\n`);
  printTable(
    io,
    ['COLUMN', 'TYPE', 'MISSING', 'DISTINCT', 'MIN', 'MEAN', 'MAX'],
    found.columns.map((column) => [
      column.name,
      column.type,
      String(column.missing),
      `${column.distinct}${column.isDistinctExact ? '' : '+'}`,
      String(column.min ?? ''),
      column.mean === null ? '' : column.mean.toPrecision(4),
      String(column.max ?? ''),
    ]),
  );
}

async function compare(asked: Omit<DatasetVersionIds, 'project'>, options: Options, io: Io): Promise<void> {
  const { api } = await remoteApi(io);
  const project = await projectOf(api, asked.path, options);
  const [from, to] = await Promise.all([asked.from, asked.to].map((hash) => wholeHash(api, project, asked.path, hash)));
  const found = await api.compareDatasets({ project, path: asked.path, from: from!, to: to! });
  if (options.json === true) return io.stdout(`${JSON.stringify(found)}\n`);
  const counts = Object.entries(found.counts).filter(([, count]) => count > 0);
  io.stdout(`${counts.map(([kind, count]) => `${count} ${kind}`).join(', ') || 'no files'}\n`);
  if (found.changes.length === 0) return;
  printTable(
    io,
    ['CHANGE', 'FILE', 'WAS', 'IS'],
    found.changes.map((change) => [
      change.kind,
      change.oldPath === null ? change.path : `${change.oldPath} -> ${change.path}`,
      String(change.oldSizeBytes ?? ''),
      String(change.newSizeBytes ?? ''),
    ]),
  );
}

/** @throws RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE where several projects have the path */
async function projectOf(api: Api, path: string, { project }: Options): Promise<string> {
  if (project !== undefined) return project;
  const found = (await api.datasets()).items.filter((item) => item.path === path);
  if (found.length === 1) return found[0]!.project;
  if (found.length === 0)
    throw new MillwrightError('RESOURCE_DOES_NOT_EXIST', `no dataset '${path}' was seen: \`millwright datasets list\` names them`);
  const names = found.map((item) => item.project).join(', ');
  throw new MillwrightError('INVALID_PARAMETER_VALUE', `several projects have '${path}': choose one with --project (${names})`);
}

async function versionOf(api: Api, path: string, options: Options): Promise<DatasetVersionId> {
  const project = await projectOf(api, path, options);
  return { project, path, version: await wholeHash(api, project, path, options.version ?? '') };
}

/** The newest version whose hash begins so. @throws RESOURCE_DOES_NOT_EXIST */
async function wholeHash(api: Api, project: string, path: string, beginning: string): Promise<string> {
  const found = (await api.datasetVersions(project, path)).items.find(({ hash }) => hash.startsWith(beginning));
  if (found !== undefined) return found.hash;
  throw new MillwrightError(
    'RESOURCE_DOES_NOT_EXIST',
    `no version '${beginning}' of '${path}': \`millwright datasets versions ${path}\` lists them`,
  );
}
