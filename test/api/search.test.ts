import { expect, test } from 'vitest';
import { describeOnBothDatabases } from '../support/both-databases.ts';
import { mlflowClient } from '../support/mlflow-client.ts';
import { newExperiment, newRun, type SearchAnswer } from '../support/mlflow-runs.ts';

describeOnBothDatabases('search', (server) => {
  const client = mlflowClient(server);
  const { post, get } = client;

  const search = async (fields: Record<string, unknown>): Promise<{ names: string[]; token: string | undefined }> => {
    const { status, body } = await post<SearchAnswer>('runs/search', fields);
    expect(status).toBe(200);
    return { names: (body.runs ?? []).map((run) => run.info.run_name), token: body.next_page_token };
  };

  /** All pages of a search, `size` rows each; `between` runs after each page. */
  const allPages = async (body: Record<string, unknown>, size: number, between?: () => Promise<unknown>): Promise<string[]> => {
    const names: string[] = [];
    let token: string | undefined;
    do {
      const page = await search({ ...body, max_results: size, page_token: token });
      expect(page.names.length).toBeLessThanOrEqual(size);
      names.push(...page.names);
      token = page.token;
      await between?.();
    } while (token !== undefined);
    return names;
  };

  test('in every order the pages hold what one page holds, though metrics tie, are NaN, infinite or missing', async () => {
    const experiment = await newExperiment(client);
    const values = [0, 1, 1, 1, 'NaN', 'NaN', 'Infinity', '-Infinity', -2.5, undefined, undefined, 1e-300];
    for (let index = 0; index < 36; index += 1) {
      const id = await newRun(client, experiment, { run_name: `r${index}`, start_time: 1000 + (index % 5) });
      const value = values[index % values.length];
      await post('runs/log-batch', {
        run_id: id,
        metrics: value === undefined ? [] : [{ key: 'm', value, timestamp: 1 }],
        params: index % 4 === 0 ? [] : [{ key: 'p', value: `${index % 3}` }],
      });
      if (index % 2) await post('runs/update', { run_id: id, status: 'FINISHED', end_time: 5000 + (index % 7) });
    }
    const orders = [
      [],
      ['metrics.m'],
      ['metrics.m DESC'],
      ['params.p', 'metrics.m DESC'],
      ['end_time DESC'],
      ['start_time', 'metrics.m'],
      ['run_id'],
    ];
    for (const order_by of orders) {
      for (const filter of ['', 'metrics.m >= 0', "params.p = '1'", "status = 'FINISHED'"]) {
        const body = { experiment_ids: [experiment], order_by, filter };
        const whole = await search(body);
        expect(new Set(whole.names).size).toBe(whole.names.length);
        expect({ order_by, filter, names: await allPages(body, 5) }).toEqual({ order_by, filter, names: whole.names });
      }
    }
    const byMetric = await search({ experiment_ids: [experiment], order_by: ['metrics.m DESC'] });
    const rank = (name: string): string => String(values[Number(name.slice(1)) % values.length]);
    expect([...new Set(byMetric.names.map(rank))]).toEqual(['Infinity', '1', '1e-300', '0', '-2.5', '-Infinity', 'NaN', 'undefined']);
  });

  test('a run that comes while pages are read neither repeats nor hides another', async () => {
    const experiment = await newExperiment(client);
    for (let index = 0; index < 10; index += 1) await newRun(client, experiment, { run_name: `r${index}`, start_time: 1000 + index });
    const names = await allPages({ experiment_ids: [experiment] }, 3, () =>
      newRun(client, experiment, { run_name: 'new', start_time: 9999 }),
    );
    expect(names).toEqual(['r9', 'r8', 'r7', 'r6', 'r5', 'r4', 'r3', 'r2', 'r1', 'r0']);
  });

  test('a token of another order, and a text that is no token, are refused', async () => {
    const experiment = await newExperiment(client);
    for (let index = 0; index < 3; index += 1) await newRun(client, experiment);
    const { token } = await search({ experiment_ids: [experiment], max_results: 1 });
    for (const fields of [
      { page_token: token, order_by: ['run_name'] },
      { page_token: '!!' },
      { page_token: 'YWJj' },
      { page_token: 'e30=' },
    ]) {
      const { status, body } = await post('runs/search', { experiment_ids: [experiment], max_results: 1, ...fields });
      expect({ status, code: body.error_code }).toEqual({ status: 400, code: 'INVALID_PARAMETER_VALUE' });
      expect(body.message).toContain('Invalid page token');
    }
  });

  test('page sizes have their limits, with the messages that clients match', async () => {
    const messageOf = async (path: string, body: object): Promise<unknown> => (await post(path, body)).body.message;
    expect(await messageOf('runs/search', { experiment_ids: ['0'], max_results: 0 })).toBe(
      "Invalid value 0 for parameter 'max_results' supplied. It must be a positive integer",
    );
    expect(await messageOf('runs/search', { experiment_ids: ['0'], max_results: 50_001 })).toContain(
      "Invalid value 50001 for parameter 'max_results' supplied",
    );
    expect(await messageOf('experiments/search', {})).toBe(
      "Invalid value 0 for parameter 'max_results' supplied. It must be a positive integer",
    );
    expect(await messageOf('experiments/search', { max_results: 50_001 })).toBe(
      "Invalid value 50001 for parameter 'max_results' supplied. It must be at most 50000",
    );
    expect(await messageOf('runs/search', { experiment_ids: ['0'], order_by: ['metrics.m', 'metric.m'] })).toBe(
      "`order_by` contains duplicate fields: ['metrics.m', 'metric.m']",
    );
  });

  test.each([
    ['runs/search', { experiment_ids: Array.from({ length: 20_001 }, (_, id) => String(id)) }, 'A search names at most 20000 experiments.'],
    ['logged-models/search', { experiment_ids: Array.from({ length: 20_001 }, (_, id) => String(id)) }, 'A search names at most 20000'],
    [
      'runs/search',
      { experiment_ids: ['0'], order_by: Array.from({ length: 51 }, (_, index) => `metrics.m${index}`) },
      'order_by holds at',
    ],
    ['experiments/search', { max_results: 1, order_by: Array(51).fill('name') }, 'order_by holds at most 50 clauses. Got 51.'],
    ['runs/search', { experiment_ids: ['0'], filter: "tags.a = 'b' AND ".repeat(101) }, 'A filter holds at most 100 clauses. Got 101:'],
    [
      'runs/search',
      { experiment_ids: ['0'], filter: `run_id IN (${"'a',".repeat(10_001)})` },
      'The lists of a filter hold at most 10000 values.',
    ],
    ['runs/search', { experiment_ids: ['0'], filter: `tags.a LIKE '${'%a'.repeat(5001)}'` }, 'A pattern holds at most 10000 characters.'],
    [
      'logged-models/search',
      { experiment_ids: ['0'], datasets: Array.from({ length: 101 }, () => ({ dataset_name: 'd' })) },
      'at most 100 datasets. Got 101:',
    ],
  ])('%s that no statement can hold is refused (%#)', async (path, fields, message) => {
    const { status, body } = await post<{ message: string }>(path, fields);
    expect([status, body.message]).toEqual([400, expect.stringContaining(message)]);
  });

  test('lists at their limits are answered', async () => {
    const experimentIds = Array.from({ length: 20_000 }, (_, id) => String(id));
    const filter = `run_id IN (${"'a',".repeat(10_000)}) AND metrics.a > 0`;
    expect(await post('runs/search', { experiment_ids: experimentIds, filter })).toEqual({ status: 200, body: {} });
  });

  test.each(['run_name', 'params.p', 'tags.t', 'dataset.name'])('%s LIKE a text that ends in a backslash finds that text', async (key) => {
    const experiment = await newExperiment(client);
    const id = await newRun(client, experiment, { run_name: 'a\\', tags: [{ key: 't', value: 'a\\' }] });
    await post('runs/log-parameter', { run_id: id, key: 'p', value: 'a\\' });
    const dataset = { name: 'a\\', digest: 'd', source_type: 's', source: 'x' };
    await post('runs/log-inputs', { run_id: id, datasets: [{ dataset }] });
    for (const comparator of ['LIKE', 'ILIKE'])
      expect(await search({ experiment_ids: [experiment], filter: `${key} ${comparator} '%a\\'` })).toMatchObject({ names: ['a\\'] });
  });

  test('dataset clauses find the runs that read them', async () => {
    const experiment = await newExperiment(client);
    const a = await newRun(client, experiment, { run_name: 'a' });
    await newRun(client, experiment, { run_name: 'b' });
    const dataset = { name: 'load', digest: 'abc', source_type: 'local', source: '{}' };
    await post('runs/log-inputs', { run_id: a, datasets: [{ tags: [{ key: 'mlflow.data.context', value: 'train' }], dataset }] });
    const found = async (filter: string): Promise<string[]> => (await search({ experiment_ids: [experiment], filter })).names;
    expect(await found("dataset.name LIKE 'lo%' AND datasets.digest IN ('abc', 'x') AND dataset.context = 'train'")).toEqual(['a']);
    expect(await found("dataset.context != 'train'")).toEqual([]);
  });

  test('experiments are found by name, tag, time and view', async () => {
    const kept = await newExperiment(client);
    const gone = await newExperiment(client);
    for (const experiment_id of [kept, gone])
      await post('experiments/set-experiment-tag', { experiment_id, key: 'suite', value: 'Search' });
    await post('experiments/delete', { experiment_id: gone });
    type Answer = { experiments?: { experiment_id: string }[]; next_page_token?: string };
    const found = async (body: object): Promise<string[]> =>
      (
        (await post<Answer>('experiments/search', { max_results: 100, filter: "tags.suite ILIKE 'search'", ...body })).body.experiments ??
        []
      ).map((experiment) => experiment.experiment_id);
    expect(await found({})).toEqual([kept]);
    expect(await found({ view_type: 'DELETED_ONLY' })).toEqual([gone]);
    expect(await found({ view_type: 'ALL', order_by: ['experiment_id ASC'] })).toEqual([kept, gone]);
    expect(
      await found({ view_type: 'ALL', filter: `tag.suite = 'Search' AND experiment_id IN ('${gone}') AND creation_time > 0` }),
    ).toEqual([gone]);
    const query = { view_type: 'ALL', max_results: '1', filter: "tags.suite = 'Search'", order_by: ['experiment_id'] };
    const first = await get<Answer>('experiments/search', query);
    const second = await get<Answer>('experiments/search', { ...query, page_token: first.body.next_page_token! });
    expect([first, second].map(({ body }) => body.experiments?.map((experiment) => experiment.experiment_id))).toEqual([[kept], [gone]]);
    expect(second.body.next_page_token).toBeUndefined();
  });
});
