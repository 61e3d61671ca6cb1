/** Calls of the MLflow API as a client without a library makes them. */
export interface Reply<T> {
  readonly status: number;
  readonly text: string;
  readonly json: T;
}

export interface MlflowCalls {
  readonly post: <T = Record<string, unknown>>(
    path: string,
    body: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Reply<T>>;
  /** The body goes as it is. */
  readonly send: <T = Record<string, unknown>>(method: string, path: string, body: string | Uint8Array<ArrayBuffer>) => Promise<Reply<T>>;
  readonly get: <T = Record<string, unknown>>(
    path: string,
    query?: Readonly<Record<string, string | readonly string[]>>,
  ) => Promise<Reply<T>>;
}

/** @param baseUrl such as `http://127.0.0.1:5000`; paths begin after `/api/2.0/mlflow/` */
export function mlflowCalls(baseUrl: () => string): MlflowCalls {
  const call = async <T>(path: string, init: RequestInit): Promise<Reply<T>> => {
    const response = await fetch(`${baseUrl()}/api/2.0/mlflow/${path}`, init);
    const text = await response.text();
    return { status: response.status, text, json: JSON.parse(text === '' ? '{}' : text) as T };
  };
  const json = { 'content-type': 'application/json' };
  return {
    post: (path, body, headers = json) => call(path, { method: 'POST', headers, body: JSON.stringify(body) }),
    send: (method, path, body) => call(path, { method, headers: json, body }),
    get: (path, query = {}) => {
      const pairs = Object.entries(query).flatMap(([key, value]) =>
        typeof value === 'string' ? [[key, value]] : value.map((item) => [key, item]),
      );
      return call(pairs.length === 0 ? path : `${path}?${new URLSearchParams(pairs as [string, string][]).toString()}`, { method: 'GET' });
    },
  };
}

export interface RunAnswer {
  readonly run: {
    readonly info: Readonly<Record<string, string | number>> & { readonly run_id: string; readonly run_name: string };
    readonly data: {
      readonly metrics?: readonly {
        readonly key: string;
        readonly value: number | string;
        readonly timestamp: number;
        readonly step: number;
      }[];
      readonly params?: readonly { readonly key: string; readonly value: string }[];
      readonly tags?: readonly { readonly key: string; readonly value: string }[];
    };
    readonly inputs: Readonly<Record<string, unknown>>;
  };
}

export interface SearchAnswer {
  readonly runs?: readonly RunAnswer['run'][];
  readonly next_page_token?: string;
}

let names = 0;

/** A new experiment with a name of its own. @returns its id */
export async function newExperiment(calls: MlflowCalls): Promise<string> {
  const { json } = await calls.post<{ experiment_id: string }>('experiments/create', {
    name: `experiment ${(names += 1)} of ${process.pid}`,
  });
  return json.experiment_id;
}

/** @returns the id of a new run */
export async function newRun(calls: MlflowCalls, experimentId: string, fields: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const { json } = await calls.post<RunAnswer>('runs/create', { experiment_id: experimentId, start_time: 1000, ...fields });
  return json.run.info.run_id;
}
