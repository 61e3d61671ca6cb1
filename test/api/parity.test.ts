/** The two flavours of a model version, compared when it is registered. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createCall, millwrightApi } from '../../sdk/src/index.ts';
import { millwright } from '../support/command.ts';
import { readyEnvironment, type ReadyEnvironment } from '../support/ready-environment.ts';
import { mlflowClient } from '../support/mlflow-client.ts';
import { startPostgres, type Postgres } from '../support/postgres.ts';
import { recordRun } from '../support/recorded-run.ts';
import { cleanEnvironment, startTestServer, type TestServer } from '../support/server.ts';
import { checkout, testProgram } from '../support/test-env.ts';

const patience = 180_000;
const root = mkdtempSync(join(tmpdir(), 'millwright-parity-'));
const cacheHome = join(root, 'cache');
let python: ReadyEnvironment;

beforeAll(async () => {
  execFileSync(testProgram('python'), [join(checkout, 'test/support/make_twins.py'), root], { stdio: 'pipe' });
  python = await readyEnvironment(cacheHome, join(root, 'alike'));
}, patience);
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Registered {
  readonly version: number;
  readonly status: string;
  readonly message: string;
}

describe.each(['SQLite', 'PostgreSQL'] as const)('parity on %s', (database) => {
  let postgres: Postgres | undefined;
  let server: TestServer;
  const start = () =>
    startTestServer({
      stateDirectory: join(root, database),
      env: { XDG_CACHE_HOME: cacheHome, ...(postgres === undefined ? {} : { MILLWRIGHT_DATABASE_URL: postgres.url }) },
    });
  beforeAll(async () => {
    if (database === 'PostgreSQL') postgres = await startPostgres();
    server = await start();
  });
  afterAll(async () => {
    await server?.stop();
    await postgres?.stop();
  });
  const api = () => millwrightApi(createCall({ url: server.url, token: server.token }));
  const { call } = mlflowClient(
    () => server,
    () => server.token,
  );
  const alias = (name: string, version: number) =>
    call<{ message?: string; error_code?: string }>('POST', 'registered-models/alias', {
      name,
      alias: 'champion',
      version: String(version),
    });

  /** By the stock client, which waits until the version is ready. */
  async function register(
    folder: string,
    name: string,
    token: { MLFLOW_TRACKING_TOKEN?: string } = { MLFLOW_TRACKING_TOKEN: server.token },
  ): Promise<Registered> {
    const env = {
      ...cleanEnvironment(),
      MLFLOW_TRACKING_URI: server.url,
      ...token,
      MLFLOW_DISABLE_TELEMETRY: 'true',
    };
    const script = join(checkout, 'test/support/register_folder.py');
    const child = spawn(testProgram('python'), [script, join(root, folder), name], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const [said, complained, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    if (code !== 0) throw new Error(complained);
    return JSON.parse(said.trim().split('\n').at(-1)!) as Registered;
  }
  const gate = (name: string) => ({
    model: name,
    protects: ['champion', 'Production'],
    gate: 'candidate.rmse < naive.rmse',
    evidence: { stage: 'evaluate', file: 'metrics.json' },
  });

  test('flavours that answer alike are found so, and the version is ready', { timeout: patience }, async () => {
    const registered = await register('alike', 'alike');
    expect(registered).toEqual({
      version: 1,
      status: 'READY',
      message: expect.stringMatching(
        /^ONNX answers the input example as python_function does: the largest relative difference is \S+ \(allowed 1e-6\)$/,
      ),
    });
    const { versions } = await api().model('alike');
    expect(versions[0]!.parity).toMatchObject({ state: 'agrees', tolerance: 1e-6, mismatch: null, checkedAt: expect.any(Number) });
    expect(versions[0]!.parity!.largestDifference).toBeLessThan(1e-6);
    const { items } = await api().events(100);
    expect(items.find(({ kind, subjectId }) => kind === 'parity.checked' && subjectId === 'alike/1')?.data).toMatchObject({
      state: 'agrees',
    });
    expect(await alias('alike', 1)).toMatchObject({ status: 200 });
  });

  test(
    'flavours that differ are shown with row, column and both answers, and a gate refuses the version',
    { timeout: patience },
    async () => {
      const message =
        'ONNX answers the input example differently than python_function: row 1, column 0: 1249996.5 against 999996.5, a relative difference of 2.0e-1 (allowed 1e-6)';
      expect(await register('apart', 'apart')).toEqual({ version: 1, status: 'READY', message });
      expect((await api().model('apart')).versions[0]!.parity).toMatchObject({
        state: 'differs',
        mismatch: { row: 1, column: '0', onnx: '1249996.5', other: '999996.5' },
      });
      // Nothing protects or serves it: it moves as MLflow's does.
      expect((await alias('apart', 1)).status).toBe(200);
      await call('DELETE', 'registered-models/alias', { name: 'apart', alias: 'champion' });
      await recordRun(server, { project: `gates-${database}`, gates: [gate('apart')] });
      const refused = await alias('apart', 1);
      expect(refused.status).toBe(400);
      expect(refused.body.message).toContain(`refuses version 1 as alias 'champion': ${message}`);
    },
  );

  test('a version whose flavours differ does not come under a name that an endpoint follows', { timeout: patience }, async () => {
    await register('apart', 'served');
    const endpoint = { name: `served-${database}`, model: 'models:/served@champion', settings: {} };
    await api().declareEndpoints({ project: 'p', endpoints: [endpoint] });
    const refused = await alias('served', 1);
    expect(refused).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining(`the endpoint '${endpoint.name}' follows the alias 'champion'`) },
    });
    expect(refused.body.message).toContain('1249996.5 against 999996.5');
    const promoted = await api().promote('served', {
      target: { kind: 'alias', name: 'champion' },
      version: 1,
      override: { reason: 'a drill' },
    });
    expect(promoted).toEqual({ version: 1 });
    // Nor by a model that takes the name with the alias on such a version already.
    await call('POST', 'registered-models/create', { name: 'aside' });
    await call('POST', 'model-versions/create', { name: 'aside', source: 'models:/served/1' });
    expect(await alias('aside', 1)).toMatchObject({ status: 200 });
    const rename = (name: string, new_name: string) => call<{ message?: string }>('POST', 'registered-models/rename', { name, new_name });
    expect(await rename('served', 'was-served')).toMatchObject({ status: 200 });
    const taking = await rename('aside', 'served');
    expect(taking).toMatchObject({ status: 400, body: { error_code: 'INVALID_PARAMETER_VALUE' } });
    expect(taking.body.message).toBe(refused.body.message);
    await call('DELETE', 'registered-models/alias', { name: 'aside', alias: 'champion' });
    expect(await rename('aside', 'served')).toMatchObject({ status: 200 });
    await api().removeEndpoint(endpoint.name);
  });

  test('an endpoint that serves such a version all the same says so', { timeout: patience }, async () => {
    await register('apart', 'pinned');
    const name = `pinned-${database}`;
    await api().declareEndpoints({ project: 'p', endpoints: [{ name, model: 'models:/pinned/1', settings: { runtime: 'onnx' } }] });
    await vi.waitFor(async () => expect((await api().endpoint(name)).endpoint.live).toMatchObject({ version: 1, flavor: 'onnx' }), {
      timeout: 60_000,
      interval: 100,
    });
    const { message } = (await api().model('pinned')).versions[0]!.parity!;
    expect((await api().endpoint(name)).endpoint.differs).toEqual({ version: 1, message });
    const shown = await millwright(root, { MILLWRIGHT_URL: server.url, MILLWRIGHT_TOKEN: server.token }, 'endpoints', 'show', name);
    expect(shown.stdout).toContain(`\nthe flavours of version 1 do not answer alike: ${message}\n`);
    await api().removeEndpoint(name);
  });

  test('a version whose input example lies outside its folder says so', { timeout: patience }, async () => {
    const folder = `escaping-${database}`;
    cpSync(join(root, 'alike'), join(root, folder), { recursive: true });
    const file = join(root, folder, 'MLmodel');
    writeFileSync(file, readFileSync(file, 'utf8').replace('artifact_path: input_example.json', 'artifact_path: ../input_example.json'));
    const { message } = await register(folder, 'escaping');
    expect(message).toContain("'saved_input_example_info.artifact_path' is '../input_example.json', which leaves the model's folder");
    expect((await api().model('escaping')).versions[0]!.parity).toMatchObject({ state: 'unchecked', message });
  });

  test('what cannot be compared says why, and may be promoted', { timeout: patience }, async () => {
    const message = 'ONNX was not compared with python_function: it has no input example: save it with `input_example`';
    expect(await register('bare', 'bare')).toEqual({ version: 1, status: 'READY', message });
    expect((await alias('bare', 1)).status).toBe(200);
  });

  test('of a client without a token the server runs no model', { timeout: patience }, async () => {
    expect(await register('alike', 'unknown', {})).toEqual({
      version: 1,
      status: 'READY',
      message: expect.stringMatching(/^ONNX was not compared with python_function: the version was registered without a token/),
    });
    expect((await api().model('unknown')).versions[0]!.parity).toMatchObject({ state: 'unchecked', checkedAt: null });
    const { items } = await api().events(200);
    expect(items.filter(({ kind, subjectId }) => kind === 'parity.checked' && subjectId === 'unknown/1')).toEqual([]);
  });

  test('a copy inherits what is known of the original', { timeout: patience }, async () => {
    await call('POST', 'registered-models/create', { name: 'copy' });
    const copied = await call('POST', 'model-versions/create', { name: 'copy', source: 'models:/apart/1' });
    expect(copied).toMatchObject({
      status: 200,
      body: { model_version: { status: 'READY', status_message: expect.stringContaining('differently') } },
    });
    expect((await api().model('copy')).versions[0]!.parity).toMatchObject({ state: 'differs' });
  });

  test(
    'a check that a killed server left is made by the next one; until then the version is pending and a gate refuses it',
    { timeout: patience },
    async () => {
      python.close();
      const name = 'late';
      await recordRun(server, { project: `late-${database}`, gates: [gate(name)] });
      const { run_id, folder } = await logged();
      await call('POST', 'registered-models/create', { name });
      const made = await call('POST', 'model-versions/create', { name, source: `mlflow-artifacts:/${folder}`, run_id });
      expect(made).toMatchObject({
        status: 200,
        body: { model_version: { status: 'PENDING_REGISTRATION', status_message: expect.stringContaining('is being compared') } },
      });
      const refused = await alias(name, 1);
      expect(refused).toMatchObject({ status: 400, body: { message: expect.stringContaining('promote it once its status is READY') } });
      await server.stop('SIGKILL');
      server = await start();
      expect((await api().model(name)).versions[0]!.parity).toMatchObject({ state: 'pending' });
      python.open();
      await vi.waitFor(async () => expect((await api().model(name)).versions[0]!.parity!.state).toBe('agrees'), {
        timeout: 120_000,
        interval: 200,
      });
      const { items } = await api().events(200);
      expect(items.filter(({ kind, subjectId }) => kind === 'parity.checked' && subjectId === `${name}/1`)).toHaveLength(1);
    },
  );

  /** The folder `alike` again, as artifacts of a run. */
  async function logged(): Promise<{ run_id: string; folder: string }> {
    const { body } = await call<{ model_version: { run_id: string; source: string } }>('GET', 'model-versions/get', {
      name: 'alike',
      version: '1',
    });
    const { run_id } = body.model_version;
    const { body: found } = await call<{ run: { info: { artifact_uri: string } } }>('GET', 'runs/get', { run_id });
    return { run_id, folder: `${found.run.info.artifact_uri.replace(/^mlflow-artifacts:\/+/, '')}/model` };
  }
});
