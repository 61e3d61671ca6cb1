import { expect, test } from 'vitest';
import type { SentResult } from '../../src/api/predictions.ts';
import { describeOnBothDatabases } from '../support/both-databases.ts';
import { bearer, send } from '../support/http.ts';
import { newFolder } from './harness.ts';
import { startTestServer } from '../support/server.ts';

const line = (index: number, change: object = {}): string =>
  JSON.stringify({
    request_id: `q${index}`,
    endpoint: 'load',
    model: 'm',
    version: '3',
    at: 1000 + index,
    latency_ms: 2,
    features: { x: index },
    prediction: index / 2,
    ...change,
  });

describeOnBothDatabases('predictions over HTTP', (server) => {
  const call = async (path: string, method: 'GET' | 'POST' = 'GET', body?: string): Promise<{ status: number; json: unknown }> => {
    const { status, text } = await send(server().url, {
      method,
      path,
      headers: bearer(server().token),
      ...(body === undefined ? {} : { body }),
    });
    return { status, json: JSON.parse(text) as unknown };
  };

  test('what was sent is kept once, each bad line is told, and what is there is found', async () => {
    const lines = [
      line(1),
      'not json',
      line(2, { features: [{ x: 1 }, { x: 2 }], prediction: [5, 6] }),
      line(3, { endpoint: 4 }),
      line(1),
      '"a text"',
      line(4, { lattency_ms: 4 }),
    ].join('\n');
    const first = await call('/api/1/predictions', 'POST', lines);
    expect(first).toMatchObject({ status: 200, json: { kept: 2, alreadyThere: 1, problems: [{ line: 2 }, { line: 4 }, {}, {}] } });
    expect((first.json as SentResult).problems.slice(2)).toEqual([
      { line: 6, message: "the line must be an object with 'request_id', 'endpoint'" },
      { line: 7, message: "'lattency_ms' is not known here: the nearest that is known is 'latency_ms'" },
    ]);
    const again = await call('/api/1/predictions', 'POST', `[${line(1)},${line(4)}]`);
    expect(again).toEqual({ status: 200, json: { kept: 1, alreadyThere: 1, problems: [] } });
    const found = await call(`/api/1/predictions?limit=2&filter=${encodeURIComponent('features.x >= 1')}`);
    expect(found.json).toMatchObject({ items: [{ requestId: 'q4' }, { requestId: 'q2', row: 1, features: { x: 2 }, prediction: 6 }] });
    const { nextCursor } = found.json as { nextCursor: string };
    expect((await call(`/api/1/predictions?cursor=${nextCursor}`)).json).toMatchObject({
      items: [{ requestId: 'q2', row: 0 }, { requestId: 'q1' }],
    });
    expect((await call('/api/1/predictions/q2')).json).toMatchObject({
      items: [
        { row: 0, prediction: 5 },
        { row: 1, prediction: 6 },
      ],
    });
  });

  test('half of a surrogate pair names no request, and in a value harms no search', async () => {
    const half = (field: string): string =>
      `{"request_id":"half","endpoint":"halves","features":{"h":1},"prediction":1,"${field}":"\\ud800"}`;
    for (const field of ['request_id', 'endpoint', 'model']) {
      const { status, json } = await call('/api/1/predictions', 'POST', half(field));
      const message = `'${field}' holds half of a surrogate pair: send whole characters`;
      expect({ status, json }).toEqual({ status: 200, json: { kept: 0, alreadyThere: 0, problems: [{ line: 1, message }] } });
    }
    expect((await call('/api/1/predictions', 'POST', half('prediction'))).json).toMatchObject({ kept: 1 });
    const found = await call(`/api/1/predictions?filter=${encodeURIComponent('features.h = 1')}`);
    expect(found).toMatchObject({ status: 200, json: { items: [{ requestId: 'half', prediction: '\ufffd' }] } });
  });

  test('a number that no double holds, and predictions that do not fit the rows, are told', async () => {
    const bad = [
      `{"request_id":"far","endpoint":"bad","features":{"x":-1e999},"prediction":1}`,
      `{"request_id":"few","endpoint":"bad","features":[{"x":1},{"x":2}],"prediction":[1]}`,
    ];
    const expected = [
      { line: 1, message: "'features.x' is a number beyond ±1.8e308: send it as a text, or null" },
      {
        line: 2,
        message: "'features' is a list of 2 rows and 'prediction' a list of 1: send a list with a prediction for each row",
      },
    ];
    for (const body of [bad.join('\n'), `[${bad.join(',')}]`])
      expect((await call('/api/1/predictions', 'POST', body)).json).toEqual({ kept: 0, alreadyThere: 0, problems: expected });
  });

  test('traffic counts requests by bucket', async () => {
    const { json } = await call('/api/1/endpoints/load/traffic?from=0&to=60000&bucket_ms=60000');
    expect(json).toEqual({
      from: 0,
      to: 60_000,
      bucketMs: 60_000,
      buckets: [{ from: 0, requests: 3, clientErrors: 0, serverErrors: 0, p50Ms: 2, p95Ms: 2, p99Ms: 2 }],
    });
  });

  test('a filter or cursor that cannot be read, and a request that is not there, are told', async () => {
    const filter = await call(`/api/1/predictions?filter=${encodeURIComponent('features.x ~ 3')}`);
    expect(filter).toMatchObject({ status: 400, json: { error: { message: expect.stringContaining('character 12') as unknown } } });
    expect((await call('/api/1/predictions?cursor=x')).status).toBe(400);
    expect((await call('/api/1/predictions/absent')).status).toBe(404);
    const { status } = await send(server().url, { method: 'POST', path: '/api/1/predictions', body: line(9) });
    expect(status).toBe(403);
  });
});

test('records outlive a server that is killed', async () => {
  const stateDirectory = newFolder();
  const first = await startTestServer({ stateDirectory });
  await send(first.url, { method: 'POST', path: '/api/1/predictions', headers: bearer(first.token), body: line(1) });
  await first.stop('SIGKILL');
  const second = await startTestServer({ stateDirectory });
  const { text } = await send(second.url, { path: '/api/1/predictions/q1', headers: bearer(second.token) });
  expect(JSON.parse(text)).toMatchObject({ items: [{ requestId: 'q1', features: { x: 1 }, prediction: 0.5 }] });
  await second.stop();
});
