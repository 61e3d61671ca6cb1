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
type Query = Readonly<Record<string, unknown>>;

export interface MlflowClient {
  readonly get: <T = MlflowFailure>(path: string, query?: Query) => Promise<Reply<T>>;
  readonly post: <T = MlflowFailure>(path: string, body: object) => Promise<Reply<T>>;
  /** Fields go by query in a GET, else as a JSON body. */
  readonly call: <T = MlflowFailure>(method: Method, path: string, fields?: Query) => Promise<Reply<T>>;
  /** The body of a call that must succeed. */
  readonly must: <T>(method: Method, path: string, fields?: Query) => Promise<T>;
  /** A body that goes as it is, and an answer as it came. */
  readonly send: (
    method: Method,
    path: string,
    body?: string | Uint8Array<ArrayBuffer>,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<{ readonly status: number; readonly text: string }>;
}

/**
 * Calls MLflow's REST API as a client without a library does. Without a token unless one is given.
 * @param server paths begin after its `/api/2.0/mlflow/`
 */
export function mlflowClient(server: () => { readonly url: string }, token?: () => string): MlflowClient {
  const send: MlflowClient['send'] = async (method, path, body, headers = { 'content-type': 'application/json' }) => {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token()}` };
    const request = body === undefined ? { headers: authorization } : { headers: { ...headers, ...authorization }, body };
    const response = await fetch(`${server().url}/api/2.0/mlflow/${path}`, { method, ...request });
    return { status: response.status, text: await response.text() };
  };
  const call: MlflowClient['call'] = async <T>(method: Method, path: string, fields: Query = {}) => {
    const { status, text } =
      method === 'GET' ? await send(method, `${path}${queryOf(fields)}`) : await send(method, path, JSON.stringify(fields));
    return { status, body: JSON.parse(text) as T };
  };
  const must = async <T>(method: Method, path: string, fields?: Query): Promise<T> => {
    const reply = await call<T>(method, path, fields);
    if (reply.status !== 200) throw new Error(`${method} ${path} answered ${reply.status}: ${JSON.stringify(reply.body)}`);
    return reply.body;
  };
  return { send, call, must, get: (path, query) => call('GET', path, query), post: (path, body) => call('POST', path, body as Query) };
}

function queryOf(fields: Query): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    for (const item of Array.isArray(value) ? value : [value]) query.append(name, String(item));
  }
  return query.size === 0 ? '' : `?${query.toString()}`;
}
