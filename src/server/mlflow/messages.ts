/** The request messages of MLflow's tracking calls (service.proto). */
import { bool, double, int64, nested, oneOf, repeated, required, text, withDefault, type Field } from './proto-fields.ts';
import { message } from './proto-json.ts';
import type { RunStatus, ViewType } from '../../tracking/index.ts';

const keyValue = { key: text, value: text };
const keyed = { key: required(text), value: text };
const viewType: Field<ViewType | undefined> = oneOf({ ACTIVE_ONLY: 1, DELETED_ONLY: 2, ALL: 3 });
const runStatus: Field<RunStatus | undefined> = oneOf({ RUNNING: 1, SCHEDULED: 2, FINISHED: 3, FAILED: 4, KILLED: 5 });
const runId = required(text);

export const none = message({});

// --- experiments
export const createExperiment = message({ name: required(text), artifact_location: text, tags: repeated(nested(keyValue)) });
export const experimentRef = message({ experiment_id: required(text) });
export const getExperimentByName = message({ experiment_name: required(text) });
export const updateExperiment = message({ experiment_id: required(text), new_name: required(text) });
export const setExperimentTag = message({ experiment_id: required(text), key: required(text), value: text });
export const deleteExperimentTag = message({ experiment_id: required(text), key: required(text) });
export const searchExperiments = message({
  max_results: int64,
  page_token: text,
  filter: text,
  order_by: repeated(text),
  view_type: viewType,
});

// --- runs
export const createRun = message({
  experiment_id: text,
  user_id: text,
  run_name: text,
  start_time: int64,
  tags: repeated(nested(keyValue)),
});
export const updateRun = message({ run_id: runId, run_uuid: text, status: runStatus, end_time: int64, run_name: text });
export const runRef = message({ run_id: runId, run_uuid: text });
export const searchRuns = message({
  experiment_ids: repeated(text),
  filter: text,
  run_view_type: viewType,
  max_results: withDefault(int64, 1000),
  order_by: repeated(text),
  page_token: text,
});

// --- logging
const metric = {
  key: required(text),
  value: required(double),
  timestamp: required(int64),
  step: withDefault(int64, 0),
  model_id: text,
  dataset_name: text,
  dataset_digest: text,
};
export const logMetric = message({ run_id: runId, run_uuid: text, ...metric });
export const logParam = message({ run_id: runId, run_uuid: text, key: required(text), value: text });
export const setTag = message({ run_id: runId, run_uuid: text, key: required(text), value: text });
export const deleteTag = message({ run_id: runId, key: required(text) });
export const logBatch = message({
  run_id: runId,
  metrics: repeated(nested(metric)),
  params: repeated(nested(keyed)),
  tags: repeated(nested(keyed)),
});
const dataset = {
  name: required(text),
  digest: required(text),
  source_type: required(text),
  source: required(text),
  schema: text,
  profile: text,
};
export const logInputs = message({
  run_id: runId,
  datasets: repeated(
    nested({ tags: repeated(nested({ key: required(text), value: withDefault(text, '') })), dataset: required(nested(dataset)) }),
  ),
  models: repeated(nested({ model_id: required(text) })),
});
export const logOutputs = message({
  run_id: runId,
  models: required(repeated(nested({ model_id: required(text), step: withDefault(int64, 0) }))),
});
export const logModel = message({ run_id: runId, model_json: required(text) });

// --- metric history
export const getMetricHistory = message({
  run_id: runId,
  run_uuid: text,
  metric_key: required(text),
  page_token: text,
  max_results: int64,
});
export const getMetricHistoryBulk = message({ run_id: repeated(text), metric_key: text, max_results: int64 });
export const getMetricHistoryBulkInterval = message({
  run_ids: required(repeated(text)),
  metric_key: required(text),
  start_step: int64,
  end_step: int64,
  max_results: int64,
});
export const searchDatasets = message({ experiment_ids: repeated(text) });

// --- logged models
export const createLoggedModel = message({
  experiment_id: required(text),
  name: text,
  model_type: text,
  source_run_id: text,
  params: repeated(nested(keyed)),
  tags: repeated(nested(keyed)),
});
export const finalizeLoggedModel = message({
  model_id: required(text),
  status: required(
    oneOf({
      LOGGED_MODEL_STATUS_UNSPECIFIED: 0,
      LOGGED_MODEL_PENDING: 1,
      LOGGED_MODEL_READY: 2,
      LOGGED_MODEL_UPLOAD_FAILED: 3,
    }),
  ),
});
export const loggedModelRef = message({ model_id: required(text), allow_deleted: bool });
export const setLoggedModelTags = message({ model_id: required(text), tags: repeated(nested(keyed)) });
export const deleteLoggedModelTag = message({ model_id: required(text), tag_key: required(text) });
export const logLoggedModelParams = message({ model_id: required(text), params: repeated(nested(keyed)) });
export const searchLoggedModels = message({
  experiment_ids: required(repeated(text)),
  filter: text,
  datasets: repeated(nested({ dataset_name: required(text), dataset_digest: text })),
  max_results: withDefault(int64, 50),
  order_by: repeated(nested({ field_name: required(text), ascending: withDefault(bool, true), dataset_name: text, dataset_digest: text })),
  page_token: text,
});
