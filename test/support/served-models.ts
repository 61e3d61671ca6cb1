/** Models saved by MLflow, served by the built program: as endpoints of a server, and each on a port of its own. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { vi } from 'vitest';
import type { EndpointDetail } from '../../src/api/endpoints.ts';
import { resolveInterpreter } from '../../src/backends/python/interpreter.ts';
import { environmentKey } from '../../src/backends/python/requirements.ts';
import { bearer, send } from './http.ts';
import { cleanEnvironment, launcher, startTestServer, type TestServer } from './server.ts';
import { testProgram } from './test-env.ts';

export const modelNames = ['line', 'iris', 'several', 'typed', 'free'] as const;
export type ModelName = (typeof modelNames)[number];

export interface SavedModels {
  /** Of the folder with one folder a model. */
  readonly folder: string;
  /** For a `millwright` that serves them: Python models run in the test environment, nothing is installed. */
  readonly env: Readonly<Record<string, string>>;
  remove(): void;
}

/** What `make_served_models.py` says of them. */
export async function saveModels(): Promise<SavedModels> {
  const folder = mkdtempSync(join(tmpdir(), 'millwright-models-'));
  const python = testProgram('python');
  await promisify(execFile)(python, [join(import.meta.dirname, 'make_served_models.py'), folder], { env: cleanEnvironment() });
  const cache = mkdtempSync(join(tmpdir(), 'millwright-cache-'));
  const path = `${dirname(python)}${delimiter}${process.env['PATH'] ?? ''}`;
  const env = { PATH: path, XDG_CACHE_HOME: cache, MLFLOW_DISABLE_TELEMETRY: 'true' };
  await keepEnvironment(join(folder, 'typed'), cache, env);
  return {
    folder,
    env,
    remove: () => [folder, cache].forEach((name) => rmSync(name, { recursive: true, force: true })),
  };
}

/** Puts the test environment where the program looks for the one that the model asks for. */
async function keepEnvironment(model: string, cache: string, env: Readonly<Record<string, string>>): Promise<void> {
  const version = /^python: ([\d.]+)$/m.exec(readFileSync(join(model, 'python_env.yaml'), 'utf8'))?.[1];
  const interpreter = await resolveInterpreter(version, { ...cleanEnvironment(), ...env }, undefined);
  const home = join(cache, 'millwright/python', await environmentKey(join(model, 'requirements.txt'), interpreter));
  mkdirSync(home, { recursive: true });
  symlinkSync(dirname(dirname(testProgram('python'))), join(home, 'kept'));
  writeFileSync(join(home, 'ready'), 'kept');
}

export interface ServingServer extends TestServer {
  /** Asks with the owner's token. */
  call(method: string, path: string, content?: unknown): Promise<unknown>;
}

/** A server on which each of the models is registered, promoted and live under its own name. */
export async function serveModels(models: SavedModels, names: readonly ModelName[]): Promise<ServingServer> {
  const server = await startTestServer({ env: models.env });
  const call: ServingServer['call'] = async (method, path, content) => {
    const headers = { ...bearer(server.token), 'content-type': 'application/json' };
    const response = await send(server.url, { method, path, headers, ...(content === undefined ? {} : { body: JSON.stringify(content) }) });
    if (response.status !== 200) throw new Error(`${method} ${path} answered ${response.status}: ${response.text}`);
    return response.text === '' ? undefined : JSON.parse(response.text);
  };
  const endpoints = names.map((name) => ({ name, model: `models:/${name}@champion`, settings: {} }));
  for (const name of names) await register(server, call, name, join(models.folder, name));
  await call('PUT', '/api/1/endpoints', { project: 'tests', endpoints });
  for (const name of names) {
    await vi.waitFor(
      async () => {
        const { endpoint, deployments } = (await call('GET', `/api/1/endpoints/${name}`)) as EndpointDetail;
        if (endpoint.live === undefined || endpoint.live === null) throw new Error(`${name} is not live: ${JSON.stringify(deployments)}`);
      },
      { timeout: 120_000, interval: 100 },
    );
  }
  return { ...server, call };
}

async function register(server: TestServer, call: ServingServer['call'], name: string, folder: string): Promise<void> {
  const { run } = (await call('POST', '/api/2.0/mlflow/runs/create', { experiment_id: '0' })) as {
    run: { info: { run_id: string; artifact_uri: string } };
  };
  const uri = run.info.artifact_uri;
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const file of files) {
    const path = join(file.parentPath, file.name);
    const url = `${uri.replace('mlflow-artifacts:/', '/api/2.0/mlflow-artifacts/artifacts/')}/model/${relative(folder, path)}`;
    await send(server.url, { method: 'PUT', path: url, headers: bearer(server.token), body: readFileSync(path) });
  }
  await call('POST', '/api/2.0/mlflow/registered-models/create', { name });
  await call('POST', '/api/2.0/mlflow/model-versions/create', { name, source: `${uri}/model`, run_id: run.info.run_id });
  await call('POST', `/api/1/models/${name}/promote`, { target: { kind: 'alias', name: 'champion' }, version: 1 });
}

export interface ServedModel {
  readonly url: string;
  readonly child: ChildProcess;
  stop(): Promise<void>;
}

/** `millwright serve FOLDER`: the model at the root of a port of its own. */
export async function serveAlone(models: SavedModels, name: ModelName, ...words: readonly string[]): Promise<ServedModel> {
  const args = ['serve', join(models.folder, name), '--port', '0', '--json', ...words];
  const child = spawn(launcher, args, { env: { ...cleanEnvironment(), ...models.env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      if (out.includes('\n')) resolve((JSON.parse(out.slice(0, out.indexOf('\n'))) as { url: string }).url);
    });
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.once('exit', (code) => reject(new Error(`serving ${name} ended with ${code}: ${err}`)));
  });
  return {
    url,
    child,
    async stop() {
      child.kill('SIGTERM');
      await gone;
    },
  };
}
