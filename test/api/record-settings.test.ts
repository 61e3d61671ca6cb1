/** How an endpoint keeps its records: declared, shown, and obeyed without a restart. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { EndpointDetail, RecordSettings } from '../../src/api/endpoints.ts';
import type { Prediction, PredictionPage } from '../../src/api/predictions.ts';
import { newFolder } from '../predictions/harness.ts';
import { describeOnBothDatabases } from '../support/both-databases.ts';
import { millwright } from '../support/command.ts';
import { bearer, send } from '../support/http.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

async function call(server: TestServer, method: string, path: string, body?: unknown): Promise<{ status: number; json: unknown }> {
  const headers = { ...bearer(server.token), 'content-type': 'application/json' };
  const { status, text } = await send(server.url, { method, path, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  return { status, json: JSON.parse(text) };
}

const declare = (server: TestServer, records?: Partial<RecordSettings>, name = 'load'): Promise<{ status: number; json: unknown }> =>
  call(server, 'PUT', '/api/1/endpoints', {
    project: 'p',
    endpoints: [{ name, model: 'models:/m@champion', settings: {}, ...(records === undefined ? {} : { records }) }],
  });

const kept = async (server: TestServer, id: string, at: number, endpoint = 'load'): Promise<Prediction | undefined> => {
  const sent = { request_id: id, endpoint, at, features: { email: 'a@b.c', name: 'Ada', x: 1 }, prediction: 2 };
  expect(await call(server, 'POST', '/api/1/predictions', [sent])).toMatchObject({ status: 200 });
  const { json } = await call(server, 'GET', `/api/1/predictions?request_id=${id}`);
  return (json as PredictionPage).items[0];
};

const now = Date.now();
const hashed = expect.stringMatching(/^[0-9a-f]{32}$/) as string;

describeOnBothDatabases('the settings of records', (server) => {
  test('hold from the moment they are declared, and are shown', async () => {
    await declare(server());
    expect((await kept(server(), 'before', now))!.features).toEqual({ email: 'a@b.c', name: 'Ada', x: 1 });
    const records: RecordSettings = { sample: 0, mask: { email: 'hash', name: 'drop' }, required: false, keepDays: 90 };
    expect(await declare(server(), records)).toMatchObject({ status: 200 });
    const shown = (await call(server(), 'GET', '/api/1/endpoints/load')).json as EndpointDetail;
    expect(shown.endpoint).toMatchObject({ records, recordsLost: 0 });
    expect(await kept(server(), 'not-sampled', now)).toBeUndefined();
    await declare(server(), { ...records, sample: 1 });
    expect((await kept(server(), 'masked', now))!.features).toEqual({ email: hashed, name: null, x: 1 });
    expect((await kept(server(), 'other', now, 'elsewhere'))!.features).toMatchObject({ name: 'Ada' });
    await declare(server());
    const back = (await call(server(), 'GET', '/api/1/endpoints/load')).json as EndpointDetail;
    expect(back.endpoint.records).toEqual({ sample: 1, mask: {}, required: true, keepDays: null });
  });

  test('that make no sense are refused', async () => {
    for (const records of [{ sample: 1.5 }, { mask: { a: 'rot13' } }, { keepDays: 0 }, { required: 1 }]) {
      const refused = await declare(server(), records as never);
      expect(refused.status, JSON.stringify(records)).toBe(400);
    }
  });

  test('millwright.yaml declares them, and the command shows them', async () => {
    const folder = newFolder();
    const env = { MILLWRIGHT_URL: server().url, MILLWRIGHT_TOKEN: server().token };
    writeFileSync(
      join(folder, 'millwright.yaml'),
      'schema: 1\nendpoints:\n  yaml:\n    model: models:/m/1\n    records: { sample: 0.125, mask: { email: hash }, required: false, keep_days: 7 }\n',
    );
    expect(await millwright(folder, env, 'endpoints', 'apply')).toMatchObject({ status: 0 });
    expect((await millwright(folder, env, 'endpoints', 'show', 'yaml')).stdout).toContain(
      'records: of 12.5 % of the requests and all errors, email hashed, for 7 days, a prediction without one is answered\n',
    );
  });
});

test('another server on the state obeys them from its first record, hashes alike after the token changed, and removes what is old', async () => {
  const stateDirectory = newFolder();
  const first = await startTestServer({ stateDirectory });
  await declare(first, { mask: { email: 'hash' }, keepDays: 30 });
  const before = await kept(first, 'before', now);
  await kept(first, 'old', now - 31 * 86_400_000);
  expect(await first.stop()).toBe(0);
  writeFileSync(join(stateDirectory, 'token'), '');
  const second = await startTestServer({ stateDirectory });
  expect(second.token).not.toBe(first.token);
  const after = await kept(second, 'after', now);
  expect(after!.features!['email']).toEqual(hashed);
  expect(after!.features!['email']).toBe(before!.features!['email']);
  // The segment of the first server is sealed when the second opens it; what is old goes at once or at the next start.
  const today = new Date(now).toISOString().slice(0, 10);
  await vi.waitFor(() => expect(sealedDays(stateDirectory)).toContain(today), { timeout: 60_000, interval: 100 });
  await second.stop();
  const third = await startTestServer({ stateDirectory });
  await vi.waitFor(async () => expect((await call(third, 'GET', '/api/1/predictions/old')).status).toBe(404), {
    timeout: 60_000,
    interval: 100,
  });
  expect((await call(third, 'GET', '/api/1/predictions/before')).status).toBe(200);
  await third.stop();
});

function sealedDays(stateDirectory: string): (string | undefined)[] {
  const folder = join(stateDirectory, 'artifacts/1/predictions/load');
  const files = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
  return files.map((name) => /^date=([\d-]+)\/[^.].*\.parquet$/.exec(name)?.[1]);
}
