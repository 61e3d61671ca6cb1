/** Models saved by MLflow, served by the built program: as endpoints of a server, and each on a port of its own. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { vi } from 'vitest';
import type { EndpointDetail } from '../../src/api/endpoints.ts';
import { bearer, send } from './http.ts';
import { linkEnvironment } from './ready-environment.ts';
import { startMillwright } from './serve-process.ts';
import { cleanEnvironment, startTestServer, type TestServer } from './server.ts';
import { testProgram } from './test-env.ts';

export const modelNames = ['line', 'iris', 'several', 'typed', 'free', 'hinted'] as const;
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
  await linkEnvironment(cache, join(folder, 'typed'), { ...cleanEnvironment(), ...env });
  return {
    folder,
    env,
    remove: () => [folder, cache].forEach((name) => rmSync(name, { recursive: true, force: true })),
  };
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
  stop(): Promise<void>;
}

/** `millwright serve FOLDER`: the model at the root of a port of its own. */
export async function serveAlone(models: SavedModels, name: ModelName): Promise<ServedModel> {
  const args = ['serve', join(models.folder, name), '--port', '0', '--json'];
  const served = startMillwright(models.folder, args, { cwd: models.folder, env: models.env });
  return {
    url: await served.ready(),
    async stop() {
      served.kill('SIGTERM');
      await served.ended;
    },
  };
}
