import type { Generated } from 'kysely';

type Int64 = number | bigint;

interface NamedValues {
  name: string;
  value: string;
}

export interface TrackingTables {
  experiments: {
    id: Generated<number>;
    workspace_id: number;
    name: string;
    artifact_location: string;
    created_at: number;
    updated_at: number;
    deleted_at: number | null;
  };
  experiment_tags: NamedValues & { experiment_id: number };
  runs: {
    run_key: Generated<number>;
    workspace_id: number;
    experiment_id: number;
    run_id: string;
    name: string;
    user_id: string;
    status: string;
    started_at: Int64;
    ended_at: Int64 | null;
    deleted_at: number | null;
    artifact_uri: string;
  };
  run_params: NamedValues & { run_key: number };
  run_tags: NamedValues & { run_key: number };
  metric_series: {
    series_key: Generated<number>;
    experiment_id: number;
    run_key: number;
    name: string;
    step: Int64;
    logged_at: Int64;
    value: number;
    is_nan: number;
  };
  metric_points: { series_key: number; logged_at: Int64; step: Int64; value: number; is_nan: number };
  logged_models: {
    model_key: Generated<number>;
    workspace_id: number;
    experiment_id: number;
    model_id: string;
    name: string;
    model_type: string | null;
    source_run_id: string | null;
    status: string;
    status_message: string | null;
    artifact_location: string;
    created_at: number;
    updated_at: number;
    deleted_at: number | null;
  };
  logged_model_params: NamedValues & { model_key: number };
  logged_model_tags: NamedValues & { model_key: number };
  logged_model_metrics: {
    model_key: number;
    name: string;
    run_id: string;
    logged_at: Int64;
    step: Int64;
    value: number;
    is_nan: number;
    dataset_name: string;
    dataset_digest: string;
  };
  datasets: {
    dataset_key: Generated<number>;
    workspace_id: number;
    experiment_id: number;
    name: string;
    digest: string;
    source_type: string;
    source: string;
    schema: string | null;
    profile: string | null;
  };
  dataset_inputs: { run_key: number; dataset_key: number; position: number };
  dataset_input_tags: NamedValues & { run_key: number; dataset_key: number };
  run_models: { run_key: number; direction: string; model_id: string; step: Int64 };
}
