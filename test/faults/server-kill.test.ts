/** `kill -9` of the server while clients write: nothing that was acknowledged is lost, nothing half-written is served. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bearer, send, type RawResponse } from '../support/http.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const rounds = process.env['MILLWRIGHT_SOAK'] === '1' ? 100 : 10;
const mlflow = '/api/2.0/mlflow';
let stateDirectory: string;

beforeAll(async () => {
  stateDirectory = await mkdtemp(join(tmpdir(), 'millwright-kill-'));
});
afterAll(() => rm(stateDirectory, { recursive: true, force: true }));

/** What the server has said yes to, over all rounds. */
const acknowledged = {
  experiments: new Map<string, string>(),
  /** run id → values of its metric `loss` by step */
  metrics: new Map<string, Map<number, number>>(),
  params: new Map<string, Map<string, string>>(),
  /** path → sha256 of the content */
  artifacts: new Map<string, string>(),
  /** Every content that was ever sent to a path: whatever is served must be one of them, whole. */
  sent: new Map<string, Set<string>>(),
};

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function post(server: TestServer, path: string, body: unknown): Promise<unknown> {
  const headers = { ...bearer(server.token), 'content-type': 'application/json' };
  const { status, text } = await send(server.url, { method: 'POST', path, headers, body: JSON.stringify(body) });
  if (status !== 200) throw new Error(`${path} answered ${status}: ${text}`);
  return JSON.parse(text);
}

/** Each step notes what it wrote only after the server said yes; a connection that breaks ends the client. */
async function client(server: TestServer, name: string): Promise<void> {
  const { experiment_id } = (await post(server, `${mlflow}/experiments/create`, { name })) as { experiment_id: string };
  acknowledged.experiments.set(experiment_id, name);
  const created = (await post(server, `${mlflow}/runs/create`, { experiment_id })) as { run: { info: { run_id: string } } };
  const { run_id } = created.run.info;
  acknowledged.metrics.set(run_id, new Map());
  acknowledged.params.set(run_id, new Map());
  for (let step = 0; ; step += 1) {
    const value = Math.random();
    await post(server, `${mlflow}/runs/log-metric`, { run_id, key: 'loss', value, timestamp: 1, step });
    acknowledged.metrics.get(run_id)!.set(step, value);
    await post(server, `${mlflow}/runs/log-parameter`, { run_id, key: `p${step}`, value: `${value}` });
    acknowledged.params.get(run_id)!.set(`p${step}`, `${value}`);
    // Every other one replaces what is there.
    const path = `${experiment_id}/${run_id}/artifacts/file-${step % 2}`;
    const bytes = randomBytes(200_000 + step);
    acknowledged.sent.set(path, (acknowledged.sent.get(path) ?? new Set()).add(sha256(bytes)));
    const { status } = await put(server, path, bytes);
    if (status !== 200) throw new Error(`the artifact ${path} was answered ${status}`);
    acknowledged.artifacts.set(path, sha256(bytes));
  }
}

const artifactUrl = (path: string): string => `/api/2.0/mlflow-artifacts/artifacts/${path}`;
const put = (server: TestServer, path: string, body: Uint8Array): Promise<RawResponse> =>
  send(server.url, { method: 'PUT', path: artifactUrl(path), headers: bearer(server.token), body });

async function lostOn(server: TestServer): Promise<string[]> {
  const lost: string[] = [];
  const get = async (path: string): Promise<string> => (await send(server.url, { path, headers: bearer(server.token) })).text;
  for (const [id, name] of acknowledged.experiments) {
    if (!(await get(`${mlflow}/experiments/get?experiment_id=${id}`)).includes(`"${name}"`)) lost.push(`experiment ${name}`);
  }
  for (const [run, steps] of acknowledged.metrics) {
    const text = await get(`${mlflow}/metrics/get-history?run_id=${run}&metric_key=loss&max_results=25000`);
    const { metrics = [] } = JSON.parse(text) as { metrics?: { step: number | string; value: number }[] };
    const stored = new Map(metrics.map(({ step, value }) => [Number(step), value]));
    for (const [step, value] of steps) if (stored.get(step) !== value) lost.push(`metric ${step} of ${run}`);
  }
  for (const [run, params] of acknowledged.params) {
    const { run: stored } = JSON.parse(await get(`${mlflow}/runs/get?run_id=${run}`)) as Run;
    const values = new Map((stored.data.params ?? []).map(({ key, value }) => [key, value]));
    for (const [key, value] of params) if (values.get(key) !== value) lost.push(`param ${key} of ${run}`);
  }
  return lost;
}

interface Run {
  readonly run: { readonly data: { readonly params?: readonly { readonly key: string; readonly value: string }[] } };
}

async function brokenArtifacts(server: TestServer): Promise<string[]> {
  const broken: string[] = [];
  for (const [path, contents] of acknowledged.sent) {
    const response = await fetch(server.url + artifactUrl(path), { headers: bearer(server.token) });
    const digest = sha256(new Uint8Array(await response.arrayBuffer()));
    if (response.status === 404 && !acknowledged.artifacts.has(path)) continue;
    if (response.status !== 200) broken.push(`${path}: ${response.status}`);
    else if (!contents.has(digest)) broken.push(`${path}: content that nobody sent`);
  }
  return broken;
}

test(`over ${rounds} kills of the server no acknowledged write is lost and no artifact is half`, async () => {
  let kills = 0;
  for (let round = 0; round < rounds; round += 1) {
    const server = await startTestServer({ stateDirectory });
    const before = acknowledged.artifacts.size;
    const clients = Array.from({ length: 4 }, (_, index) => client(server, `round ${round} client ${index}`));
    const ends = Promise.allSettled(clients);
    // Killed in the middle of the work, at a moment that differs: after so many answers, not after a time.
    const enough = before + 2 + (round % 5);
    while (acknowledged.artifacts.size < enough) await new Promise((resolve) => setImmediate(resolve));
    expect(await server.stop('SIGKILL')).toBe('SIGKILL');
    kills += 1;
    const results = await ends;
    // Clients end by the broken connection, never by an answer that the server should not have given.
    const wrong = results.flatMap((end) =>
      end.status === 'rejected' && / answered /.test(String(end.reason)) ? [String(end.reason)] : [],
    );
    expect(wrong).toEqual([]);
  }
  const server = await startTestServer({ stateDirectory });
  expect(await lostOn(server)).toEqual([]);
  expect(await brokenArtifacts(server)).toEqual([]);
  expect(kills).toBe(rounds);
  expect(acknowledged.artifacts.size).toBeGreaterThanOrEqual(rounds * 2);
  expect([...acknowledged.metrics.values()].reduce((sum, steps) => sum + steps.size, 0)).toBeGreaterThanOrEqual(rounds * 2);
  expect(await server.stop()).toBe(0);
});
