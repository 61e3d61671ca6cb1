import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { TSchema } from 'typebox';
import type { Action, Principal } from '../access/index.ts';
import type { App } from '../app.ts';

/** One request, parsed and authorised; the resource is found in the principal's workspace and nowhere else. */
export interface Call {
  readonly app: App;
  /** Who calls. On `public` routes it may be nobody: then it is the anonymous viewer of no workspace (id 0). */
  readonly principal: Principal;
  readonly method: string;
  /** The path as it came, without the query. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The whole body as bytes (`body: 'bytes'`), parsed and checked JSON (`body: schema`), else empty. */
  readonly body: unknown;
  /** The body as it arrives (`body: 'stream'`). */
  readonly stream: Readable;
  /** Aborts when the client goes away; a server that stops lets running requests end and cuts them off after 10 s. */
  readonly signal: AbortSignal;
  /** Aborts when the server begins to stop: what would never end by itself ends then. */
  readonly stopping: AbortSignal;
  /** To be called after a token was revoked: what is remembered of tokens is dropped. */
  readonly revoked: () => void;
}

/** What a handler answers: status 200 and JSON unless it says otherwise. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text and bytes go as they are, with the `content-type` that the headers give. */
  readonly body: string | Uint8Array | Readable;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';
  /** Fastify's syntax: `/api/1/pipeline-runs/:id`, `/files/*`. */
  readonly url: string;
  /** The rule: what the caller must be allowed to do. A route without one does not compile. */
  readonly action: Action;
  /**
   * How the body is read: a TypeBox schema parses and checks JSON; `bytes` hands over the raw bytes (for protocols with
   * a JSON dialect of their own); `stream` hands over the stream, unlimited; `none` refuses one.
   */
  readonly body: TSchema | 'bytes' | 'stream' | 'none';
  /** Names of the query parameters, of routes of `/api/1`: there another one is refused. None where absent. */
  readonly query?: readonly string[];
  /** Bytes of body at most (default 1 MiB; not for streams). */
  readonly bodyLimitBytes?: number;
  /** Answers JSON (any plain value) or an `Answer` made by `answer()`. */
  readonly handler: (call: Call) => Promise<unknown>;
  /** Turns an error into the protocol's own body; the frame's `{error: {code, message}}` where absent. */
  readonly onError?: (error: unknown, headers: IncomingHttpHeaders) => AnswerValue;
}

const brand = Symbol('answer');

/** An answer that is not plain JSON with status 200. */
export type AnswerValue = Answer & { readonly [brand]: true };

export function answer(value: Answer): AnswerValue {
  return { ...value, [brand]: true };
}

export function isAnswer(value: unknown): value is AnswerValue {
  return typeof value === 'object' && value !== null && brand in value;
}
