import type { NamedValue } from './experiment.ts';

export type Int64 = number | bigint;

export const runStatuses = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'] as const;
export type RunStatus = (typeof runStatuses)[number];

export function isEnded(status: RunStatus): boolean {
  return status === 'FINISHED' || status === 'FAILED' || status === 'KILLED';
}

/** Times are milliseconds since the epoch, as clients give them. */
export interface RunInfo {
  readonly runId: string;
  readonly experimentId: number;
  readonly name: string;
  readonly userId: string;
  readonly status: RunStatus;
  readonly startedAt: Int64;
  readonly endedAt: Int64 | null;
  readonly deletedAt: number | null;
  readonly artifactUri: string;
}

/** `value` may be NaN or infinite. */
export interface Metric {
  readonly name: string;
  readonly value: number;
  readonly timestamp: Int64;
  readonly step: Int64;
}

export interface Run {
  readonly info: RunInfo;
  /** Of each metric the newest point by (step, timestamp, value). */
  readonly metrics: readonly Metric[];
  readonly params: readonly NamedValue[];
  readonly tags: readonly NamedValue[];
  readonly datasets: readonly DatasetInput[];
  readonly modelInputs: readonly string[];
  readonly modelOutputs: readonly ModelOutput[];
}

export interface Dataset {
  readonly name: string;
  readonly digest: string;
  readonly sourceType: string;
  readonly source: string;
  readonly schema: string | undefined;
  readonly profile: string | undefined;
}

export interface DatasetInput {
  readonly dataset: Dataset;
  readonly tags: readonly NamedValue[];
}

export interface ModelOutput {
  readonly modelId: string;
  readonly step: Int64;
}

/** The tag in which MLflow's clients keep a run's name; it and the name follow each other. */
export const runNameTag = 'mlflow.runName';
