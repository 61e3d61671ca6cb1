import { expect, test } from 'vitest';
import { MillwrightError } from '../errors.ts';
import { healthRoutes } from './health.ts';
import type { Answer, Call } from './route.ts';

const health = async (broken: AbortSignal): Promise<Answer> => {
  const call = { app: { db: { broken } } } as Call;
  return (await healthRoutes[0]!.handler(call)) as Answer;
};

test('health is OK while the database can be asked', async () => {
  expect(await health(new AbortController().signal)).toMatchObject({
    body: 'OK',
    headers: { 'content-type': 'text/plain; charset=utf-8' },
  });
});

test('health says why where only a restart helps', async () => {
  const fault = new MillwrightError('TEMPORARILY_UNAVAILABLE', "the database's writer thread died (exit code 3): start the server again");
  expect(await health(AbortSignal.abort(fault))).toMatchObject({
    status: 503,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: `{"error":{"code":"TEMPORARILY_UNAVAILABLE","message":"the database's writer thread died (exit code 3): start the server again"}}`,
  });
});
