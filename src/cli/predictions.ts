import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { buffer as readAll } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { Prediction, PredictionPage, SentResult } from '../api/predictions.ts';
import { errnoOf, MillwrightError } from '../errors.ts';
import type { Io } from './command.ts';
import type { readRecordsFolder } from '../records-app.ts';
import { harmless, harmlessLines } from './harmless.ts';
import { positiveIntegerUpTo } from './positive-integer.ts';
import { remoteApi } from './remote.ts';
import { readRecord, sendEach } from './send-each.ts';
import { printTable } from './table.ts';
import { tailPredictions, type TailOptions } from './tail-predictions.ts';

interface SearchOptions {
  readonly endpoint?: string;
  readonly filter?: string;
  readonly text?: string;
  readonly model?: string;
  readonly limit: number;
  readonly cursor?: string;
  readonly records?: string;
  readonly json?: boolean;
}

/** Of a page, as over HTTP. */
const mostRows = 1000;
/** Lines that go in one request. */
const batchLines = 1000;

const recordsOption = ['--records <folder>', 'look into the folder of `millwright serve --records`, not at the server'] as const;

export function configure(command: Command, io: Io): void {
  command
    .command('search', { isDefault: true })
    .description('predictions, newest first')
    .option('--endpoint <name>', 'only those of one endpoint')
    .option('--filter <filter>', 'such as "features.temperature > 30 and prediction < 10", or status = 500')
    .option('--text <words>', "words of the error's code or message")
    .option('--model <name>', 'only those of one registered model')
    .option('--limit <number>', `how many, at most ${mostRows}`, positiveIntegerUpTo(mostRows), 20)
    .option('--cursor <cursor>', 'go on where a page ended')
    .option(...recordsOption)
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ millwright predictions --endpoint load --filter "features.temperature > 30"')
    .action((options: SearchOptions) => search(options, io));
  command
    .command('show <id>')
    .description('all rows of one request')
    .option(...recordsOption)
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ millwright predictions show 0192f0c1d2e37b8a9c0d1e2f3a4b5c6d')
    .action((id: string, options: { records?: string; json?: boolean }) => show(id, options, io));
  command
    .command('send <file>')
    .description('send records of a model served elsewhere, as JSON lines; - reads standard input')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ millwright predictions send predictions.jsonl')
    .action((file: string, options: { json?: boolean }) => send(file, options.json === true, io));
  command
    .command('tail <file>')
    .description('follow a file of JSON lines that a model served elsewhere writes, over rotation and restarts, and send each line once')
    .option('--endpoint <name>', 'the endpoint of every line, whatever it says itself')
    .option('--stop-on-error', 'end at a line that cannot be kept, not pass over it')
    .option('--once', 'end at the end of the file')
    .addHelpText('after', '\nExample:\n  $ millwright predictions tail /var/log/model/predictions.jsonl --endpoint load')
    .action((file: string, options: TailOptions) => tailPredictions(file, options, io));
  command.addHelpText('after', '\nExample:\n  $ millwright predictions --filter "prediction > 100"');
}

async function search({ json, records, ...query }: SearchOptions, io: Io): Promise<void> {
  const page = await searchIn(records, query, io);
  if (json === true) return io.stdout(`${JSON.stringify(page)}\n`);
  printTable(io, ['REQUEST', 'ROW', 'AT', 'ENDPOINT', 'MODEL', 'STATUS', 'LATENCY', 'PREDICTION'], page.items.map(tableRow));
  if (page.nextCursor !== undefined) io.stdout(`There is more: --cursor ${page.nextCursor}\n`);
}

async function searchIn(folder: string | undefined, query: Omit<SearchOptions, 'json' | 'records'>, io: Io): Promise<PredictionPage> {
  if (folder === undefined) return (await remoteApi(io)).api.predictions(query);
  await using reader = await openFolder(folder, io);
  const { items, nextCursor } = await reader.search(ownWorkspace, query);
  return { items: items.map((item) => ({ ...item })), ...(nextCursor === undefined ? {} : { nextCursor }) };
}

/** Whose the records of a folder are. */
const ownWorkspace = { workspaceId: 1 };

