export interface PipelineRunTables {
  pipeline_runs: {
    workspace_id: number;
    id: string;
    project: string;
    /** Counts within the project, from 1. */
    number: number;
    cause: string;
    actor: string;
    state: string;
    message: string | null;
    commit_hash: string | null;
    branch: string | null;
    /** The difference to the commit where the tree was dirty. */
    patch: string | null;
    started_at: number;
    ended_at: number | null;
    /** Null in runs of versions before leases. */
    lease_until: number | null;
  };
  stage_runs: {
    workspace_id: number;
    id: string;
    pipeline_run_id: string;
    position: number;
    stage: string;
    command: string;
    /** JSON: names of the stages that it waits for. */
    after_stages: string;
    state: string;
    exit_code: number | null;
    /** Why it failed; null in runs of versions before this column. */
    message: string | null;
    started_at: number | null;
    ended_at: number | null;
    cpu_seconds: number | null;
    peak_memory_bytes: number | null;
    /** JSON: file → key → value. */
    params: string;
  };
  stage_run_data: {
    workspace_id: number;
    stage_run_id: string;
    direction: string;
    path: string;
    algorithm: string;
    hash: string;
    size_bytes: number | null;
    files: number | null;
  };
  stage_run_logs: {
    workspace_id: number;
    stage_run_id: string;
    /** In characters from the log's begin. */
    start_offset: number;
    text: string;
  };
}
