/** `GET /metrics`, read as Prometheus reads it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bearer, send } from '../support/http.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

/** Series, as written before the value → value. */
async function read(): Promise<ReadonlyMap<string, number>> {
  const { status, headers, text } = await send(server.url, { method: 'GET', path: '/metrics', headers: bearer(server.token) });
  expect(status).toBe(200);
  expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
}

test('answers are counted by class and status, and writes by their commits', async () => {
  const before = await read();
  const headers = { ...bearer(server.token), 'content-type': 'application/json' };
  const create = (body: string): ReturnType<typeof send> =>
    send(server.url, { method: 'POST', path: '/api/2.0/mlflow/experiments/create', headers, body });
  expect((await create('{"name":"counted"}')).status).toBe(200);
  expect((await create('{"name":"counted"}')).status).toBe(400);
  expect((await send(server.url, { method: 'GET', path: '/health' })).status).toBe(200);
  const after = await read();
  const grown = (series: string): number => after.get(series)! - (before.get(series) ?? 0);
  expect(grown('millwright_http_requests_total{class="mlflow",status="200"}')).toBe(1);
  expect(grown('millwright_http_requests_total{class="mlflow",status="400"}')).toBe(1);
  expect(grown('millwright_http_requests_total{class="operations",status="200"}')).toBe(2);
  expect(grown('millwright_http_request_seconds_count{class="mlflow"}')).toBe(2);
  expect(grown('millwright_http_request_seconds_sum{class="mlflow"}')).toBeGreaterThan(0);
  // The server writes by itself, too.
  expect(grown('millwright_db_group_operations_sum{kind="write"}')).toBeGreaterThanOrEqual(2);
  expect(grown('millwright_db_group_seconds_bucket{kind="write",le="+Inf"}')).toBeGreaterThanOrEqual(2);
  expect(grown('process_cpu_seconds_total')).toBeGreaterThan(0);
  expect(after.get('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
  expect(after.get('nodejs_eventloop_lag_max_seconds')).toBeGreaterThanOrEqual(after.get('nodejs_eventloop_lag_p50_seconds')!);
});
