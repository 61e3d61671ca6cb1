/** `millwright serve` as a process: what a container of SageMaker or KServe must do, without any server. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { freePorts } from '../support/free-ports.ts';
import { homeWithModels, startServe, type ServeProcess } from '../support/serve-process.ts';
import { bearer, send, type RawResponse } from '../support/http.ts';
import { cleanEnvironment, startTestServer, type TestServer } from '../support/server.ts';
import { checkout, testProgram } from '../support/test-env.ts';

const rows = {
  columns: ['a', 'b'],
  data: [
    [1.5, 0.25],
    [-2, 1e6],
  ],
};
const body = JSON.stringify({ dataframe_split: rows });
const json = { 'content-type': 'application/json' };
let home: string;
/** Where the commands are started. */
let work: string;

beforeAll(async () => {
  home = await homeWithModels();
  work = join(home, 'work');
  mkdirSync(work);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const serve = (...words: string[]): ServeProcess => startServe(home, words, { cwd: work });
const get = (url: string, path: string): Promise<RawResponse> => send(url, { path });
const post = (url: string, path: string, text: string): Promise<RawResponse> =>
  send(url, { method: 'POST', path, headers: json, body: text });

function stop(process: ServeProcess): Promise<number | string> {
  process.kill('SIGTERM');
  return process.ended;
}

describe.each([
  ['line model', 'onnxruntime', [{ y: 3.25 }, { y: 999_996 }], '{"columns":["a","b"],"data":[[1.5,0.25],[-2,1000000]]}'],
  ['waiting', 'python_function', [1.75, 999_998], '{"columns":["a","b","says","waits"],"data":[[1.5,0.25,"",""],[-2,1000000,"",""]]}'],
] as const)('the folder %s', (folder, platform, predictions, split) => {
  let process: ServeProcess;
  let url: string;
  beforeAll(async () => {
    process = serve(`../models/${folder}`, '--port', '0');
    url = await process.ready();
  });
  afterAll(() => process.kill('SIGKILL'));

  test('answers at the root of its port, named after the folder', async () => {
    expect(await get(url, '/ping')).toMatchObject({ status: 200 });
    expect(await get(url, '/health')).toMatchObject({ status: 200 });
    expect((await get(url, '/version')).text).toMatch(/^\d+\.\d+\.\d+$/);
    const answer = await post(url, '/invocations', `{"dataframe_split":${split}}`);
    expect(answer.status, answer.text).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({ predictions });
    const named = encodeURIComponent(folder);
    expect(JSON.parse((await get(url, '/v2')).text)).toMatchObject({ name: 'millwright' });
    expect(JSON.parse((await get(url, '/v2/models')).text)).toEqual({ models: [folder] });
    expect(JSON.parse((await get(url, `/v2/models/${named}`)).text)).toMatchObject({
      name: folder,
      inputs: [{ name: 'a' }, { name: 'b' }, ...(platform === 'onnxruntime' ? [] : [{}, {}])],
    });
    expect(await get(url, `/v2/models/${named}/ready`)).toMatchObject({ status: 200 });
    expect(await get(url, '/v2/health/live')).toMatchObject({ status: 200 });
    expect(await get(url, '/v2/health/ready')).toMatchObject({ status: 200, text: '{"ready":true}' });
    const document = JSON.parse((await get(url, '/openapi.json')).text) as { openapi: string; paths: object };
    expect(document.openapi).toMatch(/^3\.1/);
    expect(Object.keys(document.paths)).toContain('/invocations');
    expect(await get(url, '/api/1/endpoints')).toMatchObject({ status: 404 });
  });

  test('ends with 0 when it is told to', async () => {
    expect(await stop(process)).toBe(0);
  });
});

test('leaves nothing behind in the folder it was started in', () => {
  expect(readdirSync(work)).toEqual([]);
  expect(existsSync(join(home, 'millwright/lock'))).toBe(false);
});

test('while the model is being loaded the port is open and says 503, and 200 from then on', async () => {
  const gate = join(home, 'load');
  const process = startServe(home, ['../models/waiting', '--port', '0'], { cwd: work, env: { LOAD_AFTER: gate } });
  const url = await process.listening();
  for (const path of [
    '/ping',
    '/health',
    '/version',
    '/openapi.json',
    '/v2/health/ready',
    '/v2/models/waiting',
    '/v2/models/waiting/ready',
  ])
    expect(await get(url, path), path).toMatchObject({ status: 503 });
  const refused = await post(url, '/invocations', body);
  expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
  expect(refused.text).toContain("the model of 'waiting' is being loaded");
  expect(await get(url, '/v2/health/live')).toMatchObject({ status: 200 });
  expect(await get(url, '/v2')).toMatchObject({ status: 200 });
  writeFileSync(gate, '');
  expect(await process.ready()).toBe(url);
  expect(await get(url, '/ping')).toMatchObject({ status: 200 });
  expect(await stop(process)).toBe(0);
});

test('a request that runs when it is told to end is answered, and no new one is taken', async () => {
  const process = serve('../models/waiting', '--port', '0', '--json');
  const url = await process.ready();
  expect(JSON.parse(process.stdout())).toEqual({ url, endpoint: 'waiting' });
  const [says, waits] = [join(home, 'says'), join(home, 'waits')];
  const running = post(url, '/invocations', JSON.stringify({ dataframe_records: [{ a: 1, b: 2, says, waits }] }));
  await vi.waitFor(() => expect(existsSync(says)).toBe(true), { timeout: 60_000, interval: 20 });
  process.kill('SIGTERM');
  await vi.waitFor(() => expect(get(url, '/ping')).rejects.toMatchObject({ code: 'ECONNREFUSED' }), { timeout: 60_000, interval: 20 });
  writeFileSync(waits, '');
  expect(await running).toMatchObject({ status: 200, text: '{"predictions": [3.0]}' });
  expect(await process.ended).toBe(0);
});

test('an environment that has to be installed is told, and why it cannot be, with the end of the log', async () => {
  const bin = join(home, 'bin');
  mkdirSync(bin);
  const uv = '#!/bin/sh\n[ "$1" = --version ] && exit 0\necho "no wheel of odd-package is in reach"\nexit 2\n';
  writeFileSync(join(bin, 'uv'), uv, { mode: 0o755 });
  const odd = join(home, 'models/odd');
  cpSync(join(home, 'models/waiting'), odd, { recursive: true });
  writeFileSync(join(odd, 'requirements.txt'), 'odd-package==1\n');
  const env = { PATH: [bin, dirname(testProgram('python')), process.env['PATH']].join(delimiter) };
  const served = startServe(home, ['../models/odd', '--port', '0'], { cwd: work, env });
  expect(await served.ended).toBe(65);
  expect(served.stderr()).toMatch(
    /; loading the model folder \S+\nNo inference records are kept: .*\nInstalling the Python environment that the model asks for, once on this machine\.\nmillwright: odd: [^]*no wheel of odd-package is in reach\n/,
  );
});

test('without a model it serves what SageMaker mounts, on the port that SageMaker names', async () => {
  const [port] = await freePorts(1);
  const env = { SM_MODEL_DIR: join(home, 'models/line model'), SAGEMAKER_BIND_TO_PORT: String(port) };
  const process = startServe(home, [], { cwd: work, env });
  expect(await process.ready()).toBe(`http://0.0.0.0:${port}`);
  expect(await post(`http://127.0.0.1:${port}`, '/invocations', body)).toMatchObject({ status: 200 });
  expect(await stop(process)).toBe(0);
});

test('a port in use is told before any model is loaded', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  const process = serve('../models/line model', '--port', String(port));
  expect(await process.ended).toBe(69);
  expect(process.stderr()).toBe(`millwright: port ${port} on 127.0.0.1 is in use: choose another with --port, or 0 for a free one\n`);
  taken.close();
});

test.each([
  [['../models/line model', '--port', '66000'], 64, "--port is '66000': it must be a whole number from 0 to 65535"],
  [['../models/line model', '--port', ''], 64, "--port is '': it must be a whole number"],
  [['../models/line model', '--workers', '0'], 64, "--workers is '0': it must be a whole number from 1 to 64"],
  [['../models/line model', '--runtime', 'torch'], 64, "--runtime is 'torch': it must be auto, onnx or python_function"],
  [['../models'], 65, 'there is no MLmodel file in'],
  [['./absent'], 65, "name the folder that mlflow's save_model or log_model wrote"],
  [['models:/line'], 64, "'models:/line' names no registered model: write models:/NAME@ALIAS"],
  [['../models/waiting', '--runtime', 'onnx', '--port', '0'], 65, 'waiting has no flavour onnx; its flavours are python_function'],
  [['load', '--port', '0'], 69, 'no server can be asked for an endpoint of that name: no Millwright server is running here: start one'],
])('%j ends with %d and says what to do', async (words, status, message) => {
  const process = serve(...words);
  expect(await process.ended).toBe(status);
  expect(process.stderr()).toContain(message);
});

describe('with a server', () => {
  let server: TestServer;
  let env: Record<string, string>;
  beforeAll(async () => {
    server = await startTestServer();
    env = { MILLWRIGHT_URL: server.url, MILLWRIGHT_TOKEN: server.token };
    const tracking = { MLFLOW_TRACKING_URI: server.url, MLFLOW_TRACKING_TOKEN: server.token };
    const made = spawnSync(testProgram('python'), [join(checkout, 'test/support/register_onnx.py'), 'line', '1'], {
      env: { ...cleanEnvironment(), ...tracking },
      encoding: 'utf8',
    });
    if (made.status !== 0) throw new Error(made.stderr);
    const alias = JSON.stringify({ name: 'line', alias: 'champion', version: '1' });
    const headers = { ...json, ...bearer(server.token) };
    await send(server.url, { method: 'POST', path: '/api/2.0/mlflow/registered-models/alias', headers, body: alias });
    const declared = JSON.stringify({ project: 'p', endpoints: [{ name: 'load', model: 'models:/line@champion', settings: {} }] });
    await send(server.url, { method: 'PUT', path: '/api/1/endpoints', headers, body: declared });
  });
  afterAll(() => server.stop());

  test.each([
    ['models:/line@champion', 'line'],
    ['models:/line/1', 'line'],
    ['load', 'load'],
  ])('%s is read from it and answers as %s', async (model, name) => {
    const process = startServe(home, [model, '--port', '0', '--json'], { cwd: work, env });
    const url = await process.ready();
    expect(JSON.parse(process.stdout())).toEqual({ url, endpoint: name });
    expect(JSON.parse((await get(url, '/v2/models')).text)).toEqual({ models: [name] });
    const answer = await post(url, '/invocations', body);
    expect(answer).toMatchObject({ status: 200, headers: { 'x-millwright-model': 'line/1' } });
    expect(JSON.parse(answer.text)).toEqual({ predictions: [{ variable: 1003.25 }, { variable: 1_000_996 }] });
    expect(await stop(process)).toBe(0);
  });

  test('a version or endpoint that is not there is told, and the port is given back', async () => {
    for (const model of ['models:/line@absent', 'models:/line/9', 'absent']) {
      const process = startServe(home, [model, '--port', '0'], { cwd: work, env });
      expect(await process.ended, process.stderr()).toBe(66);
      expect(process.stderr()).not.toContain('Listening');
    }
  });

  test('a name that is neither a folder nor an endpoint is told with both, and with what would be taken', async () => {
    const process = startServe(home, ['absent', '--port', '0'], { cwd: work, env });
    expect(await process.ended).toBe(66);
    expect(process.stderr()).toBe(
      `millwright: 'absent' is no model folder (${join(work, 'absent/MLmodel')} is not there), and at ${server.url} no endpoint is called ` +
        "'absent': `millwright endpoints list` shows those that are there. Name a folder with an MLmodel file, an endpoint, or a registered " +
        'model as models:/NAME@ALIAS\n',
    );
  });

  test('a model folder goes before an endpoint of the same name, and one line says so', async () => {
    const models = join(home, 'models');
    symlinkSync(join(models, 'line model'), join(models, 'load'));
    const process = startServe(home, ['load', '--port', '0'], { cwd: models, env });
    const url = await process.ready();
    expect(process.stderr()).toContain(
      `Listening on ${url}; loading the model folder ${join(models, 'load')}, which goes before an endpoint of that name.\n`,
    );
    expect((await post(url, '/invocations', body)).headers['x-millwright-model']).toBe('load');
    expect(await stop(process)).toBe(0);
    const other = startServe(home, ['load', '--port', '0'], { cwd: work, env });
    await other.ready();
    expect(other.stderr()).toContain(`; loading line/1, the version of the endpoint 'load' of ${server.url}.\n`);
    expect(await stop(other)).toBe(0);
  });
});
