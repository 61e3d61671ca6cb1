/** Typed calls of the MLflow REST API, for browsers and Node alike. */
import type { Call } from './client.ts';
import { registryCalls } from './mlflow-registry.ts';
import { resultCalls } from './mlflow-results.ts';
import { runCalls } from './mlflow-runs.ts';

export type * from './mlflow-types.ts';

export function mlflowApi(call: Call) {
  return { ...runCalls(call), ...resultCalls(call), ...registryCalls(call) };
}

/** Where the bytes of a run's artifact are read. */
export function artifactUrl(runId: string, path: string): string {
  return `/get-artifact?${new URLSearchParams({ run_id: runId, path }).toString()}`;
}
