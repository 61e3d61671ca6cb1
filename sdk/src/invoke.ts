import type { ClientOptions } from './client.ts';

/** What an endpoint answered, whatever its status. */
export interface Invocation {
  readonly status: number;
  /** As this client measured it. */
  readonly durationMs: number;
  /** Names the record of the request. */
  readonly requestId: string;
  /** `NAME/VERSION` of the model that answered; undefined where none did. */
  readonly model: string | undefined;
  readonly text: string;
}

/** Sends bodies to `/invocations` as they stand: numbers keep all their digits. */
export function createInvoke({ url, token }: ClientOptions): (endpoint: string, body: string) => Promise<Invocation> {
  return async (endpoint, body) => {
    const requestId = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    const begun = performance.now();
    const response = await fetch(`${url}/endpoints/${encodeURIComponent(endpoint)}/invocations`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-request-id': requestId,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body,
    });
    const text = await response.text();
    const model = response.headers.get('x-millwright-model');
    const durationMs = performance.now() - begun;
    return { status: response.status, durationMs, requestId, model: model === null ? undefined : decodeURIComponent(model), text };
  };
}
