import type { Action, Principal, Scope } from '../../access/index.ts';
import type { App } from '../../app.ts';
import { answer, type Call, type Route } from '../route.ts';
import { mlflowError } from './errors.ts';
import type { Message, Shape } from './proto-fields.ts';
import { readRequest, type MessageType } from './proto-json.ts';

/** What a handler of an MLflow call is given: its request, read, and who asks. */
export interface MlflowCall<S extends Shape> {
  readonly app: App;
  readonly principal: Principal;
  readonly scope: Scope;
  readonly request: Message<S>;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
}

interface MlflowRoute<S extends Shape> {
  readonly method: Route['method'];
  /** The path of the proto: `/mlflow/logged-models/{model_id}`. */
  readonly path: string;
  readonly versions?: readonly ('2.0' | '3.0')[];
  readonly action: Action;
  readonly request: MessageType<S>;
  /** Bytes of body at most (default 16 MiB). */
  readonly bodyLimitBytes?: number;
  /** Answers the response message as protobuf-JSON (see `int64Json`, `doubleJson`, `listJson`); nothing means `{}`. */
  readonly handler: (call: MlflowCall<S>) => Promise<object | void>;
}

/** A hundred params of 6,000 characters and as many tags of 8,000 are 9 MB of JSON; values that will be cut come whole. */
const defaultLimitBytes = 16 * 1024 * 1024;

const prefixes = ['/api', '/ajax-api'] as const;
const jsonHeaders = { 'content-type': 'application/json' };

/** One call of MLflow's API, under every prefix and version that clients use. */
export function mlflowRoute<S extends Shape>(route: MlflowRoute<S>): Route[] {
  const path = route.path.replace(/\{([^}]+)\}/g, ':$1');
  const urls = prefixes.flatMap((prefix) => (route.versions ?? ['2.0']).map((version) => `${prefix}/${version}${path}`));
  return urls.map((url) => ({
    method: route.method,
    url,
    action: route.action,
    // A GET without a query may carry its message in a body, as in MLflow.
    body: 'bytes',
    bodyLimitBytes: route.bodyLimitBytes ?? defaultLimitBytes,
    onError: mlflowError,
    async handler(call: Call) {
      const request = readRequest(route.request, {
        method: call.method,
        contentType: call.headers['content-type'],
        query: call.query,
        body: call.body instanceof Uint8Array ? call.body : noBytes,
        params: call.params,
      });
      const response = await route.handler({
        app: call.app,
        principal: call.principal,
        scope: call.principal,
        request,
        signal: call.signal,
      });
      return answer({ headers: jsonHeaders, body: response === undefined ? '{}' : JSON.stringify(response) });
    },
  }));
}

const noBytes = new Uint8Array();
