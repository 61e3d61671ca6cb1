import type { NamedValue } from './experiment.ts';
import type { Metric } from './run.ts';

export const loggedModelStatuses = [
  'LOGGED_MODEL_STATUS_UNSPECIFIED',
  'LOGGED_MODEL_PENDING',
  'LOGGED_MODEL_READY',
  'LOGGED_MODEL_UPLOAD_FAILED',
] as const;
export type LoggedModelStatus = (typeof loggedModelStatuses)[number];

/** A metric of a model: where it was measured belongs to it. */
export interface LoggedModelMetric extends Metric {
  readonly runId: string;
  readonly datasetName: string | undefined;
  readonly datasetDigest: string | undefined;
}

export interface LoggedModel {
  readonly modelId: string;
  readonly experimentId: number;
  readonly name: string;
  readonly modelType: string | undefined;
  readonly sourceRunId: string | undefined;
  readonly status: LoggedModelStatus;
  readonly statusMessage: string | undefined;
  readonly artifactLocation: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly deletedAt: number | null;
  readonly params: readonly NamedValue[];
  readonly tags: readonly NamedValue[];
  readonly metrics: readonly LoggedModelMetric[];
}

/** The tag that lists a model's registrations, JSON: `[{"name": …, "version": …}]`. */
export const registrationsTag = 'mlflow.modelVersions';
