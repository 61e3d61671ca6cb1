import { MillwrightError } from '../../errors.ts';
import type { Route } from '../route.ts';
import { otherMethods } from '../inference/methods.ts';
import { mlflowError } from './errors.ts';
import { protoCalls } from './proto-calls.ts';

export interface ProtoCall {
  readonly area: string;
  readonly method: Route['method'];
  readonly version: string;
  readonly path: string;
}

export function listProtoCalls(): ProtoCall[] {
  return Object.entries(protoCalls).flatMap(([area, calls]) =>
    calls.map((call) => {
      const [method, version, path] = call.split(' ') as [Route['method'], string, string];
      return { area, method, version, path };
    }),
  );
}

const prefixes = ['/api', '/ajax-api'] as const;

function urlOf(prefix: string, call: ProtoCall): string {
  // The names of parameters are ours, by their place: two calls on one path must not differ in them, nor one repeat itself.
  let count = 0;
  return `${prefix}/${call.version}${call.path}`.replace(/\{[^}]+\}/g, () => `:id${(count += 1)}`).replace(/<path:[^>]+>$/, '*');
}

function shapeOf(method: string, url: string): string {
  return `${method} ${url.replace(/:[a-z_\d]+/g, ':id').replace(/\*$/, ':id')}`;
}

/** The calls of MLflow's protos that none of `served` answers. */
export function unservedCalls(served: readonly Route[]): ProtoCall[] {
  const known = new Set(served.map((route) => shapeOf(route.method, route.url)));
  return listProtoCalls().filter((call) => !known.has(shapeOf(call.method, urlOf('/api', call))));
}

/**
 * A 501 in JSON for each call that MLflow has and this server does not, a 405 for one that is asked by another method, and
 * a 404 for what nobody has.
 */
export function unservedRoutes(served: readonly Route[]): Route[] {
  const refused = unservedCalls(served).flatMap((call) =>
    prefixes.map((prefix) =>
      refusal(call.method, urlOf(prefix, call), () => {
        return new MillwrightError(
          'NOT_IMPLEMENTED',
          `Millwright does not serve MLflow's ${call.area} call ${call.method} ${call.path}: docs/reference/mlflow.md lists what it serves`,
        );
      }),
    ),
  );
  const known = [...served, ...refused];
  const methods: Route['method'][] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
  const unknown = methods.flatMap((method) =>
    prefixes.flatMap((prefix) =>
      ['2.0/mlflow', '2.0/mlflow-artifacts', '3.0/mlflow'].map((area) =>
        refusal(method, `${prefix}/${area}/*`, (path) => {
          const other = otherMethods(known, method, path);
          return other?.error ?? new MillwrightError('ENDPOINT_NOT_FOUND', `No such call of the MLflow API: ${method} ${path}`);
        }),
      ),
    ),
  );
  return [...refused, ...unknown];
}

function refusal(method: Route['method'], url: string, error: (path: string) => MillwrightError): Route {
  return {
    method,
    url,
    action: 'public',
    body: 'none',
    onError: mlflowError,
    handler: (call) => Promise.reject(error(call.path)),
  };
}
