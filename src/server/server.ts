import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { authorize, type Principal } from '../access/index.ts';
import type { App } from '../app.ts';
import { MillwrightError } from '../errors.ts';
import { authenticator, type Authenticator } from './authenticate.ts';
import { defaultBodyLimitBytes, isLeftUnread, lingeringAnswer, parseJson, readBytes } from './body.ts';
import { errorAnswer, knownError } from './errors.ts';
import { otherMethods } from './inference/methods.ts';
import { inferenceRoutes } from './inference/routes.ts';
import { NotServed } from './inference/served.ts';
import { allowedHosts, checkHost, checkOrigin } from './origin.ts';
import { countAnswers } from './metrics.ts';
import { refuseUnknownQuery } from './query.ts';
import { isAnswer, type AnswerValue, type Call, type Route } from './route.ts';
import { routes } from './routes.ts';

export interface ServerOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Names besides loopback's under which the server may be asked. */
  readonly hosts: readonly string[];
}

export interface Server {
  readonly host: string;
  readonly port: number;
  /** Stops taking requests, lets running ones end (10 s at most), closes the listener. */
  close(): Promise<void>;
  /** Calls `then` once no request has run for `milliseconds`. */
  whenIdle(milliseconds: number, then: () => void): void;
}

const anonymous: Principal = { workspaceId: 0, name: 'anonymous', role: 'viewer', tokenId: undefined, stageRunId: undefined };

/** Listens and answers: HTTP only, every route through one gate (host, origin, caller, rule, body). */
export async function startServer(app: App, options: ServerOptions): Promise<Server> {
  const instance = fastify({
    logger: false,
    http: { maxHeaderSize: 64 * 1024 }, // as MLflow's server: filters go in the query of a GET
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 4096, ignoreTrailingSlash: false },
    requestTimeout: 0, // uploads may be of any size; a connection on which nothing moves ends:
    connectionTimeout: 120_000,
    frameworkErrors: (error, request, reply) =>
      void send(request, reply, failure(new MillwrightError('BAD_REQUEST', error.message), undefined, request, gate), gate),
  });
  const stopping = new AbortController();
  const gate: Gate = {
    app,
    authenticator: authenticator(app),
    hosts: allowedHosts(options.host, options.hosts),
    stopping: stopping.signal,
  };
  // Bodies reach the handlers as they arrive; each route says how it reads its own.
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser('*', (_request, _payload, done) => done(null));
  for (const route of routes) mount(instance, route, gate);
  instance.setNotFoundHandler((request, reply) => notFound(request, reply, gate));
  await listen(instance, options);
  const { port } = instance.server.address() as AddressInfo;
  const activity = watchActivity(instance);
  return { host: options.host, port, close: () => closeWithin(instance, stopping, 10_000), whenIdle: activity.whenIdle };
}

interface Gate {
  readonly app: App;
  readonly authenticator: Authenticator;
  readonly hosts: ReadonlySet<string>;
  readonly stopping: AbortSignal;
}

function mount(instance: FastifyInstance, route: Route, gate: Gate): void {
  const count = countAnswers(gate.app.metrics, route.url);
  instance.route({
    method: route.method,
    url: route.url,
    // What Fastify itself refuses, such as a content type that is none.
    errorHandler: (error, request, reply) => void send(request, reply, failure(refusedByFrame(error), route, request, gate), gate),
    handler: async (request, reply) => {
      const began = performance.now();
      const controller = new AbortController();
      reply.raw.once('close', () => {
        // The body of an answer to HEAD is made and never sent: whoever makes it must hear that, too.
        if (!reply.raw.writableFinished || request.method === 'HEAD') controller.abort();
      });
      try {
        send(request, reply, await handle(route, request, gate, controller.signal), gate);
      } catch (error) {
        send(request, reply, failure(error, route, request, gate), gate);
      }
      count(reply.statusCode, performance.now() - began);
      return reply;
    },
  });
}

function refusedByFrame(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return error;
  return new MillwrightError('UNSUPPORTED_MEDIA_TYPE', 'the content type is none: write it as type/subtype, such as application/json');
}

