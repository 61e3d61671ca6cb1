/**
 * One model at the root of a port of its own: what `millwright serve` runs, a container for SageMaker (`/ping`,
 * `/invocations`) and for KServe (`/v2/…`). It asks for no token: whoever reaches the port may predict.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MillwrightError } from '../../errors.ts';
import type { RepositoryModel } from '../../formats/oip/metadata.ts';
import { randomIds } from '../../lib/ids.ts';
import { isLeftUnread, lingeringAnswer, readBytes } from '../body.ts';
import { isAnswer, type AnswerValue, type Route } from '../route.ts';
import { docs, docsError } from './docs.ts';
import { decompress } from './content-encoding.ts';
import { openInference } from './open-inference.ts';
import { otherMethods, patternOf } from './methods.ts';
import { requestIdOf } from './request-id.ts';
import type { Directory } from './routes.ts';
import { scoringError } from './errors.ts';
import { executionParameters, invocations, openApi, ping, version } from './scoring.ts';
import { inferenceBodyLimitBytes, type InferenceCall, type Served } from './served.ts';

export interface Container {
  readonly port: number;
  /** From now on the model answers; before, `/ping` and whatever needs the model say 503. */
  serve(served: Served): void;
  /** Takes no more requests, lets running ones end (25 s at most: SageMaker kills after 30). Twice is once. */
  close(): Promise<void>;
}

interface ContainerRoute {
  readonly method: string;
  readonly url: string;
  readonly onError: NonNullable<Route['onError']>;
  readonly handler: (call: InferenceCall, params: Readonly<Record<string, string>>) => Promise<AnswerValue> | AnswerValue;
}

/** What the port answers from. */
interface State {
  readonly endpoint: string;
  served: Served | undefined;
  closing: boolean;
}

/** Listens at once, so that a port that is taken is told before a model is loaded, and probes are answered while it is. */
export async function startContainer(endpoint: string, options: { readonly host: string; readonly port: number }): Promise<Container> {
  const state: State = { endpoint, served: undefined, closing: false };
  const routes = routesOf(state);
  const server = createServer({ requestTimeout: 120_000, headersTimeout: 30_000, keepAliveTimeout: 75_000 }, (request, response) => {
    // A kept-alive connection would hold the end of the server until it is idle for long.
    if (state.closing) response.setHeader('connection', 'close');
    response.once('close', () => {
      if (state.closing) server.closeIdleConnections();
    });
    handle(routes, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const inUse = `port ${options.port} on ${options.host} is in use: choose another with --port, or 0 for a free one`;
      reject(error.code === 'EADDRINUSE' ? new MillwrightError('PORT_IN_USE', inUse, { cause: error }) : error);
    });
    server.listen(options.port, options.host, resolve);
  });
  let ended: Promise<void> | undefined;
  const end = (): Promise<void> =>
    new Promise((resolve) => {
      state.closing = true;
      const timer = setTimeout(() => server.closeAllConnections(), 25_000);
      server.close(() => {
        clearTimeout(timer);
        resolve();
      });
      server.closeIdleConnections();
    });
  return {
    port: (server.address() as AddressInfo).port,
    serve(served) {
      state.served = served;
    },
    close: () => (ended ??= end()),
  };
}

function routesOf(state: State): ContainerRoute[] {
  const { endpoint } = state;
  const directory: Directory = {
    find: (name) => (name === endpoint ? state.served : undefined),
    names: () => [endpoint],
    index: async () => [standing(state)],
  };
  const scoring = (
    method: string,
    url: string,
    handler: (served: Served, call: InferenceCall) => ReturnType<ContainerRoute['handler']>,
  ): ContainerRoute => ({
    method,
    url,
    onError: scoringError,
    handler: (call) => handler(ready(state), call),
  });
  return [
    scoring('POST', '/invocations', invocations),
    scoring('GET', '/ping', ping),
    scoring('GET', '/execution-parameters', executionParameters),
    scoring('GET', '/health', ping),
    scoring('GET', '/version', version),
    scoring('GET', '/openapi.json', (served, call) => openApi(served, '', call.headers.host)),
    { ...scoring('GET', '/docs', (served, call) => docs(served, '', call.headers.host)), onError: docsError },
    ...openInference.map(({ method, url, onError, handler }): ContainerRoute => ({
      method,
      url,
      onError,
      handler(call, params) {
        if (url.startsWith('/v2/models/')) ready(state);
        return handler(directory, params, call);
      },
    })),
  ];
}

function standing({ endpoint: name, served }: State): RepositoryModel {
  if (served === undefined) return { name, version: undefined, state: 'LOADING', reason: '' };
  // A folder that is served has no version.
  const version = served.version.version === '' ? undefined : served.version.version;
  const { ready: isReady } = served.model.runtime.stats();
  return { name, version, state: isReady ? 'READY' : 'UNAVAILABLE', reason: isReady ? '' : 'no worker of the model is up' };
}

function ready({ endpoint, served }: State): Served {
  if (served !== undefined) return served;
  throw new MillwrightError('TEMPORARILY_UNAVAILABLE', `the model of '${endpoint}' is being loaded: ask again`);
}

async function handle(routes: readonly ContainerRoute[], request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '/').split('?', 1)[0]!;
  const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET');
  const found = routes.find((one) => one.method === method && patternOf(one.url).test(path));
  const other = found === undefined || found.url.endsWith('*') ? otherMethods(routes, request.method ?? '', path) : undefined;
  const route = other?.route ?? found;
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  try {
    if (other !== undefined) throw other.error;
    if (route === undefined) throw new MillwrightError('ENDPOINT_NOT_FOUND', `no route ${request.method} ${path.slice(0, 200)}`);
    const sent = method === 'GET' ? new Uint8Array() : await readBytes(request, inferenceBodyLimitBytes);
    const body = await decompress(sent, request.headers['content-encoding'], inferenceBodyLimitBytes);
    const requestId = requestIdOf(request.headers) ?? randomIds.uuid7();
    const call = { headers: request.headers, body, signal: controller.signal, requestId };
    send(request, response, await route.handler(call, paramsOf(route, path)));
  } catch (error) {
    send(request, response, (route?.onError ?? scoringError)(error, request.headers));
  }
}

function paramsOf({ url }: ContainerRoute, path: string): Record<string, string> {
  try {
    return Object.fromEntries(
      Object.entries(patternOf(url).exec(path)?.groups ?? {}).map(([name, text]) => [name, decodeURIComponent(text)]),
    );
  } catch (error) {
    throw new MillwrightError('BAD_REQUEST', 'the path is not percent-encoded UTF-8', { cause: error });
  }
}

function send(request: IncomingMessage, response: ServerResponse, value: AnswerValue): void {
  if (!isAnswer(value) || response.destroyed) return;
  const body = typeof value.body === 'string' || value.body instanceof Uint8Array ? value.body : '';
  const lingers = isLeftUnread(request);
  response.writeHead(value.status ?? 200, {
    'x-content-type-options': 'nosniff',
    'content-length': String(Buffer.byteLength(body)),
    ...(lingers ? { connection: 'close' } : {}),
    ...value.headers,
  });
  if (lingers) lingeringAnswer(body, request).pipe(response);
  else response.end(body);
}
