import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { openModel } from '../app.ts';
import { MillwrightError } from '../errors.ts';
import type { Io } from './command.ts';
import { downloadModel } from './download-model.ts';
import { keepRecords } from './serve-records.ts';
import { findSource, type ModelFolder } from './serve-source.ts';

interface ServeOptions {
  readonly host?: string;
  readonly port?: string;
  readonly runtime: string;
  readonly workers: string;
  readonly records?: string | boolean;
  readonly json?: boolean;
}

/** Where SageMaker puts the model of a container that it starts as `IMAGE serve`; `SM_MODEL_DIR` in its other images. */
const containerFolder = '/opt/ml/model';

export function configure(command: Command, io: Io): void {
  command
    .argument(
      '[model]',
      `a model URI (models:/NAME@ALIAS, models:/NAME/VERSION), a model folder, or the name of an endpoint, in this order; left out, as \`docker run IMAGE serve\` does: the folder SM_MODEL_DIR, else ${containerFolder}, on all addresses`,
    )
    .option('--host <address>', 'address to listen on (default: 127.0.0.1); 0.0.0.0 in a container: whoever reaches the port may predict')
    .option('--port <number>', 'port to listen on; 0 picks a free one (default: SAGEMAKER_BIND_TO_PORT, else 8080)')
    .option('--runtime <name>', 'auto, onnx or python_function', 'auto')
    .option('--workers <number>', 'processes of a Python model', '1')
    .option(
      '--records <folder>',
      'keep a record of every prediction in this folder, which `millwright predictions --records FOLDER` searches; without it they are sent to the server that the model comes from',
    )
    .option('--no-records', 'keep none, also where the server would take them')
    .option('--json', 'print the ready line as JSON')
    .addHelpText('after', '\nExample:\n  $ millwright serve models:/energy-victoria@champion --port 8080\n  $ curl localhost:8080/ping')
    .action((model: string | undefined, options: ServeOptions) => serve(model, options, io));
}

/** Serves one model until it is told to end. It owns no state: a folder needs no server at all. */
async function serve(given: string | undefined, options: ServeOptions, io: Io): Promise<void> {
  const { env } = io.config;
  const model = given ?? env['SM_MODEL_DIR'] ?? containerFolder;
  const host = options.host ?? (given === undefined ? '0.0.0.0' : '127.0.0.1');
  const port = options.port === undefined ? boundPort(env['SAGEMAKER_BIND_TO_PORT']) : portNumber(options.port, '--port');
  const settings = { runtime: runtimeOf(options.runtime), workers: workersOf(options.workers) };
  const source = await findSource(model, io);
  // Loaded when it runs: `--help` needs none of the server.
  const { startContainer } = await import('../server/index.ts');
  await using opened = new AsyncDisposableStack();
  const container = opened.adopt(await startContainer(source.endpoint, { host, port }), (one) => one.close());
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${container.port}`;
  io.stderr(`Listening on ${url}; loading ${source.told}.\n`);
  const { registered } = source;
  const kept = opened.adopt(await keepRecords(options.records, registered === undefined ? undefined : source.endpoint, io), (one) =>
    one.close(),
  );
  const folder = source.folder ?? (await downloadModel(source.registered, opened.adopt(await newScratch(), removeScratch), io));
  const running = opened.use(await openRunning(folder, settings, io));
  container.serve({
    endpoint: source.endpoint,
    workspaceId: 1,
    model: running.model,
    version: folder.version,
    records: kept.records,
    statistics: undefined,
  });
  io.stdout(options.json === true ? `${JSON.stringify({ url, endpoint: source.endpoint })}\n` : `${source.endpoint} answers at ${url}\n`);
  await told(io.signal);
  // Before the model and the records: requests that run need both.
  await container.close();
}

async function openRunning(
  { folder, label }: ModelFolder,
  settings: Parameters<typeof openModel>[3],
  io: Io,
): Promise<AsyncDisposable & Pick<Awaited<ReturnType<typeof openModel>>, 'model'>> {
  const app = await import('../app.ts');
  const told = (): void => io.stderr('Installing the Python environment that the model asks for, once on this machine.\n');
  const running = await app.openModel(io.config, folder, label, settings, io.signal, told);
  if (running.model.note !== undefined) io.stderr(`${running.model.note}\n`);
  return { model: running.model, [Symbol.asyncDispose]: () => running.close() };
}

function newScratch(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'millwright-serve-'));
}

function removeScratch(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true });
}

async function told(signal: AbortSignal): Promise<void> {
  await new Promise<void>((end) => {
    if (signal.aborted) return end();
    signal.addEventListener('abort', () => end(), { once: true });
  });
}

/** Multi-container endpoints of SageMaker give each container a port of its own. */
function boundPort(text: string | undefined): number {
  return text === undefined || text === '' ? 8080 : portNumber(text, 'SAGEMAKER_BIND_TO_PORT');
}

function portNumber(text: string, name: string): number {
  const port = Number(text);
  if (text !== '' && Number.isInteger(port) && port >= 0 && port <= 65535) return port;
  throw new MillwrightError('USAGE', `${name} is '${text}': it must be a whole number from 0 to 65535`);
}

function runtimeOf(text: string): 'auto' | 'onnx' | 'python_function' {
  if (text === 'auto' || text === 'onnx' || text === 'python_function') return text;
  throw new MillwrightError('USAGE', `--runtime is '${text}': it must be auto, onnx or python_function`);
}

function workersOf(text: string): number {
  if (/^[1-9]\d?$/.test(text) && Number(text) <= 64) return Number(text);
  throw new MillwrightError('USAGE', `--workers is '${text}': it must be a whole number from 1 to 64`);
}
