export interface PredictionTables {
  /** A row for each model version in a sealed file; '' where none answered. */
  record_files: {
    workspace_id: number;
    file: string;
    model: string;
    version: string;
    segment: string;
    endpoint: string;
    row_count: number;
    first_at: number;
    last_at: number;
  };
  /** Files that are found no more and whose bytes are still to be removed. */
  record_removals: { file: string };
  /** Secrets of the installation. */
  record_keys: { name: string; value: string };
}
