import { describe, expect, test } from 'vitest';
import type { Deployment, Endpoint, StatisticsWindow } from '../../../../src/api/endpoints.ts';
import { asCode, followedOf, formatErrors, formatRate, kindOf, modelOf, stateWords } from './endpoint-text.ts';

test('rates have the digits that they are worth', () => {
  expect([0, 0.1333, 4.21, 99.9, 1210.4].map(formatRate)).toEqual(['0', '0.13', '4.2', '99.9', '1,210']);
});

test('errors are a number and a part of the whole', () => {
  const window = (clientErrors: number, serverErrors: number, requests: number) =>
    ({ clientErrors, serverErrors, requests }) as StatisticsWindow;
  expect([window(0, 0, 5), window(2, 1, 750), window(10, 5, 30)].map(formatErrors)).toEqual(['0', '3 (0.40 %)', '15 (50 %)']);
});

describe('what an endpoint does, in words', () => {
  const endpoint = (part: object) => ({ live: null, target: null, problem: null, ...part }) as Endpoint;
  test.each([
    [{ state: 'waiting' }, 'No version to serve'],
    [{ state: 'starting', target: { version: 1 } }, 'Trying v1'],
    [{ state: 'swapping', target: { version: 2 }, live: { version: 1 } }, 'Trying v2, v1 serves on'],
    [{ state: 'failed', problem: { version: 2 }, live: { version: 1 } }, 'v2 failed, v1 serves on'],
    [{ state: 'failed', problem: { version: 2 } }, 'v2 failed, nothing serves'],
    [{ state: 'failed', problem: { version: 2, againAt: 1 } }, 'v2 failed and is tried again, nothing serves'],
  ] as const)('%j', (part, words) => {
    expect(stateWords(endpoint(part))).toBe(words);
  });
});

test('a deployment is the first, a swap, the same once more, or a way back', () => {
  const deployment = (version: number, reason = 'alias champion', liveAt: number | null = 1) =>
    ({ model: 'm', version, reason, liveAt }) as Deployment;
  const newestFirst = [deployment(1, 'rollback: slow'), deployment(2), deployment(3, 'alias champion', null), deployment(2), deployment(1)];
  expect(newestFirst.map((_, index) => kindOf(newestFirst, index))).toEqual(['back', 'again', 'swap', 'swap', 'first']);
});

test('the model of a URI', () => {
  expect(['models:/energy@champion', 'models:/energy/3'].map(modelOf)).toEqual(['energy', 'energy']);
});

test('the name that a URI follows', () => {
  expect(followedOf('models:/energy@champion')).toEqual({ kind: 'alias', name: 'champion' });
  expect(followedOf('models:/energy/Production')).toEqual({ kind: 'stage', name: 'Production' });
  expect(followedOf('models:/energy/3')).toBeUndefined();
});

test('nothing in the body ends the quotes around it', () => {
  const { curl, python } = asCode('load', `{"a":"it's '''"}`, 'http://host');
  expect(curl).toBe(
    String.raw`curl -s http://host/endpoints/load/invocations \
  -H 'content-type: application/json' \
  --data-raw '{"a":"it'\''s '\'''\'''\''"}'`,
  );
  expect(python).toContain(String.raw`body = "{\"a\":\"it's '''\"}"` + '\n');
});
