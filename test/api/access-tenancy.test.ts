/** What one workspace knows, another's token never finds: over every route, reading and writing. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bearer, send } from '../support/http.ts';
import { databases, seededTokens, startSeededServer, type SeededServer } from '../support/seeded-state.ts';
import { fieldNames, nameOf, pathOf, queryNames, rulingRoutes as routes } from './route-table.ts';

const mark = 'hidden-of-workspace-1';
const hash = 'd41d8cd98f00b204e9800998ecf8427e';

/** Routes that must have answered their owner, so that a stranger's empty answer means something. */
const told = [
  'GET /api/1/pipeline-runs/compare',
  'GET /api/1/models',
  'GET /api/1/models/:name',
  'GET /api/1/models/:name/decisions',
  'GET /api/1/predictions',
  'GET /api/1/predictions/:requestId',
  'GET /api/1/lineage/predictions/:requestId',
  'GET /api/2.0/mlflow/registered-models/get',
  'GET /api/2.0/mlflow/registered-models/search',
  'GET /api/2.0/mlflow/registered-models/alias',
  'GET /api/2.0/mlflow/model-versions/get',
  'GET /api/2.0/mlflow/model-versions/search',
  'GET /api/2.0/mlflow/model-versions/get-download-uri',
  'GET /api/2.0/mlflow/logged-models/:model_id',
  'GET /api/2.0/mlflow/logged-models/:model_id/artifacts/directories',
  'GET /api/2.0/mlflow/artifacts/list',
  'GET /api/2.0/mlflow-artifacts/artifacts',
  'GET /api/2.0/mlflow-artifacts/artifacts/*',
  'GET /ajax-api/2.0/mlflow/logged-models/:model_id/artifacts/files',
  'GET /get-artifact',
  'GET /model-versions/get-artifact',
];

