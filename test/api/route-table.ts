/** The route table as a generator of requests: every route, with every field and parameter that any of them knows. */
import { routes, type Route } from '../../src/server/index.ts';
import * as trackingMessages from '../../src/server/mlflow/messages.ts';
import * as registryMessages from '../../src/server/mlflow/registry-messages.ts';

export { routes, type Route };

/** Without what is public: health, the pages, and the calls of MLflow's that are not there. */
export const rulingRoutes = routes.filter((route) => route.action !== 'public');

export const nameOf = (route: Route): string => `${route.method} ${route.url}`;

/** The address of a route with its parameters filled in, percent-encoded unless `raw`. */
export function pathOf(route: Route, valueOf: (parameter: string) => string = () => 'x'): string {
  return route.url.replace(/:([A-Za-z_]+)/g, (_, name: string) => encodeURIComponent(valueOf(name))).replace('*', valueOf('*'));
}

function messageFields(messages: Readonly<Record<string, unknown>>): string[] {
  return Object.values(messages).flatMap((message) =>
    typeof message === 'object' && message !== null && 'shape' in message ? Object.keys(message.shape as object) : [],
  );
}

function schemaFields(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const own = 'properties' in schema ? Object.keys((schema as { properties: object }).properties) : [];
  return [...own, ...Object.values(schema).flatMap(schemaFields)];
}

const own = routes.flatMap((route) => (typeof route.body === 'object' ? schemaFields(route.body) : []));
const queries = [...routes.flatMap(({ query }) => query ?? []), 'code', 'direction', 'artifact_file_path'];

/** Names of all fields of all requests. */
export const fieldNames: readonly string[] = [
  ...new Set([...messageFields(trackingMessages), ...messageFields(registryMessages), ...own, ...queries]),
];

/** What a request to this route may carry as its query: of our own API what the route names, of a peer's anything. */
export function queryNames(route: Route, names: readonly string[] = fieldNames): readonly string[] {
  return route.url.startsWith('/api/1/') ? names.filter((name) => route.query?.includes(name) === true) : names;
}
