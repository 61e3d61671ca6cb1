import { answer, type Route } from './route.ts';

/** `GET /health`: MLflow's, which its clients and Kubernetes probes poll. */
export const healthRoutes: readonly Route[] = [
  {
    method: 'GET',
    url: '/health',
    action: 'public',
    body: 'none',
    handler: async () => answer({ headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'OK' }),
  },
];
