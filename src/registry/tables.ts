import type { Scope } from '../access/index.ts';
import type { Tx } from '../backends/db/port.ts';

export interface RegistryTables {
  registered_models: {
    workspace_id: number;
    id: string;
    name: string;
    created_at: number;
    updated_at: number;
    description: string | null;
  };
  registered_model_tags: { registered_model_id: string; key: string; value: string };
  model_versions: {
    workspace_id: number;
    registered_model_id: string;
    version: number;
    created_at: number;
    updated_at: number;
    description: string | null;
    user_id: string | null;
    stage: string;
    /** As the client gave it. */
    source: string;
    /** Where the files are: `source` with `models:/` and `runs:/` resolved. */
    storage_location: string;
    run_id: string | null;
    run_link: string | null;
    logged_model_id: string | null;
    digest: string | null;
  };
  parity_checks: {
    workspace_id: number;
    registered_model_id: string;
    version: number;
    state: string;
    message: string;
    largest_difference: number | null;
    tolerance: number | null;
    /** JSON of `ParityMismatch`. */
    mismatch: string | null;
    asked_at: number;
    checked_at: number | null;
    owner: string | null;
    lease_until: number | null;
    /** How often it failed, how often of these with the files in hand, and when the next try is due; null: now. */
    tries: number;
    comparisons: number;
    next_at: number | null;
  };
  model_version_tags: { registered_model_id: string; version: number; key: string; value: string };
  registered_model_aliases: { registered_model_id: string; alias: string; version: number };
  /** A name that a model had, from its creation or last rename until the next. */
  model_renames: { workspace_id: number; name: string; new_name: string; held_since: number; renamed_at: number };
  sealed_folders: { workspace_id: number; path: string; sealed_at: number };
  gates: {
    workspace_id: number;
    model_name: string;
    project: string;
    expression: string;
    /** JSON array of names: aliases and stages alike. */
    protects: string;
    evidence_stage: string;
    evidence_file: string;
    declared_at: number;
    declared_by: string;
  };
  evidence: {
    workspace_id: number;
    id: string;
    model_name: string;
    stage_run_id: string;
    file: string;
    content: string;
    sha256: string;
    recorded_at: number;
    /** Of the pipeline run that handed it over; null where it is not known any more. */
    project: string | null;
    /** As the pipeline run names it: `evaluate`, or `sub/dvc.yaml:evaluate`. */
    stage: string | null;
  };
  decisions: {
    workspace_id: number;
    id: string;
    model_name: string;
    /** Null where the name was taken away from every version. */
    version: number | null;
    previous_version: number | null;
    target_kind: string;
    target_name: string;
    outcome: string;
    basis: string;
    message: string;
    expression: string | null;
    clauses: string;
    evidence_id: string | null;
    digest: string | null;
    actor: string;
    at: number;
  };
}

export type RegistryTx = Tx<RegistryTables>;

/** Who acts, and when: what every change of the registry is given besides its subject. */
export interface Act {
  readonly scope: Scope;
  readonly actor: string;
  readonly now: number;
}
