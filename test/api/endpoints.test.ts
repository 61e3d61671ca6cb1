import { spawnSync } from 'node:child_process';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { EndpointDetail } from '../../src/api/endpoints.ts';
import type { PredictionLineage, RestingPredictions } from '../../src/api/lineage.ts';
import type { PredictionPage } from '../../src/api/predictions.ts';
import { artifactStores, startStoreServer, type StoreServer } from '../support/artifact-stores.ts';
import { bearer, send } from '../support/http.ts';
import { cleanEnvironment } from '../support/server.ts';
import { checkout, testProgram } from '../support/test-env.ts';

const rows = [
  [1.5, 0.25],
  [-2, 1e6],
];
const body = JSON.stringify({ dataframe_split: { columns: ['a', 'b'], data: rows } });
interface Media {
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

describe.each(artifactStores)('endpoints on %s', (store) => {
  let server: StoreServer;
  /** What mlflow.pyfunc answers to `rows`, by version. */
  let answers: Record<string, unknown>;

  beforeAll(async () => {
    server = await startStoreServer(store);
    const script = join(checkout, 'test/support/register_onnx.py');
    const env = { ...cleanEnvironment(), MLFLOW_TRACKING_URI: server.url, MLFLOW_TRACKING_TOKEN: server.token };
    const made = spawnSync(testProgram('python'), [script, 'line', '2'], { env, encoding: 'utf8' });
    if (made.status !== 0) throw new Error(made.stderr);
    answers = JSON.parse(made.stdout.trim().split('\n').at(-1)!) as typeof answers;
    await call('PUT', '/api/1/endpoints', { project: 'p', endpoints: [{ name: 'line', model: 'models:/line@champion', settings: {} }] });
    await moveAlias(1);
    await live(1);
  }, 180_000);

  afterAll(async () => {
    await server.remove();
  });

  async function call(method: string, path: string, content?: unknown): Promise<{ status: number; json: unknown }> {
    const headers = { ...bearer(server.token), 'content-type': 'application/json' };
    const response = await send(server.url, { method, path, headers, ...(content === undefined ? {} : { body: JSON.stringify(content) }) });
    return { status: response.status, json: response.text === '' ? undefined : JSON.parse(response.text) };
  }

  async function moveAlias(version: number): Promise<void> {
    const moved = await call('POST', '/api/1/models/line/promote', { target: { kind: 'alias', name: 'champion' }, version });
    expect(moved.status).toBe(200);
  }

  async function detail(): Promise<EndpointDetail> {
    return (await call('GET', '/api/1/endpoints/line')).json as EndpointDetail;
  }

  async function live(version: number): Promise<void> {
    // A version answers before that is written down.
    const expected = { endpoint: { live: { version } }, deployments: [{ state: 'live', version }] };
    await vi.waitFor(
      async () => {
        const { endpoint, deployments } = await detail();
        expect({ endpoint, deployments: deployments.slice(0, 1) }).toMatchObject(expected);
      },
      { timeout: 60_000, interval: 50 },
    );
  }

  async function predictions(text = body): Promise<unknown> {
    const headers = { ...bearer(server.token), 'content-type': 'application/json' };
    const response = await send(server.url, { method: 'POST', path: '/endpoints/line/invocations', headers, body: text });
    return { status: response.status, ...(JSON.parse(response.text) as object) };
  }

  test('an endpoint answers as mlflow.pyfunc does, and says which version answered', async () => {
    expect(await predictions()).toEqual({ status: 200, predictions: answers['1'] });
    const { endpoint, deployments } = await detail();
    expect(endpoint.live).toMatchObject({ model: 'line', version: 1, flavor: 'onnx', ready: true, by: 'owner' });
    expect(deployments).toHaveLength(1);
    expect(deployments[0]).toMatchObject({ state: 'live', version: 1, reason: 'alias champion', actor: 'owner' });
  });

  test('the Open Inference Protocol answers the same, with metadata, readiness and an index', async () => {
    const columns = ['a', 'b'].map((name, index) => ({ name, datatype: 'FP64', shape: [2], data: rows.map((row) => row[index]) }));
    const answer = await call('POST', '/v2/models/line/infer', { id: 'q1', inputs: columns });
    expect(answer).toMatchObject({ status: 200, json: { model_name: 'line', model_version: '1', id: 'q1' } });
    const { outputs } = answer.json as { outputs: { data: number[] }[] };
    expect(outputs[0]!.data).toEqual((answers['1'] as { variable: number }[]).map((row) => row.variable));
    expect((await call('GET', '/v2/models/line/ready')).json).toEqual({ name: 'line', ready: true });
    expect((await call('POST', '/v2/repository/index')).json).toEqual([{ name: 'line', version: '1', state: 'READY', reason: '' }]);
    expect(await call('POST', '/v2/repository/index', { ready: 'yes' })).toEqual({
      status: 400,
      json: { error: 'the body is no request for an index: leave it out, or send {"ready": true}' },
    });
    expect(await call('GET', '/v2/models/line/versions/9')).toMatchObject({ status: 404 });
    expect(await call('GET', '/v2/models/other')).toMatchObject({ status: 404 });
  });

  test('one answer names every column that does not fit', async () => {
    const wrong = await predictions('{"dataframe_records":[{"a":"x","c":2}]}');
    expect(wrong).toMatchObject({ status: 400, error_code: 'BAD_REQUEST' });
    for (const name of ["'a'", "'b'", "'c'"]) expect((wrong as { message: string }).message).toContain(name);
  });

  test('every example of the endpoint’s OpenAPI document can be posted as it stands', async () => {
    const { status, json } = await call('GET', '/endpoints/line/openapi.json');
    expect(status).toBe(200);
    const { paths } = json as { paths: Record<string, { post?: { requestBody: { content: Record<string, Media> } } }> };
    let posted = 0;
    for (const [path, { post }] of Object.entries(paths)) {
      for (const [type, media] of Object.entries(post?.requestBody.content ?? {})) {
        for (const value of [media.example, ...Object.values(media.examples ?? {}).map((one) => one.value)]) {
          if (value === undefined) continue;
          const text = typeof value === 'string' ? value : JSON.stringify(value);
          const answer = await send(server.url, {
            method: 'POST',
            path,
            headers: { ...bearer(server.token), 'content-type': type },
            body: text,
          });
          expect(answer.status, `${path} ${type} ${text}: ${answer.text}`).toBe(200);
          if (path.endsWith('/invocations'))
            expect((JSON.parse(answer.text) as { predictions: unknown }).predictions).toEqual(answers['1']);
          posted += 1;
        }
      }
    }
    expect(posted).toBeGreaterThanOrEqual(5);
  });

  test('a prediction is found by its id as soon as it was answered', async () => {
    const headers = { ...bearer(server.token), 'content-type': 'application/json', 'x-request-id': 'asked-once' };
    await send(server.url, { method: 'POST', path: '/endpoints/line/invocations', headers, body });
    const found = (await call('GET', '/api/1/predictions/asked-once')).json;
    expect(JSON.stringify(found)).toContain('"asked-once"');
    expect(JSON.stringify(found)).toContain('1000996');
  });

  test('a prediction leads back to its deployment, the decision, the run and what the model needs, and the endpoint to its predictions', async () => {
    const { json } = await call('GET', '/api/1/lineage/predictions/asked-once');
    expect(json).toMatchObject({
      record: { endpoint: 'line', model: 'line', version: '1', status: 200, rows: 2, shown: [{ row: 0 }, { row: 1 }] },
      deployment: { reason: 'alias champion', actor: 'owner', flavor: 'onnx', endedAt: null },
      version: { model: 'line', version: 1 },
      decision: { outcome: 'moved', target: { kind: 'alias', name: 'champion' }, version: 1 },
      run: { status: 'FINISHED' },
    });
    const { environment, missing } = json as PredictionLineage;
    expect(environment.map(({ path }) => path)).toContain('requirements.txt');
    expect(missing.map(({ part }) => part)).toEqual(expect.arrayContaining(['stage run', 'data versions']));
    const resting = (await call('GET', '/api/1/lineage/predictions?kind=endpoint&id=line')).json as RestingPredictions;
    expect(resting.versions).toMatchObject([{ model: 'line', version: '1', endpoint: 'line', count: resting.count }]);
    expect(resting.filter).toBe("endpoint = 'line' and model = 'line' and version = '1'");
    const found = (await call('GET', `/api/1/predictions?limit=1000&filter=${encodeURIComponent(resting.filter!)}`)).json as PredictionPage;
    expect(found.items).toHaveLength(resting.count);
  });

  test('without a token one may predict from this machine, and change no endpoint', async () => {
    const asked = await send(server.url, {
      method: 'POST',
      path: '/endpoints/line/invocations',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(asked.status).toBe(200);
    const changed = await send(server.url, { method: 'DELETE', path: '/api/1/endpoints/line' });
    expect(changed.status).toBe(403);
  });

  test('without a token nobody moves, deletes or renames what an endpoint follows', async () => {
    const acts: readonly (readonly [string, string, object])[] = [
      ['POST', '/api/2.0/mlflow/registered-models/alias', { name: 'line', alias: 'champion', version: '2' }],
      ['DELETE', '/api/2.0/mlflow/registered-models/alias', { name: 'line', alias: 'champion' }],
      ['DELETE', '/api/2.0/mlflow/registered-models/delete', { name: 'line' }],
      ['POST', '/api/2.0/mlflow/registered-models/rename', { name: 'line', new_name: 'other' }],
      ['POST', '/api/2.0/mlflow/registered-models/rename', { name: 'other', new_name: 'line' }],
      ['DELETE', '/api/2.0/mlflow/model-versions/delete', { name: 'line', version: '1' }],
      ['POST', '/api/1/models/line/promote', { target: { kind: 'alias', name: 'champion' }, version: 2 }],
      ['POST', '/api/1/models/line/rollback', { target: { kind: 'alias', name: 'champion' }, reason: 'x' }],
    ];
    for (const [method, path, content] of acts) {
      const headers = { 'content-type': 'application/json' };
      const refused = await send(server.url, { method, path, headers, body: JSON.stringify(content) });
      expect(refused.status, `${path}: ${refused.text}`).toBe(403);
      expect(refused.text).toContain("the endpoint 'line' follows 'line'");
    }
    const other = { name: 'line', alias: 'candidate', version: '2' };
    const headers = { 'content-type': 'application/json' };
    const free = await send(server.url, { method: 'POST', path: acts[0]![1], headers, body: JSON.stringify(other) });
    expect(free.status).toBe(200);
  });

  test('10,000 requests on 64 kept-alive connections across 20 swaps: none fails, each is one version’s answer', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 64 });
    const expected = new Map(Object.entries(answers).map(([version, answer]) => [`line/${version}`, JSON.stringify(answer)]));
    const seen = new Map<string, number>();
    let asked = 0;
    let swaps = 0;
    const swapping = async (): Promise<void> => {
      for (; swaps < 20; swaps += 1) {
        const next = swaps % 2 === 0 ? 2 : 1;
        await moveAlias(next);
        await live(next);
      }
    };
    const asking = async (): Promise<void> => {
      while (asked < 10_000 || swaps < 20) {
        asked += 1;
        const { status, version, text } = await ask(agent);
        expect(status, text).toBe(200);
        expect(JSON.stringify((JSON.parse(text) as { predictions: unknown }).predictions)).toBe(expected.get(version));
        seen.set(version, (seen.get(version) ?? 0) + 1);
      }
    };
    await Promise.all([swapping(), ...Array.from({ length: 64 }, asking)]);
    agent.destroy();
    expect(asked).toBeGreaterThanOrEqual(10_000);
    expect([...seen.keys()].toSorted()).toEqual(['line/1', 'line/2']);
    expect((await detail()).deployments.filter(({ state }) => state === 'failed')).toEqual([]);
  }, 300_000);

  /** One request on a connection of `agent`, without any retry. */
  function ask(agent: Agent): Promise<{ status: number; version: string; text: string }> {
    return new Promise((resolve, reject) => {
      const headers = { ...bearer(server.token), 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const outgoing = request(`${server.url}/endpoints/line/invocations`, { agent, method: 'POST', headers }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode!, version: String(response.headers['x-millwright-model']), text }));
        response.on('error', reject);
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  test('a rollback goes back to the version before and holds until the alias moves again', async () => {
    await moveAlias(2);
    await live(2);
    const back = await call('POST', '/api/1/endpoints/line/rollback', { reason: 'wrong at noon' });
    expect(back).toEqual({ status: 200, json: { version: 1 } });
    // The answer to the rollback comes when the version before answers.
    expect(await predictions()).toEqual({ status: 200, predictions: answers['1'] });
    const { endpoint, deployments } = await detail();
    expect(endpoint.pinned).toEqual({ version: 1, by: 'owner', reason: 'wrong at noon' });
    expect(deployments[0]).toMatchObject({ state: 'live', version: 1, reason: 'rollback: wrong at noon' });
    await moveAlias(1);
    await moveAlias(2);
    await live(2);
  });

  test('a version that cannot be loaded leaves the old one serving, and the endpoint says why', async () => {
    const { json } = await call('POST', '/api/2.0/mlflow/runs/create', { experiment_id: '0' });
    const { info } = (json as { run: { info: { run_id: string; artifact_uri: string } } }).run;
    const folder = info.artifact_uri.replace('mlflow-artifacts:/', '/api/2.0/mlflow-artifacts/artifacts/');
    const mlmodel = 'flavors:\n  onnx:\n    data: model.onnx\n';
    for (const [name, content] of [
      ['MLmodel', mlmodel],
      ['model.onnx', 'cut off'],
    ]) {
      await send(server.url, { method: 'PUT', path: `${folder}/broken/${name}`, headers: bearer(server.token), body: content! });
    }
    const source = `${info.artifact_uri}/broken`;
    const version = await call('POST', '/api/2.0/mlflow/model-versions/create', { name: 'line', source, run_id: info.run_id });
    expect(version.status).toBe(200);
    await moveAlias(3);
    await expect.poll(async () => (await detail()).deployments[0]?.state, { timeout: 60_000, interval: 50 }).toBe('failed');
    const { endpoint, deployments } = await detail();
    expect(endpoint.live?.version).toBe(2);
    expect(deployments[0]).toMatchObject({ version: 3, state: 'failed' });
    expect(deployments[0]!.message).not.toBe('');
    expect(await predictions()).toEqual({ status: 200, predictions: answers['2'] });
  });
});
