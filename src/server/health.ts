import { errorAnswer, knownError } from './errors.ts';
import { answer, type Route } from './route.ts';

/** `GET /health`: MLflow's, which its clients and Kubernetes probes poll. 503 with the reason where only a restart helps. */
export const healthRoutes: readonly Route[] = [
  {
    method: 'GET',
    url: '/health',
    action: 'public',
    body: 'none',
    handler: async ({ app: { db } }) =>
      db.broken.aborted
        ? errorAnswer(knownError(db.broken.reason))
        : answer({ headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'OK' }),
  },
];
