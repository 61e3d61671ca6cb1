/** Reads answers of the MLflow REST API, which leave out what is unset or empty, and write NaN and infinities as strings. */
import type { DatasetInput, Experiment, LoggedModel, Metric, ModelVersion, RegisteredModel, Run, RunStatus } from './mlflow-types.ts';

interface Pair {
  key: string;
  value?: string;
}

export interface WireMetric {
  key: string;
  value: number | string;
  timestamp?: number | string;
  step?: number | string;
  run_id?: string;
}

export interface WireRun {
  info: {
    run_id: string;
    run_name?: string;
    experiment_id: string;
    user_id?: string;
    status: RunStatus;
    start_time?: number | string;
    end_time?: number | string;
    artifact_uri?: string;
    lifecycle_stage?: string;
  };
  data?: { metrics?: WireMetric[]; params?: Pair[]; tags?: Pair[] };
  inputs?: { dataset_inputs?: WireDataset[]; model_inputs?: { model_id: string }[] };
  outputs?: { model_outputs?: { model_id: string }[] };
}

interface WireDataset {
  tags?: Pair[];
  dataset: { name: string; digest: string; source_type?: string; source?: string; schema?: string; profile?: string };
}

export interface WireExperiment {
  experiment_id: string;
  name: string;
  lifecycle_stage?: string;
  creation_time?: number | string;
  last_update_time?: number | string;
  tags?: Pair[];
}

export interface WireModelVersion {
  name: string;
  version: string;
  creation_timestamp?: number | string;
  current_stage?: string;
  description?: string;
  source?: string;
  run_id?: string;
  model_id?: string;
  aliases?: string[];
  tags?: Pair[];
}

export interface WireRegisteredModel {
  name: string;
  creation_timestamp?: number | string;
  last_updated_timestamp?: number | string;
  description?: string;
  aliases?: { alias: string; version: string }[];
  latest_versions?: WireModelVersion[];
  tags?: Pair[];
}

export interface WireLoggedModel {
  info: {
    model_id: string;
    name?: string;
    status?: string;
    source_run_id?: string;
    registrations?: { name: string; version: string }[];
    tags?: Pair[];
  };
}

export function readMetric(wire: WireMetric): Metric {
  return { key: wire.key, value: Number(wire.value), timestamp: Number(wire.timestamp ?? 0), step: Number(wire.step ?? 0) };
}

export function readRun(wire: WireRun): Run {
  const tags = toRecord(wire.data?.tags);
  return {
    id: wire.info.run_id,
    name: wire.info.run_name ?? tags['mlflow.runName'] ?? wire.info.run_id,
    experimentId: wire.info.experiment_id,
    userId: wire.info.user_id ?? tags['mlflow.user'] ?? '',
    status: wire.info.status,
    startTime: Number(wire.info.start_time ?? 0),
    endTime: toTime(wire.info.end_time),
    artifactUri: wire.info.artifact_uri ?? '',
    deleted: wire.info.lifecycle_stage === 'deleted',
    metrics: (wire.data?.metrics ?? []).map(readMetric),
    params: toRecord(wire.data?.params),
    tags,
    datasets: (wire.inputs?.dataset_inputs ?? []).map(readDataset),
    modelOutputs: (wire.outputs?.model_outputs ?? []).map((model) => model.model_id),
    modelInputs: (wire.inputs?.model_inputs ?? []).map((model) => model.model_id),
  };
}

function readDataset({ dataset, tags }: WireDataset): DatasetInput {
  return {
    name: dataset.name,
    digest: dataset.digest,
    sourceType: dataset.source_type ?? '',
    source: dataset.source ?? '',
    schema: dataset.schema,
    profile: dataset.profile,
    context: toRecord(tags)['mlflow.data.context'],
  };
}

export function readExperiment(wire: WireExperiment): Experiment {
  return {
    id: wire.experiment_id,
    name: wire.name,
    deleted: wire.lifecycle_stage === 'deleted',
    createdAt: toTime(wire.creation_time),
    updatedAt: toTime(wire.last_update_time),
    tags: toRecord(wire.tags),
  };
}

export function readModelVersion(wire: WireModelVersion): ModelVersion {
  return {
    name: wire.name,
    version: wire.version,
    createdAt: Number(wire.creation_timestamp ?? 0),
    stage: wire.current_stage ?? 'None',
    description: wire.description ?? '',
    source: wire.source ?? '',
    runId: wire.run_id === '' ? undefined : wire.run_id,
    modelId: wire.model_id === '' ? undefined : wire.model_id,
    aliases: wire.aliases ?? [],
    tags: toRecord(wire.tags),
  };
}

export function readRegisteredModel(wire: WireRegisteredModel): RegisteredModel {
  return {
    name: wire.name,
    createdAt: Number(wire.creation_timestamp ?? 0),
    updatedAt: Number(wire.last_updated_timestamp ?? 0),
    description: wire.description ?? '',
    aliases: wire.aliases ?? [],
    latestVersions: (wire.latest_versions ?? []).map(readModelVersion),
    tags: toRecord(wire.tags),
  };
}

export function readLoggedModel({ info }: WireLoggedModel): LoggedModel {
  return {
    id: info.model_id,
    name: info.name ?? info.model_id,
    status: info.status ?? '',
    sourceRunId: info.source_run_id,
    registrations: info.registrations ?? [],
  };
}

function toRecord(pairs: readonly Pair[] | undefined): Record<string, string> {
  return Object.fromEntries((pairs ?? []).map(({ key, value }) => [key, value ?? '']));
}

function toTime(value: number | string | undefined): number | undefined {
  return value === undefined || Number(value) === 0 ? undefined : Number(value);
}
