import { expect, test } from 'vitest';
import { describeOnBothDatabases } from '../support/both-databases.ts';
import { mlflowClient } from '../support/mlflow-client.ts';
import { newExperiment, newRun, type RunAnswer } from '../support/mlflow-runs.ts';

const seeDocs = 'See the API docs for more information about request parameters.';

describeOnBothDatabases('metrics', (server) => {
  const client = mlflowClient(server);
  const { post, get, send } = client;
  const runOf = async (runId: string): Promise<RunAnswer['run']> => (await get<RunAnswer>('runs/get', { run_id: runId })).body.run;

  test('integers of 64 bits, NaN and infinities come back as they were logged', async () => {
    const id = await newRun(client, await newExperiment(client));
    const largest = '9223372036854775807';
    const body = `{"run_id":"${id}","metrics":[
      {"key":"big","value":1.5,"timestamp":${largest},"step":${largest}},{"key":"small","value":1,"timestamp":"0","step":"-${largest}"},
      {"key":"nan","value":"NaN","timestamp":1},{"key":"up","value":"Infinity","timestamp":1},{"key":"down","value":"-Infinity","timestamp":1},
      {"key":"bare","value":NaN,"timestamp":1}]}`;
    expect(await send('POST', 'runs/log-batch', body)).toMatchObject({ status: 200, text: '{}' });
    const { text } = await send('GET', `runs/get?run_id=${id}`);
    expect(text).toContain(`{"key":"big","value":1.5,"timestamp":${largest},"step":${largest}}`);
    expect(text).toContain(`{"key":"small","value":1,"timestamp":0,"step":-${largest}}`);
    expect(text).toContain('{"key":"nan","value":"NaN","timestamp":1,"step":0}');
    expect(text).toContain('{"key":"bare","value":"NaN","timestamp":1,"step":0}');
    expect(text).toContain('{"key":"up","value":"Infinity","timestamp":1,"step":0}');
    expect(text).toContain('{"key":"down","value":"-Infinity","timestamp":1,"step":0}');
    expect((await send('GET', `metrics/get-history?run_id=${id}&metric_key=up`)).text).toBe(
      '{"metrics":[{"key":"up","value":"Infinity","timestamp":1,"step":0}]}',
    );
  });

  test('the newest point of a metric is the greatest by step, timestamp and value, in whatever order they come', async () => {
    const id = await newRun(client, await newExperiment(client));
    const log = (value: number, timestamp: number, step: number): Promise<unknown> =>
      post('runs/log-metric', { run_id: id, key: 'm', value, timestamp, step });
    await log(1, 5, 2);
    await log(9, 9, 1);
    expect((await runOf(id)).data.metrics).toEqual([{ key: 'm', value: 1, timestamp: 5, step: 2 }]);
    await post('runs/log-batch', {
      run_id: id,
      metrics: [
        { key: 'm', value: 3, timestamp: 6, step: 2 },
        { key: 'm', value: 4, timestamp: 6, step: 2 },
        { key: 'm', value: 8, timestamp: 1, step: 2 },
      ],
    });
    expect((await runOf(id)).data.metrics).toEqual([{ key: 'm', value: 4, timestamp: 6, step: 2 }]);
    await log(4, 6, 2); // an exact duplicate is dropped
    const history = await get<{ metrics: unknown[] }>('metrics/get-history', { run_id: id, metric_key: 'm' });
    expect(history.body.metrics).toEqual([
      { key: 'm', value: 8, timestamp: 1, step: 2 },
      { key: 'm', value: 1, timestamp: 5, step: 2 },
      { key: 'm', value: 3, timestamp: 6, step: 2 },
      { key: 'm', value: 4, timestamp: 6, step: 2 },
      { key: 'm', value: 9, timestamp: 9, step: 1 },
    ]);
  });

  test('a history is read in pages that hold every point once', async () => {
    const id = await newRun(client, await newExperiment(client));
    const points = Array.from({ length: 1000 }, (_, step) => ({
      key: 'm',
      value: step % 7 ? step : NaN,
      timestamp: 10 - (step % 3),
      step,
    }));
    await post('runs/log-batch', {
      run_id: id,
      metrics: points.map((point) => ({ ...point, value: Number.isNaN(point.value) ? 'NaN' : point.value })),
    });
    const steps: number[] = [];
    let token: string | undefined;
    let pages = 0;
    do {
      const query: Record<string, string> = { run_id: id, metric_key: 'm', max_results: '300' };
      if (token !== undefined) query['page_token'] = token;
      const { body } = await get<{ metrics: { step: number }[]; next_page_token?: string }>('metrics/get-history', query);
      steps.push(...body.metrics.map((metric) => metric.step));
      token = body.next_page_token;
      pages += 1;
    } while (token !== undefined);
    expect(pages).toBe(4);
    expect(steps).toEqual(points.toSorted((a, b) => a.timestamp - b.timestamp || a.step - b.step).map((point) => point.step));
    expect((await get('metrics/get-history', { run_id: id, metric_key: 'none' })).body).toEqual({});
    expect((await get('metrics/get-history', { run_id: id, metric_key: 'm', max_results: '0' })).status).toBe(400);
  });

  test('bulk histories keep the ends, stay within their limit and leave unknown runs out', async () => {
    const experiment = await newExperiment(client);
    const [a, b] = [await newRun(client, experiment), await newRun(client, experiment)];
    const metrics = Array.from({ length: 100 }, (_, step) => ({ key: 'm', value: step, timestamp: step, step }));
    await post('runs/log-batch', { run_id: a, metrics });
    await post('runs/log-batch', { run_id: b, metrics: metrics.slice(0, 3) });
    type Bulk = { metrics: { run_id: string; step: number }[] };
    const interval = async (query: Record<string, string>): Promise<Record<string, number[]>> => {
      const { body } = await get<Bulk>('metrics/get-history-bulk-interval', { run_ids: [a, b, 'none'], metric_key: 'm', ...query });
      return Object.fromEntries(
        Object.entries(Object.groupBy(body.metrics, (metric) => metric.run_id)).map(([run, points]) => [
          run,
          points!.map((point) => point.step),
        ]),
      );
    };
    expect(await interval({ max_results: '5' })).toEqual({ [a]: [0, 20, 40, 60, 99], [b]: [0, 1, 2] });
    expect(await interval({ start_step: '2', end_step: '4' })).toEqual({ [a]: [2, 3, 4], [b]: [2] });
    const bad = (query: Record<string, string>): Promise<unknown> =>
      get('metrics/get-history-bulk-interval', { run_ids: [a], metric_key: 'm', ...query }).then(({ body }) => body.message);
    expect(await bad({ start_step: '2' })).toBe('If either start step or end step are specified, both must be specified.');
    expect(await bad({ start_step: '2', end_step: '1' })).toBe(
      'end_step must be greater than start_step. Found start_step=2 and end_step=1.',
    );
    expect(await bad({ max_results: '2501' })).toBe(`max_results must be between 1 and 2500. ${seeDocs}`);
    const bulk = await get<Bulk>('metrics/get-history-bulk', { run_id: [b, a], metric_key: 'm', max_results: '101' });
    expect(bulk.body.metrics.map((metric) => metric.run_id)).toEqual(bulk.body.metrics.map((metric) => metric.run_id).toSorted());
    expect(bulk.body.metrics).toHaveLength(101);
  });

  test('curves for charts keep ends and spikes within their number of points', async () => {
    const id = await newRun(client, await newExperiment(client));
    for (let start = 0; start < 3000; start += 1000) {
      const metrics = Array.from({ length: 1000 }, (_, index) => ({
        key: 'm',
        value: start + index === 1234 ? 99 : 0.5,
        timestamp: 1,
        step: start + index,
      }));
      await post('runs/log-batch', { run_id: id, metrics });
    }
    await post('runs/log-metric', { run_id: id, key: 'short', value: 'NaN', timestamp: 1 });
    type Curves = { items: { run: string; metric: string; total: number; points: { step: number; value: number }[] }[] };
    const answer = await fetch(`${server().url}/api/1/metric-curves?run=${id}&run=none&metric=m&metric=short&points=100`);
    const [curve, short] = ((await answer.json()) as Curves).items;
    expect(short).toEqual({ run: id, metric: 'short', total: 1, points: [{ step: 0, timestamp: 1, value: 'NaN' }] });
    expect(curve).toMatchObject({ run: id, metric: 'm', total: 3000 });
    expect(curve!.points.length).toBeLessThanOrEqual(100);
    expect(curve!.points.filter((point) => point.value === 99).map((point) => point.step)).toEqual([1234]);
    expect([curve!.points[0]!.step, curve!.points.at(-1)!.step]).toEqual([0, 2999]);
    const stretch = await fetch(`${server().url}/api/1/metric-curves?run=${id}&metric=m&points=100&from_step=1000&to_step=1499`);
    const [part] = ((await stretch.json()) as Curves).items;
    expect(part!.total).toBe(500);
    expect(part!.points.length).toBeLessThanOrEqual(100);
    expect([part!.points[0]!.step, part!.points.at(-1)!.step]).toEqual([1000, 1499]);
    expect(part!.points.some((point) => point.value === 99)).toBe(true);
    const half = await fetch(`${server().url}/api/1/metric-curves?run=${id}&metric=m&from_step=1`);
    expect([half.status, await half.text()]).toEqual([400, expect.stringContaining("the query parameter 'to_step' is missing")]);
    expect(curve!.points.map((point) => point.step)).toEqual(curve!.points.map((point) => point.step).toSorted((a, b) => a - b));
  });

  test('curves of points that came in any order, and of NaNs, keep their extremes in the order of steps', async () => {
    const id = await newRun(client, await newExperiment(client));
    const values = Array.from({ length: 900 }, (_, step) => (step % 100 === 50 ? 'NaN' : step === 333 ? -7 : step === 777 ? 7 : 1));
    const metrics = values.map((value, step) => ({ key: 'm', value, timestamp: (step * 607) % 900, step }));
    await post('runs/log-batch', { run_id: id, metrics });
    await post('runs/log-batch', { run_id: id, metrics: metrics.map((metric) => ({ ...metric, key: 'void', value: 'NaN' })) });
    type Curves = { items: { metric: string; total: number; points: { step: number; value: number }[] }[] };
    const answer = await fetch(`${server().url}/api/1/metric-curves?run=${id}&metric=m&metric=void&points=40`);
    const [curve, nothing] = ((await answer.json()) as Curves).items;
    expect(nothing).toEqual({ run: id, metric: 'void', total: 900, points: [] });
    const steps = curve!.points.map((point) => point.step);
    expect(steps).toEqual([...new Set(steps)].toSorted((a, b) => a - b));
    expect(steps.length).toBeLessThanOrEqual(40);
    expect(curve!.points.filter((point) => point.value !== 1)).toMatchObject([
      { step: 333, value: -7 },
      { step: 777, value: 7 },
    ]);
  });
});
