import type { EventList } from '../api/events.ts';
import { listEvents } from '../events/index.ts';
import { streamEvents } from './event-stream.ts';
import { integerQuery } from './query.ts';
import { answer, type Route } from './route.ts';

export const eventRoutes: readonly Route[] = [
  {
    method: 'GET',
    url: '/api/1/events',
    action: 'read',
    body: 'none',
    query: ['limit'],
    handler: async ({ app, principal, query }): Promise<EventList> => {
      const limit = integerQuery(query, 'limit', { default: 50, min: 1, max: 1000 });
      return { items: await app.db.read(listEvents, { scope: principal, limit }) };
    },
  },
  {
    method: 'GET',
    url: '/api/1/events/stream',
    action: 'read',
    body: 'none',
    handler: async ({ app, principal, signal, stopping }) =>
      answer({
        headers: {
          'content-type': 'text/event-stream; charset=utf-8',
          'cache-control': 'no-store',
          'x-accel-buffering': 'no',
          connection: 'close',
        },
        body: streamEvents(app, principal.workspaceId, AbortSignal.any([signal, stopping])),
      }),
  },
];
