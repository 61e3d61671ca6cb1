export interface DataVersionTables {
  data_versions: {
    workspace_id: number;
    project: string;
    path: string;
    hash: string;
    algorithm: string;
    kind: string;
    size_bytes: number | null;
    files: number | null;
    first_seen_at: number;
    seen_at: number;
    commit_hash: string | null;
    stage_run_id: string | null;
  };
}
