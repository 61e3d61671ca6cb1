import { expect, test } from 'vitest';
import type { App } from '../app.ts';
import { endpointRoutes } from './endpoints.ts';
import type { Call } from './route.ts';

test('what was declared is answered also where its settings cannot be read at once', async () => {
  const declare = endpointRoutes.find(({ method }) => method === 'PUT')!;
  const done: string[] = [];
  const app = {
    db: { write: () => Promise.resolve(void done.push('committed')) },
    recordSettings: { refresh: () => Promise.reject(new Error('the database is away')) },
    endpoints: { wake: () => void done.push('woken') },
    clock: { now: () => 0 },
    ids: { uuid7: () => 'id' },
    log: { error: ({ err }: { err: Error }) => void done.push(err.message) },
  } as unknown as App;
  const body = { project: 'p', endpoints: [{ name: 'load', model: 'models:/energy@champion', settings: {} }] };
  expect(await declare.handler({ app, body } as unknown as Call)).toEqual({});
  expect(done).toEqual(['committed', 'the database is away', 'woken']);
});