async function handle(route: Route, request: FastifyRequest, gate: Gate, signal: AbortSignal): Promise<unknown> {
  const raw = request.raw;
  checkHost(raw.headers.host, gate.hosts);
  checkOrigin(raw.method ?? 'GET', raw.headers.origin, raw.headers.host);
  const principal = await gate.authenticator.authenticate(raw);
  authorize(principal, route.action);
  const url = raw.url ?? '/';
  const mark = url.indexOf('?');
  const query = new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1));
  // The peers ignore what they do not know, and their clients rely on it.
  if (route.url.startsWith('/api/1/')) refuseUnknownQuery(query, route.query ?? []);
  const call: Call = {
    app: gate.app,
    principal: principal ?? anonymous,
    method: raw.method ?? 'GET',
    path: mark === -1 ? url : url.slice(0, mark),
    params: request.params as Record<string, string>,
    query,
    headers: raw.headers,
    body: await readBody(route, request),
    stream: raw,
    signal,
    stopping: gate.stopping,
    revoked: () => gate.authenticator.forget(),
  };
  return route.handler(call);
}

async function readBody(route: Route, request: FastifyRequest): Promise<unknown> {
  if (route.body === 'stream' || route.body === 'none') return undefined;
  const bytes = await readBytes(request.raw, route.bodyLimitBytes ?? defaultBodyLimitBytes);
  return route.body === 'bytes' ? bytes : parseJson(bytes, route.body);
}

function failure(error: unknown, route: Route | undefined, request: FastifyRequest, gate: Gate): AnswerValue {
  const known = knownError(error);
  // An endpoint that waits for its first version is no fault: its own page tells what it waits for.
  if (known.status >= 500 && !(known.cause instanceof NotServed))
    gate.app.log.error({ err: known.cause ?? known, method: request.method, path: request.url.split('?', 1)[0] }, known.message);
  return route?.onError?.(known, request.headers) ?? errorAnswer(known);
}

function send(request: FastifyRequest, reply: FastifyReply, value: unknown, gate: Gate): FastifyReply {
  reply.header('x-content-type-options', 'nosniff');
  const lingers = isLeftUnread(request.raw);
  // A server that stops would wait for a connection that is kept.
  if (lingers || gate.stopping.aborted) reply.header('connection', 'close');
  if (!isAnswer(value)) return reply.type('application/json; charset=utf-8').send(JSON.stringify(value ?? {}));
  reply.code(value.status ?? 200);
  for (const [name, text] of Object.entries(value.headers ?? {})) reply.header(name, text);
  if (value.body instanceof Readable) return reply.send(value.body);
  if (!lingers) return reply.send(typeof value.body === 'string' ? value.body : Buffer.from(value.body));
  return reply.header('content-length', Buffer.byteLength(value.body)).send(lingeringAnswer(value.body, request.raw));
}

function notFound(request: FastifyRequest, reply: FastifyReply, gate: Gate): FastifyReply {
  const path = request.url.split('?', 1)[0]!;
  const other = otherMethods(inferenceRoutes, request.method, path);
  const error = other?.error ?? new MillwrightError('ENDPOINT_NOT_FOUND', `no route ${request.method} ${path}`);
  return send(request, reply, failure(error, other?.route, request, gate), gate);
}

/** Counts running requests on the listener itself, so that no route can be forgotten. */
function watchActivity(instance: FastifyInstance): Pick<Server, 'whenIdle'> {
  let running = 0;
  let notify: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  instance.server.on('request', (_request, response) => {
    running += 1;
    notify?.();
    response.once('close', () => {
      running -= 1;
      notify?.();
    });
  });
  return {
    whenIdle(milliseconds, then) {
      notify = () => {
        clearTimeout(timer);
        if (running === 0) timer = setTimeout(then, milliseconds);
      };
      notify();
    },
  };
}

async function listen(instance: FastifyInstance, options: ServerOptions): Promise<void> {
  try {
    await instance.listen({ host: options.host, port: options.port });
  } catch (error) {
    await instance.close();
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE')
      throw new MillwrightError(
        'PORT_IN_USE',
        `port ${options.port} on ${options.host} is in use: choose another with --port, or 0 for a free one`,
        { cause: error },
      );
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL')
      throw new MillwrightError(
        'CONFIG_INVALID',
        `cannot listen on ${options.host}:${options.port} (${code}): choose another --host or --port`,
        { cause: error },
      );
    throw error;
  }
}

async function closeWithin(instance: FastifyInstance, stopping: AbortController, milliseconds: number): Promise<void> {
  const timer = setTimeout(() => instance.server.closeAllConnections(), milliseconds);
  stopping.abort();
  await instance.close();
  clearTimeout(timer);
}
