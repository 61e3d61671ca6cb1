/** What people are told of a version while it is tried, step by step: each step is held until the test has seen it. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Endpoint } from '../../src/api/endpoints.ts';
import { millwright } from '../support/command.ts';
import { bearer, send } from '../support/http.ts';
import { apiOf, moveChampion, registerLine } from '../support/served-line.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { testProgram } from '../support/test-env.ts';

const waiting = { timeout: 60_000, interval: 50 };
const folder = mkdtempSync(join(tmpdir(), 'endpoint-preparation-'));
let server: TestServer;

/** A model that answers whatever it is asked with 7. */
const model = {
  MLmodel: `flavors:
  python_function:
    loader_module: seven
    code: code
    env:
      virtualenv: python_env.yaml
`,
  'python_env.yaml': 'dependencies:\n- -r requirements.txt\n',
  'requirements.txt': 'seven-of-nine==1\n',
  'code/seven.py':
    'class Seven:\n    def predict(self, rows, params=None):\n        return [7]\n\ndef _load_pyfunc(path):\n    return Seven()\n',
};

/** `uv` that says what it does, and installs when it may; an interpreter whose so manyth start begins when it may. */
function fakeInstaller(): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const python = join(folder, 'python');
  const start = `#!/bin/sh
n=1
while ! mkdir "${folder}/begun-$n" 2>/dev/null; do n=$((n+1)); done
while [ ! -e "${folder}/start-$n" ]; do sleep 0.05; done
exec '${testProgram('python')}' "$@"
`;
  writeFileSync(python, start);
  const uv = `#!/bin/sh
case "$1 $2" in
  '--version '*) echo uv ;;
  'venv '*) for last; do :; done; mkdir -p "$last/bin"; cp '${python}' "$last/bin/python" ;;
  'pip install') echo 'Resolved 12 packages'; printf 'Building 1/2\\rBuilding 2/2 seven-of-nine\\n'; while [ ! -e '${join(folder, 'install')}' ]; do sleep 0.05; done ;;
esac
`;
  writeFileSync(join(bin, 'uv'), uv);
  for (const path of [python, join(bin, 'uv')]) chmodSync(path, 0o755);
  return bin;
}

const allow = (name: string): void => writeFileSync(join(folder, name), '');

beforeAll(async () => {
  const path = `${fakeInstaller()}${delimiter}${process.env['PATH'] ?? ''}`;
  server = await startTestServer({ env: { PATH: path, XDG_CACHE_HOME: join(folder, 'cache') } });
  await apiOf(server).declareEndpoints({ project: 'grid', endpoints: [{ name: 'line', model: 'models:/line@champion', settings: {} }] });
  const headers = { ...bearer(server.token), 'content-type': 'application/json' };
  await send(server.url, { method: 'POST', path: '/api/2.0/mlflow/registered-models/create', headers, body: '{"name":"line"}' });
}, 60_000);
afterAll(async () => {
  for (const gate of ['install', 'start-1', 'start-2']) allow(gate);
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('an endpoint says what the version that is tried waits for: installing with the log, proving, warming, and then nothing', async () => {
  const endpoint = async (): Promise<Endpoint> => (await apiOf(server).endpoint('line')).endpoint;
  const cli = async (...words: string[]): Promise<string> =>
    (await millwright(folder, { MILLWRIGHT_URL: server.url, MILLWRIGHT_TOKEN: server.token }, 'endpoints', ...words)).stdout;
  const index = async (body = ''): Promise<unknown> =>
    JSON.parse((await send(server.url, { method: 'POST', path: '/v2/repository/index', headers: bearer(server.token), body })).text);
  expect(await endpoint()).not.toHaveProperty('preparing');
  expect(await index()).toEqual([{ name: 'line', state: 'UNAVAILABLE', reason: 'models:/line@champion stands on no version' }]);
  await moveChampion(server, await registerLine(server, model));

  const log = 'Resolved 12 packages\nBuilding 1/2\rBuilding 2/2 seven-of-nine\n';
  const tried = { model: 'line', version: 1 };
  await expect.poll(endpoint, waiting).toMatchObject({ state: 'starting', preparing: { ...tried, step: 'installing', log } });
  expect((await endpoint()).preparing!.since).toBeLessThanOrEqual(Date.now());
  expect(await cli('show', 'line')).toMatch(
    /\nline v1 is tried: what it runs in is being installed, for [^\n]+\n {2}\| Resolved 12 packages\n {2}\| Building 2\/2 seven-of-nine\n/,
  );
  expect(await cli('list')).toMatch(/ starting \(installing [^\n]+\)\n/);

  expect(await index()).toEqual([{ name: 'line', version: '1', state: 'LOADING', reason: 'installing' }]);
  expect(await index('{"ready": true}')).toEqual([]);

  allow('install');
  await expect.poll(endpoint, waiting).toMatchObject({ state: 'starting', preparing: { ...tried, step: 'proving', log: null } });
  allow('start-1');
  await expect.poll(endpoint, waiting).toMatchObject({ state: 'starting', preparing: { ...tried, step: 'warming', log: null } });
  expect(await cli('show', 'line')).toContain('line v1 is tried: it is being loaded where it will serve, and warmed, for ');
  allow('start-2');
  await expect.poll(endpoint, waiting).toMatchObject({ state: 'serving', live: { version: 1 } });
  expect(await endpoint()).not.toHaveProperty('preparing');
  expect(await index('{"ready": true}')).toEqual([{ name: 'line', version: '1', state: 'READY', reason: '' }]);
}, 120_000);
