import { expect, test } from 'vitest';
import type { Endpoint } from '../../api/endpoints.ts';
import { repositoryModel } from './repository-model.ts';

const endpoint = { name: 'load', model: 'models:/energy@champion', live: null } as Endpoint;
const target = { version: 3, reason: 'alias champion', actor: 'ed' };

test('an endpoint whose version could not be loaded says why, without what its installer printed', () => {
  const problem = { version: 3, message: 'energy/3: pip exited with 1. The end of its log:\nsecret index', at: 0 };
  expect(repositoryModel({ ...endpoint, state: 'failed', target, problem })).toEqual({
    name: 'load',
    version: '3',
    state: 'UNAVAILABLE',
    reason: 'it could not be loaded: energy/3: pip exited with 1. The end of its log:',
  });
});

test('while a successor is tried, or failed, the entry is that of the version that answers', () => {
  for (const state of ['swapping', 'failed'] as const) {
    const live = { version: 2, ready: true } as Endpoint['live'];
    expect(repositoryModel({ ...endpoint, state, target, live })).toEqual({ name: 'load', version: '2', state: 'READY', reason: '' });
  }
});

test('a model without a worker that lives is not ready', () => {
  const live = { version: 2, ready: false } as Endpoint['live'];
  expect(repositoryModel({ ...endpoint, state: 'not ready', target, live })).toMatchObject({ version: '2', state: 'UNAVAILABLE' });
});
