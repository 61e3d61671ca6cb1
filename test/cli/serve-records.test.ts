/** Where the records of `millwright serve` go. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Prediction } from '../../src/api/predictions.ts';
import { millwright } from '../support/command.ts';
import { bearer, send } from '../support/http.ts';
import { homeWithModels, startServe, type ServeProcess } from '../support/serve-process.ts';
import { startTestServer } from '../support/server.ts';

let home: string;
let work: string;

beforeAll(async () => {
  home = await homeWithModels();
  work = join(home, 'work');
  mkdirSync(work);
}, 180_000);
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