async function openFolder(folder: string, io: Io): Promise<Awaited<ReturnType<typeof readRecordsFolder>> & AsyncDisposable> {
  const records = await import('../records-app.ts');
  const reader = await records.readRecordsFolder(resolve(io.cwd, folder));
  return { ...reader, [Symbol.asyncDispose]: () => reader.close() };
}

function tableRow(row: Prediction): string[] {
  return [
    row.requestId,
    String(row.row),
    new Date(row.at).toISOString(),
    row.endpoint,
    row.model === null ? '' : `${row.model}/${row.version ?? ''}`,
    String(row.status),
    `${row.latencyMs.toFixed(1)} ms`,
    row.errorCode ?? JSON.stringify(row.prediction),
  ];
}

async function show(id: string, { records, json }: { readonly records?: string; readonly json?: boolean }, io: Io): Promise<void> {
  const items = await rowsOf(id, records, io);
  if (json === true) return io.stdout(`${JSON.stringify(items)}\n`);
  const first = items[0]!;
  printTable(io, ['REQUEST', 'ROW', 'AT', 'ENDPOINT', 'MODEL', 'STATUS', 'LATENCY', 'PREDICTION'], items.map(tableRow));
  if (first.errorMessage !== null) io.stdout(`${harmlessLines(first.errorMessage)}\n`);
  for (const { row, features } of items) io.stdout(`features of row ${row}: ${harmless(JSON.stringify(features))}\n`);
}

async function rowsOf(id: string, folder: string | undefined, io: Io): Promise<readonly Prediction[]> {
  if (folder === undefined) return (await (await remoteApi(io)).api.prediction(id)).items;
  await using reader = await openFolder(folder, io);
  const items = await reader.findRequest(ownWorkspace, id);
  if (items.length > 0) return items.map((item) => ({ ...item }));
  throw new MillwrightError('RESOURCE_DOES_NOT_EXIST', `no prediction in ${folder} has the request id '${id.slice(0, 256)}'`);
}

async function send(file: string, json: boolean, io: Io): Promise<void> {
  const { api } = await remoteApi(io);
  const lines = linesOf(await readInput(file, io));
  const total: SentResult = { kept: 0, alreadyThere: 0, problems: [] };
  for (let from = 0; from < lines.length; from += batchLines) {
    const numbered = lines.slice(from, from + batchLines).map((line, index) => ({ line, number: from + index + 1 }));
    const batch = numbered.filter(({ line }) => line?.trim() !== '');
    const read = batch.map(({ line, number }) => ({
      number,
      ...(line === undefined ? { message: 'the line is not UTF-8' } : readRecord(line)),
    }));
    const good = read.filter((item) => item.message === undefined);
    const result = await sendEach(
      () => api,
      good.map(({ value }) => value),
    );
    total.kept += result.kept;
    total.alreadyThere += result.alreadyThere;
    for (const { number, message } of read) if (message !== undefined) total.problems.push({ line: number, message });
    for (const { line, message } of result.problems) total.problems.push({ line: good[line - 1]!.number, message });
  }
  if (json) io.stdout(`${JSON.stringify(total)}\n`);
  else io.stdout(`${total.kept} kept, ${total.alreadyThere} already there, ${total.problems.length} refused\n`);
  for (const { line, message } of total.problems) io.stderr(`${file}:${line}: ${message}\n`);
  if (total.problems.length > 0) io.exitCode = 65;
}

/** The text of each line; undefined of one that is not UTF-8. */
function linesOf(bytes: Buffer): (string | undefined)[] {
  const lines: (string | undefined)[] = [];
  for (let at = 0; at <= bytes.length;) {
    const newline = bytes.indexOf(0x0a, at);
    const line = bytes.subarray(at, newline === -1 ? bytes.length : newline);
    lines.push(isUtf8(line) ? line.toString('utf8') : undefined);
    at = newline === -1 ? bytes.length + 1 : newline + 1;
  }
  return lines;
}

async function readInput(file: string, io: Io): Promise<Buffer> {
  if (file === '-') return readAll(process.stdin);
  try {
    return await readFile(resolve(io.cwd, file));
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    throw new MillwrightError('RESOURCE_DOES_NOT_EXIST', `${file} does not exist: name a file of JSON lines, or - for standard input`, {
      cause: error,
    });
  }
}
