/** Where the records of `millwright serve` go. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Prediction } from '../../src/api/predictions.ts';
import { newFolder } from '../predictions/harness.ts';
import { millwright } from '../support/command.ts';
import { bearer, send, type RawResponse } from '../support/http.ts';
import { homeWithModels, startServe, type ServeProcess } from '../support/serve-process.ts';
import { apiOf } from '../support/served-line.ts';
import { cleanEnvironment, startTestServer, type TestServer } from '../support/server.ts';
import { checkout, testProgram } from '../support/test-env.ts';

let home: string;
let work: string;

beforeAll(async () => {
  home = await homeWithModels();
  work = join(home, 'work');
  mkdirSync(work);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const serve = (words: readonly string[], env: Record<string, string> = {}): ServeProcess =>
  startServe(home, ['../models/line model', '--port', '0', ...words], { cwd: work, env });

async function predict(url: string, id: string, a: unknown): Promise<number> {
  const headers = { 'content-type': 'application/json', 'x-request-id': id };
  const body = JSON.stringify({ dataframe_records: [{ a, b: 0 }] });
  return (await send(url, { method: 'POST', path: '/invocations', headers, body })).status;
}

async function search(folder: string, ...words: string[]): Promise<Prediction[]> {
  const { stdout, stderr, status } = await millwright(work, {}, 'predictions', 'search', '--records', folder, '--json', ...words);
  expect(status, stderr).toBe(0);
  return (JSON.parse(stdout) as { items: Prediction[] }).items;
}

const ids = (rows: readonly Prediction[]): string[] => rows.map(({ requestId }) => requestId).toSorted();

test('--records keeps every prediction in a folder, searched while it serves, after kill -9, and by a server', async () => {
  const folder = join(home, 'records');
  const first = serve(['--records', folder]);
  const url = await first.ready();
  expect(first.stderr()).toContain(`Inference records are kept in ${folder}.`);
  expect(await predict(url, 'one', 1)).toBe(200);
  expect(await predict(url, 'bad', 'x')).toBe(400);
  expect(await search(folder)).toMatchObject([
    { requestId: 'bad', status: 400, errorCode: 'INPUT_INVALID', endpoint: 'line model', prediction: null },
    { requestId: 'one', status: 200, features: { a: 1, b: 0 }, prediction: { y: 2 }, model: 'line model', protocol: 'mlflow' },
  ]);
  const second = serve(['--records', folder]);
  expect(await second.ended).toBe(75);
  expect(second.stderr()).toContain(`${folder} belongs to another process`);
  first.kill('SIGKILL');
  await first.ended;
  expect(ids(await search(folder, '--filter', 'features.a = 1'))).toEqual(['one']);
  const shown = await millwright(work, {}, 'predictions', 'show', 'one', '--records', folder);
  expect(shown.stdout).toContain('features of row 0: {"a":1,"b":0}');

  const third = serve(['--records', folder]);
  expect(await predict(await third.ready(), 'two', 2)).toBe(200);
  expect(ids(await search(folder))).toEqual(['bad', 'one', 'two']);
  third.kill('SIGTERM');
  expect(await third.ended).toBe(0);
  expect(ids(await search(folder))).toEqual(['bad', 'one', 'two']);

  const server = await startTestServer({ stateDirectory: folder });
  const { text } = await send(server.url, { path: '/api/1/predictions', headers: bearer(server.token) });
  expect(ids((JSON.parse(text) as { items: Prediction[] }).items)).toEqual(['bad', 'one', 'two']);
  await server.stop();
});

test('a folder without records, and a record that is not there, are told', async () => {
  const none = await millwright(work, {}, 'predictions', '--records', 'absent');
  expect(none).toMatchObject({ status: 66, stdout: '' });
  expect(none.stderr).toContain(`${join(work, 'absent')} holds no records: name the folder that was given to`);
  const missing = await millwright(work, {}, 'predictions', 'show', 'absent', '--records', join(home, 'records'));
  expect(missing).toMatchObject({ status: 66 });
  expect(missing.stderr).toContain("has the request id 'absent'");
});

test('without a folder and a server it says that it keeps none', async () => {
  const process = serve([]);
  const url = await process.ready();
  expect(process.stderr()).toContain('No inference records are kept: name a folder for them with --records.');
  expect(await predict(url, 'one', 1)).toBe(200);
  process.kill('SIGTERM');
  expect(await process.ended).toBe(0);
});

describe('sent to the server that the model comes from', () => {
  let server: TestServer;
  let stateDirectory: string;
  const startAgain = async (port: number): Promise<void> => {
    server = await startTestServer({ stateDirectory, args: ['--port', String(port)] });
  };
  const serveUri = (words: readonly string[] = [], token = server.token): ServeProcess =>
    startServe(home, ['models:/line/1', '--port', '0', ...words], {
      cwd: work,
      env: { MILLWRIGHT_URL: server.url, MILLWRIGHT_TOKEN: token },
    });
  const found = async (query = ''): Promise<Prediction[]> => {
    const { text } = await send(server.url, { path: `/api/1/predictions${query}`, headers: bearer(server.token) });
    return (JSON.parse(text) as { items: Prediction[] }).items;
  };
  const declare = (records: object): Promise<RawResponse> =>
    send(server.url, {
      method: 'PUT',
      path: '/api/1/endpoints',
      headers: { ...bearer(server.token), 'content-type': 'application/json' },
      body: JSON.stringify({ project: 'p', endpoints: [{ name: 'line', model: 'models:/line/1', settings: {}, records }] }),
    });

  beforeAll(async () => {
    stateDirectory = newFolder();
    server = await startTestServer({ stateDirectory });
    const env = { ...cleanEnvironment(), MLFLOW_TRACKING_URI: server.url, MLFLOW_TRACKING_TOKEN: server.token };
    const made = spawnSync(testProgram('python'), [join(checkout, 'test/support/register_onnx.py'), 'line', '1'], {
      env,
      encoding: 'utf8',
    });
    if (made.status !== 0) throw new Error(made.stderr);
  });
  afterAll(() => server.stop());

  test('as the endpoint of that name keeps them, and told at the end', async () => {
    await declare({ mask: { a: 'hash' } });
    const process = serveUri();
    const url = await process.ready();
    expect(process.stderr()).toContain(`Inference records are sent to ${server.url}.`);
    expect(await predict(url, 'sent', 1)).toBe(200);
    expect(await predict(url, 'refused', 'x')).toBe(400);
    await vi.waitFor(async () => expect(ids(await found())).toEqual(['refused', 'sent']), { timeout: 60_000, interval: 100 });
    expect(await found('?request_id=sent')).toMatchObject([
      {
        endpoint: 'line',
        model: 'line',
        version: '1',
        status: 200,
        features: { a: expect.stringMatching(/^[0-9a-f]{32}$/), b: 0 },
        prediction: { variable: 1002 },
      },
    ]);
    process.kill('SIGTERM');
    expect(await process.ended).toBe(0);
    expect(process.stderr()).toContain(`2 records were sent to ${server.url}.\n`);
  });

  test('a server that is away gets each of them once it is back, though the process was killed', async () => {
    await declare({});
    const first = serveUri();
    const url = await first.ready();
    const port = Number(new URL(server.url).port);
    await server.stop('SIGKILL');
    const asked = Array.from({ length: 30 }, (_, index) => `away-${index}`);
    for (const id of asked) expect(await predict(url, id, 1)).toBe(200);
    await first.says(/records cannot be sent: they wait on the disk/);
    first.kill('SIGKILL');
    await first.ended;
    await startAgain(port);
    const second = serveUri();
    expect(await predict(await second.ready(), 'back', 1)).toBe(200);
    const expected = [...asked, 'back'].toSorted();
    await vi.waitFor(async () => expect(ids(await found('?limit=1000')).filter((id) => /away|back/.test(id))).toEqual(expected), {
      timeout: 60_000,
      interval: 100,
    });
    second.kill('SIGTERM');
    expect(await second.ended).toBe(0);
    expect(second.stderr()).toMatch(/31 records were sent to \S+\.\n/);
  });

  test('what could not be sent when it ends is counted, with the place where it waits', async () => {
    const process = serveUri();
    const url = await process.ready();
    const port = Number(new URL(server.url).port);
    await server.stop();
    expect(await predict(url, 'left', 1)).toBe(200);
    process.kill('SIGTERM');
    expect(await process.ended).toBe(0);
    expect(process.stderr()).toMatch(
      /0 records were sent to \S+; 1 wait in \S+\/millwright\/unsent\/\S+ and are sent by the next `millwright serve` of 'line' here\./,
    );
    await startAgain(port);
  });

  test('not where the token does not allow it, nor where nobody wants it', async () => {
    const viewer = (await apiOf(server).createToken({ name: 'reads', role: 'viewer' })).token;
    for (const [words, token, message] of [
      [[], viewer, `the token may not send them to ${server.url}; set MILLWRIGHT_TOKEN`],
      [['--no-records'], server.token, 'No inference records are kept: --no-records.'],
    ] as const) {
      const process = serveUri(words, token);
      await process.says(/No inference records are kept: .*\n/);
      expect(process.stderr()).toContain(message);
      process.kill('SIGKILL');
      await process.ended;
    }
  });
});
