import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { openModel } from '../app.ts';
import { MillwrightError } from '../errors.ts';
import { startContainer, type Served } from '../server/index.ts';
import type { Io } from './command.ts';
import { downloadModel } from './download-model.ts';

interface ServeOptions {
  readonly host: string;
  readonly port: string;
  readonly runtime: string;
  readonly workers: string;
  readonly json?: boolean;
}

export function configure(command: Command, io: Io): void {
  command
    .argument('<model>', 'a model folder, a model URI (models:/NAME@ALIAS, models:/NAME/VERSION), or the name of an endpoint')
    .option('--host <address>', 'address to listen on; 0.0.0.0 in a container: whoever reaches the port may predict', '127.0.0.1')
    .option('--port <number>', 'port to listen on; 0 picks a free one', '8080')
    .option('--runtime <name>', 'auto, onnx or python_function', 'auto')
    .option('--workers <number>', 'processes of a Python model', '1')
    .option('--json', 'print the ready line as JSON')
    .addHelpText('after', '\nExample:\n  $ millwright serve models:/energy-victoria@champion --port 8080\n  $ curl localhost:8080/ping')
    .action((model: string, options: ServeOptions) => serve(model, options, io));
}

/** Serves one model until it is told to end. It owns no state: a folder needs no server at all. */
async function serve(model: string, options: ServeOptions, io: Io): Promise<void> {
  const port = portNumber(options.port);
  const settings = { runtime: runtimeOf(options.runtime), workers: workersOf(options.workers) };
  const scratch = await mkdtemp(join(tmpdir(), 'millwright-serve-'));
  try {
    const source = await sourceOf(model, scratch, io);
    const opened = await openModel(io.config, source.folder, source.label, settings, io.signal);
    try {
      if (opened.model.note !== undefined) io.stderr(`${opened.model.note}\n`);
      await answerUntilTold({ ...source, model: opened.model }, { host: options.host, port, json: options.json === true }, io);
    } finally {
      await opened.close();
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function answerUntilTold(
  source: ModelSource & { readonly model: Served['model'] },
  { host, port, json }: { readonly host: string; readonly port: number; readonly json: boolean },
  io: Io,
): Promise<void> {
  const { name: endpoint, model, version } = source;
  const container = await startContainer({ endpoint, workspaceId: 1, model, version, records: undefined }, { host, port });
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${container.port}`;
  io.stderr('No inference records are kept here: an endpoint of a server (`millwright endpoints apply`) keeps them.\n');
  io.stdout(json ? `${JSON.stringify({ url, endpoint })}\n` : `${endpoint} answers at ${url}\n`);
  await new Promise<void>((end) => {
    if (io.signal.aborted) return end();
    io.signal.addEventListener('abort', () => end(), { once: true });
  });
  await container.close();
}

interface ModelSource {
  readonly folder: string;
  readonly label: string;
  /** The endpoint's name: the registered model's, or the folder's. */
  readonly name: string;
  readonly version: Served['version'];
}

async function sourceOf(model: string, scratch: string, io: Io): Promise<ModelSource> {
  const folder = resolve(io.cwd, model);
  if (!model.startsWith('models:') && existsSync(join(folder, 'MLmodel'))) {
    const name = basename(folder);
    return { folder, label: name, name, version: { name, version: '', runId: undefined } };
  }
  if (!model.startsWith('models:') && (model.includes('/') || existsSync(folder)))
    throw new MillwrightError(
      'MODEL_INVALID',
      `there is no MLmodel file in ${folder}: name the folder that mlflow's save_model or log_model wrote`,
    );
  return downloadModel(model, scratch, io);
}

function portNumber(text: string): number {
  const port = Number(text);
  if (text !== '' && Number.isInteger(port) && port >= 0 && port <= 65535) return port;
  throw new MillwrightError('USAGE', `--port is '${text}': it must be a whole number from 0 to 65535`);
}

function runtimeOf(text: string): 'auto' | 'onnx' | 'python_function' {
  if (text === 'auto' || text === 'onnx' || text === 'python_function') return text;
  throw new MillwrightError('USAGE', `--runtime is '${text}': it must be auto, onnx or python_function`);
}

function workersOf(text: string): number {
  if (/^[1-9]\d?$/.test(text) && Number(text) <= 64) return Number(text);
  throw new MillwrightError('USAGE', `--workers is '${text}': it must be a whole number from 1 to 64`);
}
