import type { ErrorBody } from '../../src/api/error-body.ts';

export interface ClientOptions {
  /** Of the server, without a trailing slash; empty in the browser, where it is the page's own. */
  readonly url: string;
  readonly token?: string | undefined;
}

/** An answer that is not a success: the server's code and message. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export interface RequestOptions {
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** Calls one route and gives its JSON. @throws ApiError for every status beyond 2xx */
export type Call = <T>(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, options?: RequestOptions) => Promise<T>;

export function createCall({ url, token }: ClientOptions): Call {
  return async <T>(method: string, path: string, options: RequestOptions = {}): Promise<T> => {
    const response = await fetch(url + path + queryOf(options.query), {
      method,
      headers: {
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    const text = await response.text();
    if (!response.ok) throw apiError(response.status, text);
    return JSON.parse(text) as T;
  };
}

function queryOf(query: RequestOptions['query']): string {
  const given = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) if (value !== undefined) given.set(key, String(value));
  return given.size === 0 ? '' : `?${given.toString()}`;
}

/** Reads both error bodies that the server speaks: its own and MLflow's. */
function apiError(status: number, text: string): ApiError {
  try {
    const body = JSON.parse(text) as ErrorBody | { error_code: string; message: string };
    if ('error' in body) return new ApiError(status, body.error.code, body.error.message);
    return new ApiError(status, body.error_code, body.message);
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
    return new ApiError(status, 'UNKNOWN', `the server answered ${status}: ${text.slice(0, 200)}`);
  }
}