describe.each(databases)('on %s', (database) => {
  let server: SeededServer;
  let known: Readonly<Record<string, string>>;

  beforeAll(async () => {
    server = await startSeededServer(database);
    known = await fill();
  });
  afterAll(() => server.remove());

  async function call<T>(token: string, method: string, path: string, body?: unknown): Promise<T> {
    const headers = { ...bearer(token), 'content-type': 'application/json' };
    const response = await send(server.url, { method, path, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    expect([response.status, `${method} ${path}`, response.text]).toEqual([200, `${method} ${path}`, expect.anything()]);
    return JSON.parse(response.text) as T;
  }

  async function putFile(path: string): Promise<void> {
    const to = `/api/2.0/mlflow-artifacts/artifacts/${path}`;
    const { status, text } = await send(server.url, { method: 'PUT', path: to, headers: bearer(server.token), body: mark });
    expect([status, to, text]).toEqual([200, to, '{}']);
  }

  /** One of everything in workspace 1. @returns a value for every field that names it */
  async function fill(): Promise<Record<string, string>> {
    const post = <T>(path: string, body: unknown): Promise<T> => call<T>(server.token, 'POST', path, body);
    const mlflow = '/api/2.0/mlflow';
    const { experiment_id } = await post<{ experiment_id: string }>(`${mlflow}/experiments/create`, { name: mark });
    const { run } = await post<{ run: { info: { run_id: string } } }>(`${mlflow}/runs/create`, { experiment_id, run_name: mark });
    const { run_id } = run.info;
    await post(`${mlflow}/runs/log-parameter`, { run_id, key: mark, value: mark });
    await post(`${mlflow}/runs/set-tag`, { run_id, key: mark, value: mark });
    await post(`${mlflow}/runs/log-metric`, { run_id, key: mark, value: 1, timestamp: 1, step: 0 });
    const artifacts = `${experiment_id}/${run_id}/artifacts`;
    await putFile(`${artifacts}/${mark}`);
    const { model } = await post<{ model: { info: { model_id: string } } }>(`${mlflow}/logged-models`, { experiment_id, name: mark });
    const { model_id } = model.info;
    await putFile(`${experiment_id}/models/${model_id}/artifacts/${mark}`);
    await post(`${mlflow}/registered-models/create`, { name: mark, description: mark });
    await post(`${mlflow}/model-versions/create`, { name: mark, source: `mlflow-artifacts:/${artifacts}`, run_id, description: mark });
    await post(`${mlflow}/registered-models/alias`, { name: mark, alias: mark, version: '1' });
    const data = [{ path: mark, algorithm: 'md5', hash }];
    const stages = [{ name: mark, command: mark, after: [] }];
    const { id } = await post<{ id: string }>('/api/1/pipeline-runs', {
      project: mark,
      cause: mark,
      commit: 'a'.repeat(40),
      stages,
      gates: [{ model: mark, protects: ['champion'], gate: 'candidate.rmse < 1.0', evidence: { stage: mark, file: mark } }],
      data,
    });
    await post(`/api/1/pipeline-runs/${id}/stages`, { stage: mark });
    await post(`/api/1/pipeline-runs/${id}/stages/${mark}/log`, { text: mark });
    await post(`/api/1/pipeline-runs/${id}/end`, { outcome: 'succeeded' });
    const prediction = {
      request_id: mark,
      endpoint: mark,
      model: mark,
      version: '1',
      run_id,
      features: { [mark]: mark },
      prediction: mark,
    };
    await post('/api/1/predictions', [prediction]);
    const token = await post<{ id: string }>('/api/1/tokens', { name: mark, role: 'viewer' });
    return {
      ...Object.fromEntries(fieldNames.map((name) => [name, mark])),
      experiment_id,
      run_id,
      run_uuid: run_id,
      model_id,
      artifacts,
      id,
      requestId: mark,
      kind: 'pipeline_run',
      version: '1',
      token: token.id,
      metric_key: mark,
      limit: '10',
      max_results: '10',
      depth: '3',
      after: '0',
    };
  }

  /** Parameters of the path are named like fields, save `:id`, which is a token's where the route is of tokens. */
  const valueOf = (url: string) => (parameter: string) => {
    if (url.includes('/tokens/')) return known['token']!;
    return parameter === '*' ? `${known['artifacts']!}/${mark}` : (known[parameter] ?? known['id']!);
  };
  /** The store lists by the path from its root, everything else by the path in what it names. */
  const queryOf = (url: string, name: string): string | undefined => {
    if (url.endsWith('/pipeline-runs/compare')) return known['id'];
    return name === 'path' && url.endsWith('/mlflow-artifacts/artifacts') ? known['artifacts'] : known[name];
  };

  /** Every reading route's answer, as `token` sees it. Parameters that narrow by something that is not there are left out. */
  async function readAll(token: string): Promise<Map<string, { status: number; text: string }>> {
    const narrowing = [
      'page_token',
      'filter',
      'order_by',
      'cursor',
      'code',
      'path',
      'stages',
      'view_type',
      'run_view_type',
      'start_step',
      'end_step',
    ];
    const query = (url: string, names: readonly string[]): string =>
      new URLSearchParams(
        names.flatMap((name): [string, string][] => [[name, queryOf(url, name) ?? '']]).filter(([, value]) => value !== ''),
      ).toString();
    const all = fieldNames.filter((name) => !narrowing.includes(name));
    const answers = new Map<string, { status: number; text: string }>();
    for (const route of routes.filter(({ method, url }) => method === 'GET' && !url.endsWith('/stream'))) {
      for (const names of [[], all, [...all, 'path']]) {
        const path = `${pathOf(route, valueOf(route.url))}?${query(route.url, queryNames(route, names))}`;
        answers.set(`${nameOf(route)} with ${names.length} parameters`, await send(server.url, { path, headers: bearer(token) }));
      }
    }
    return answers;
  }

  test('reading: the owner finds its things, the stranger finds none of them', async () => {
    const own = await readAll(server.token);
    const secrets = [known['run_id']!, known['model_id']!, mark];
    const telling = [...own]
      .filter(([, { status, text }]) => status === 200 && secrets.some((secret) => text.includes(secret)))
      .map(([name]) => name.split(' with ')[0]);
    expect(told.filter((name) => !telling.includes(name))).toEqual([]);
    const strangers = await readAll(seededTokens.stranger);
    const leaks = [...strangers].filter(
      ([, { status, text }]) => status === 200 && secrets.some((secret) => withoutEcho(text).includes(secret)),
    );
    expect(leaks.map(([name, { text }]) => `${name}: ${text}`)).toEqual([]);
    const faults = [...strangers].filter(([, { status }]) => status >= 500 && status !== 501);
    expect(faults.map(([name]) => name)).toEqual([]);
  });

  test('writing: nothing that the stranger tries with the ids of the other workspace changes anything there', async () => {
    const before = await readAll(server.token);
    const searches = ['page_token', 'filter', 'order_by'];
    const fields = Object.fromEntries(Object.entries(known).filter(([name]) => !searches.includes(name)));
    const found: string[] = [];
    for (const route of routes.filter(({ method }) => method !== 'GET')) {
      const path = pathOf(route, valueOf(route.url));
      const headers = { ...bearer(seededTokens.stranger), 'content-type': 'application/json' };
      const { status, text } = await send(server.url, {
        method: route.method,
        path,
        headers,
        body: JSON.stringify({ ...fields, experiment_ids: [known['experiment_id']], value: 2, timestamp: 2, step: 2 }),
      });
      if (status >= 500 && status !== 501) found.push(`${nameOf(route)}: ${status}`);
      if (status === 200 && text.includes(known['run_id']!)) found.push(`${nameOf(route)}: ${text}`);
    }
    expect(found).toEqual([]);
    const after = await readAll(server.token);
    const timeless = (text: string): string => text.replace(/"lastSeenAt":\d+/g, '');
    // The server's own figures count these very requests.
    const facts = [...before].filter(([name]) => !name.startsWith('GET /metrics '));
    const changed = facts.filter(([name, { text }]) => timeless(after.get(name)!.text) !== timeless(text));
    expect(changed.map(([name, { text }]) => `${name}: ${text} became ${after.get(name)!.text}`)).toEqual([]);
  });

  /** A lineage answer names the node that was asked for, also where nothing is known of it. */
  function withoutEcho(text: string): string {
    return text.replace(new RegExp(`"(id|label|name)":"(pipeline_run )?${known['id']!}"`, 'g'), '');
  }
});
