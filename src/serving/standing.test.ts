import { describe, expect, test } from 'vitest';
import type { Deployment, DeploymentState } from './endpoint.ts';
import { problemOf, stateOf } from './standing.ts';

const deployment = (version: number, state: DeploymentState, createdAt = 20): Deployment => ({
  id: '1',
  endpoint: 'load',
  model: 'energy',
  version,
  state,
  flavor: undefined,
  reason: 'alias champion',
  actor: 'ann',
  message: 'no such package',
  log: undefined,
  createdAt,
  liveAt: undefined,
  endedAt: undefined,
});
const target = (version: number) => ({ version, reason: 'alias champion', actor: 'ann' });
const live = { version: 1, since: 10, ready: true };

describe('the state of an endpoint', () => {
  test.each([
    ['waiting', undefined, undefined, undefined],
    ['starting', target(1), undefined, undefined],
    ['starting', target(1), deployment(1, 'proving'), undefined],
    ['waiting', undefined, deployment(1, 'proving'), undefined],
    ['failed', target(1), deployment(1, 'failed'), undefined],
    ['serving', target(1), deployment(1, 'live'), live],
    ['not ready', target(1), deployment(1, 'live'), { ...live, ready: false }],
    ['swapping', target(2), deployment(1, 'live'), live],
    ['swapping', target(2), deployment(2, 'proving'), live],
    ['serving', target(1), deployment(2, 'proving'), live],
    ['failed', target(2), deployment(2, 'failed'), live],
  ] as const)('is %s', (state, wanted, newest, running) => {
    expect(stateOf({ target: wanted, newest }, running)).toBe(state);
  });

  test('a failed version that the name has left is no problem any more', () => {
    expect(stateOf({ target: target(1), newest: deployment(2, 'failed') }, live)).toBe('serving');
    expect(stateOf({ target: undefined, newest: deployment(2, 'failed') }, live)).toBe('serving');
  });

  test('a failure before the version took over, in another process or before it was tried again, is none', () => {
    expect(problemOf({ target: target(1), newest: deployment(1, 'failed', 5) }, live)).toBeUndefined();
    expect(problemOf({ target: target(1), newest: deployment(1, 'failed', 11) }, live)).toMatchObject({ version: 1 });
  });
});
