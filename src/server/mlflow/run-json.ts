/** Experiments and runs as MLflow's answers hold them. */
import type { DatasetInput, Experiment, Metric, NamedValue, Run, RunInfo } from '../../tracking/index.ts';
import { doubleJson, int64Json, listJson } from './proto-json.ts';

export function experimentJson(experiment: Experiment): object {
  return {
    experiment_id: String(experiment.id),
    name: experiment.name,
    artifact_location: experiment.artifactLocation,
    lifecycle_stage: experiment.deletedAt === null ? 'active' : 'deleted',
    last_update_time: experiment.updatedAt,
    creation_time: experiment.createdAt,
    tags: listJson(experiment.tags.map(tagJson)),
    workspace: 'default', // MLflow's name of the only one
  };
}

export function runJson(run: Run): object {
  return {
    info: runInfoJson(run.info),
    data: {
      metrics: listJson(run.metrics.map(metricJson)),
      params: listJson(run.params.map(tagJson)),
      tags: listJson(run.tags.map(tagJson)),
    },
    inputs: {
      dataset_inputs: listJson(run.datasets.map(datasetInputJson)),
      model_inputs: listJson(run.modelInputs.map((modelId) => ({ model_id: modelId }))),
    },
    ...(run.modelOutputs.length === 0
      ? {}
      : { outputs: { model_outputs: run.modelOutputs.map(({ modelId, step }) => ({ model_id: modelId, step: int64Json(step) })) } }),
  };
}

export function runInfoJson(info: RunInfo): object {
  return {
    run_uuid: info.runId,
    experiment_id: String(info.experimentId),
    run_name: info.name,
    user_id: info.userId,
    status: info.status,
    start_time: int64Json(info.startedAt),
    end_time: int64Json(info.endedAt),
    artifact_uri: info.artifactUri,
    lifecycle_stage: info.deletedAt === null ? 'active' : 'deleted',
    run_id: info.runId,
  };
}

export function tagJson(tag: NamedValue): { key: string; value: string } {
  return { key: tag.name, value: tag.value };
}

export function metricJson(metric: Metric): object {
  return { key: metric.name, value: doubleJson(metric.value), timestamp: int64Json(metric.timestamp), step: int64Json(metric.step) };
}

function datasetInputJson(input: DatasetInput): object {
  const { dataset } = input;
  return {
    tags: listJson(input.tags.map(tagJson)),
    dataset: {
      name: dataset.name,
      digest: dataset.digest,
      source_type: dataset.sourceType,
      source: dataset.source,
      schema: dataset.schema,
      profile: dataset.profile,
    },
  };
}
