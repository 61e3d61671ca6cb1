import type { Scope } from '../access/index.ts';
import type { Records } from './open-records.ts';
import type { InferenceRecord } from './record.ts';

/** A request that a model answered elsewhere. */
export interface SentRequest {
  readonly request_id: string;
  readonly endpoint: string;
  readonly model?: string;
  readonly version?: string;
  readonly run_id?: string;
  readonly at?: number;
  readonly latency_ms?: number;
  readonly status?: number;
  readonly features?: Readonly<Record<string, unknown>> | readonly Readonly<Record<string, unknown>>[];
  readonly prediction?: unknown;
  readonly error?: { readonly code: string; readonly message: string };
}

export type Ingest = (scope: Scope, requests: readonly SentRequest[], now: number) => Promise<{ kept: number; alreadyThere: number }>;

/** One batch after another, so that two that hold the same request keep it once. */
export function createIngest(records: Pick<Records, 'append' | 'knownRequests'>): Ingest {
  let before: Promise<unknown> = Promise.resolve();

  async function ingest(scope: Scope, requests: readonly SentRequest[], now: number): Promise<{ kept: number; alreadyThere: number }> {
    if (requests.length === 0) return { kept: 0, alreadyThere: 0 };
    const known = await records.knownRequests(scope, [...new Set(requests.map(({ request_id }) => request_id))]);
    const fresh = requests.filter((request) => {
      const key = JSON.stringify([request.endpoint, request.request_id]);
      if (known.has(key)) return false;
      known.add(key);
      return true;
    });
    await Promise.all(fresh.map((request) => records.append(recordOf(scope, request, now))));
    return { kept: fresh.length, alreadyThere: requests.length - fresh.length };
  }

  return (scope, requests, now) => {
    const turn = before.then(
      () => ingest(scope, requests, now),
      () => ingest(scope, requests, now),
    );
    before = turn;
    return turn;
  };
}

function recordOf({ workspaceId }: Scope, sent: SentRequest, now: number): InferenceRecord {
  const { features, prediction, error } = sent;
  const rows = Array.isArray(features) ? features.length : 1;
  const input = { form: 'json', text: JSON.stringify(Array.isArray(features) ? features : [features]), rows, params: undefined } as const;
  const output = { form: 'json', text: JSON.stringify(Array.isArray(features) ? prediction : [prediction]) } as const;
  return {
    workspaceId,
    requestId: sent.request_id,
    endpoint: sent.endpoint,
    model: sent.model === undefined ? undefined : { name: sent.model, version: sent.version ?? '', runId: sent.run_id },
    ...(sent.model === undefined && sent.run_id !== undefined ? { runId: sent.run_id } : {}),
    at: sent.at ?? now,
    latencyMs: sent.latency_ms ?? 0,
    status: sent.status ?? (error === undefined ? 200 : 500),
    protocol: 'sent',
    input: features === undefined ? undefined : input,
    output: prediction === undefined ? undefined : output,
    error,
  };
}
