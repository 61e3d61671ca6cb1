import type { Count, Distribution, Metrics } from '../lib/metrics.ts';
import { answer, type Route } from './route.ts';

/** `GET /metrics`: this process in Prometheus' text format. */
export const metricsRoutes: readonly Route[] = [
  {
    method: 'GET',
    url: '/metrics',
    action: 'read',
    body: 'none',
    handler: async ({ app }) =>
      answer({ headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }, body: app.metrics.text() }),
  },
];

const secondBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Routes by what asks for them: few enough to be a label. */
function classOf(url: string): string {
  if (/^\/(ajax-)?api\/[23]\.0\//.test(url)) return 'mlflow';
  if (url.startsWith('/api/1/')) return 'api';
  if (url.startsWith('/v2/') || url === '/v2' || url.startsWith('/endpoints/')) return 'inference';
  if (url === '/health' || url === '/version' || url === '/metrics') return 'operations';
  return 'pages';
}

/** Counts the answers of one route, by its class and their status. */
export function countAnswers(metrics: Metrics, url: string): (status: number, milliseconds: number) => void {
  const routeClass = classOf(url);
  const requests = metrics.counter('millwright_http_requests_total', 'Answered requests by class of route and status.', [
    'class',
    'status',
  ]);
  const seconds: Distribution = metrics
    .histogram('millwright_http_request_seconds', 'Time from a request to the beginning of its answer.', secondBounds, ['class'])
    .of(routeClass);
  const counts = new Map<number, Count>();
  return (status, milliseconds) => {
    let count = counts.get(status);
    if (count === undefined) counts.set(status, (count = requests.of(routeClass, `${status}`)));
    count.value += 1;
    seconds.observe(milliseconds / 1000);
  };
}
