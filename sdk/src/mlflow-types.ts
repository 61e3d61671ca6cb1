/** The nouns of the MLflow REST API as programs use them: lists always there, tags and params as objects, NaN as NaN. */

export type RunStatus = 'RUNNING' | 'SCHEDULED' | 'FINISHED' | 'FAILED' | 'KILLED';

export interface Metric {
  readonly key: string;
  readonly value: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly step: number;
}

export interface DatasetInput {
  readonly name: string;
  readonly digest: string;
  readonly sourceType: string;
  readonly source: string;
  readonly schema: string | undefined;
  readonly profile: string | undefined;
  /** `training`, `validation` …; from the tag `mlflow.data.context`. */
  readonly context: string | undefined;
}

export interface Run {
  readonly id: string;
  readonly name: string;
  readonly experimentId: string;
  readonly userId: string;
  readonly status: RunStatus;
  readonly startTime: number;
  readonly endTime: number | undefined;
  readonly artifactUri: string;
  readonly deleted: boolean;
  readonly metrics: readonly Metric[];
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly datasets: readonly DatasetInput[];
  /** Logged models (`m-…`) that the run made. */
  readonly modelOutputs: readonly string[];
  readonly modelInputs: readonly string[];
}

export interface Experiment {
  readonly id: string;
  readonly name: string;
  readonly deleted: boolean;
  readonly createdAt: number | undefined;
  readonly updatedAt: number | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

export interface ModelVersion {
  readonly name: string;
  readonly version: string;
  readonly createdAt: number;
  readonly stage: string;
  readonly description: string;
  readonly source: string;
  readonly runId: string | undefined;
  readonly modelId: string | undefined;
  readonly aliases: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

export interface RegisteredModel {
  readonly name: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly description: string;
  readonly aliases: readonly { readonly alias: string; readonly version: string }[];
  readonly latestVersions: readonly ModelVersion[];
  readonly tags: Readonly<Record<string, string>>;
}

export interface LoggedModel {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly sourceRunId: string | undefined;
  readonly registrations: readonly { readonly name: string; readonly version: string }[];
}

export interface ArtifactFile {
  /** Relative to the run's artifact root. */
  readonly path: string;
  readonly isFolder: boolean;
  readonly sizeBytes: number | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextPageToken: string | undefined;
}

export type RunView = 'ACTIVE_ONLY' | 'DELETED_ONLY' | 'ALL';

export interface SearchRuns {
  readonly experimentIds: readonly string[];
  readonly filter?: string;
  readonly orderBy?: readonly string[];
  readonly view?: RunView;
  readonly maxResults?: number;
  readonly pageToken?: string;
}
