/** What the graph's nodes are called, in the order of the loop. */
export const kindWords: Readonly<Record<string, string>> = {
  commit: 'Commit',
  data_version: 'Data version',
  lock_entry: 'Lock entry',
  pipeline_run: 'Pipeline run',
  stage_run: 'Stage run',
  run: 'Run',
  logged_model: 'Logged model',
  model_version: 'Model version',
  decision: 'Decision',
  endpoint: 'Endpoint',
  prediction: 'Prediction',
};
