import type { TestServer } from './server.ts';

export interface Reply<T> {
  readonly status: number;
  readonly body: T;
}

/** What a failed call answers. */
export interface MlflowFailure {
  readonly error_code: string;
  readonly message: string;
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** Calls MLflow's REST API as its clients do: GET by query, everything else by a JSON body. Without a token unless one is given. */
export function mlflowClient(server: () => TestServer, token?: () => string) {
  const call = async <T = MlflowFailure>(method: Method, path: string, fields: Record<string, unknown> = {}): Promise<Reply<T>> => {
    const query = method === 'GET' ? queryOf(fields) : '';
    const response = await fetch(`${server().url}/api/2.0/mlflow/${path}${query}`, {
      method,
      headers: {
        ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token()}` }),
      },
      ...(method === 'GET' ? {} : { body: JSON.stringify(fields) }),
    });
    return { status: response.status, body: (await response.json()) as T };
  };
  /** The body of a call that must succeed. */
  const must = async <T>(method: Method, path: string, fields?: Record<string, unknown>): Promise<T> => {
    const reply = await call<T>(method, path, fields);
    if (reply.status !== 200) throw new Error(`${method} ${path} answered ${reply.status}: ${JSON.stringify(reply.body)}`);
    return reply.body;
  };
  return { call, must };
}

function queryOf(fields: Record<string, unknown>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    for (const item of Array.isArray(value) ? value : [value]) query.append(name, String(item));
  }
  return `?${query.toString()}`;
}
