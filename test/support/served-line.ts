/** The model 'line' (y = 1000 version + 2 a + b, ONNX) behind an endpoint of the same name, and versions that cannot be served. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createCall, millwrightApi } from '../../sdk/src/index.ts';
import { bearer, send, type RawResponse } from './http.ts';
import { cleanEnvironment, type TestServer } from './server.ts';
import { checkout, testProgram } from './test-env.ts';

export const apiOf = (server: TestServer): ReturnType<typeof millwrightApi> =>
  millwrightApi(createCall({ url: server.url, token: server.token }));

export async function serveLine(server: TestServer, versions: number): Promise<void> {
  const env = { ...cleanEnvironment(), MLFLOW_TRACKING_URI: server.url, MLFLOW_TRACKING_TOKEN: server.token };
  await promisify(execFile)(testProgram('python'), [join(checkout, 'test/support/register_onnx.py'), 'line', String(versions)], { env });
  const endpoints = [{ name: 'line', model: 'models:/line@champion', settings: {} }];
  await apiOf(server).declareEndpoints({ project: 'grid', endpoints });
}

export async function moveChampion(server: TestServer, version: number): Promise<void> {
  await apiOf(server).promote('line', { target: { kind: 'alias', name: 'champion' }, version });
}

/** Registers a further version of 'line' from these files. @returns its number */
export async function registerLine(server: TestServer, files: Readonly<Record<string, string>>): Promise<number> {
  const post = async (path: string, body: object): Promise<unknown> => {
    const headers = { ...bearer(server.token), 'content-type': 'application/json' };
    const answer = await send(server.url, { method: 'POST', path: `/api/2.0/mlflow/${path}`, headers, body: JSON.stringify(body) });
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${answer.text}`);
    return JSON.parse(answer.text);
  };
  const { run } = (await post('runs/create', { experiment_id: '0' })) as { run: { info: { run_id: string; artifact_uri: string } } };
  const folder = run.info.artifact_uri.replace('mlflow-artifacts:/', '/api/2.0/mlflow-artifacts/artifacts/');
  for (const [name, body] of Object.entries(files)) {
    await send(server.url, { method: 'PUT', path: `${folder}/model/${name}`, headers: bearer(server.token), body });
  }
  const source = `${run.info.artifact_uri}/model`;
  const made = (await post('model-versions/create', { name: 'line', source, run_id: run.info.run_id })) as {
    model_version: { version: string };
  };
  return Number(made.model_version.version);
}

/** An ONNX model whose file is cut off. */
export const cutOff = { MLmodel: 'flavors:\n  onnx:\n    data: model.onnx\n', 'model.onnx': 'cut off' };

export function askLine(server: TestServer, body: string): Promise<RawResponse> {
  const headers = { ...bearer(server.token), 'content-type': 'application/json' };
  return send(server.url, { method: 'POST', path: '/endpoints/line/invocations', headers, body });
}

export const goodBody = JSON.stringify({ dataframe_split: { columns: ['a', 'b'], data: [[1.5, 0.25]] } });
