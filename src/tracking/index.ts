export type { TrackingContext } from './context.ts';
export type { Experiment, NamedValue, ViewType } from './experiment.ts';
export type { Dataset, DatasetInput, Int64, Metric, ModelOutput, Run, RunInfo, RunStatus } from './run.ts';
export { registrationsTag } from './logged-model.ts';
export type { LoggedModel, LoggedModelMetric, LoggedModelStatus } from './logged-model.ts';
export type { TrackingTables } from './tables.ts';

export {
  createExperiment,
  deleteExperiment,
  deleteExperimentTag,
  parseExperimentId,
  renameExperiment,
  restoreExperiment,
  setExperimentTag,
} from './experiments.ts';
export { getExperiment, getExperimentByName } from './experiment-queries.ts';
export { ensureExperiment, noExperiment } from './experiment-writes.ts';

export { createRun } from './create-run.ts';
export { deleteRun, deleteTag, recordModel, restoreRun, updateRun } from './runs.ts';
export { countRuns, getRun, getRuns } from './run-queries.ts';
export { logBatch, logMetric, logParam, setTag, type BatchInput, type LoggedMetric } from './log.ts';
export { logInputs, logOutputs } from './inputs.ts';

export {
  createLoggedModel,
  deleteLoggedModel,
  deleteLoggedModelTag,
  finalizeLoggedModel,
  logLoggedModelParams,
  setLoggedModelTags,
} from './logged-models.ts';
export { getLoggedModel } from './logged-model-queries.ts';
export { noteRegistration, parseRegistrations } from './logged-model-writes.ts';

export { artifactKey, artifactPathOf, checkArtifactPath } from './artifact-path.ts';
export { findArtifactOwner, type ArtifactOwner } from './artifact-queries.ts';
export { metricCurves } from './curve-queries.ts';
export { getMetricHistories, getMetricHistory, sampleMetricHistories } from './metric-queries.ts';
export type { RunMetric } from './metric-queries.ts';

export { searchDatasets, type DatasetSummary } from './dataset-queries.ts';
export { searchExperiments, type ExperimentSearch } from './search/search-experiments.ts';
export { searchLoggedModels, type LoggedModelSearch } from './search/search-logged-models.ts';
export { searchRuns, type RunSearch } from './search/search-runs.ts';
export {
  deleteArtifacts,
  findArtifact,
  findOwner,
  listArtifacts,
  putArtifact,
  type ArtifactContext,
  type ArtifactEntry,
  type ArtifactPage,
} from './artifacts.ts';
