import type { DeploymentState, FollowedKind } from './endpoint.ts';

export interface ServingTables {
  endpoints: {
    workspace_id: number;
    name: string;
    project: string;
    model_name: string;
    follows_kind: FollowedKind;
    follows: string;
    /** JSON of `EndpointSettings`. */
    settings: string;
    /** JSON of `RecordSettings`; null: the defaults. */
    records: string | null;
    pinned_version: number | null;
    /** Id of a decision; empty where none was ever made. */
    pinned_over: string | null;
    pinned_by: string | null;
    pinned_reason: string | null;
    created_at: number;
    updated_at: number;
    updated_by: string;
  };
  deployments: {
    workspace_id: number;
    id: string;
    endpoint: string;
    model_name: string;
    version: number;
    state: DeploymentState;
    flavor: string | null;
    reason: string;
    actor: string;
    message: string | null;
    log: string | null;
    created_at: number;
    live_at: number | null;
    ended_at: number | null;
    /** The process that tries the version, while it renews its lease. */
    owner: string | null;
    lease_until: number | null;
  };
  /** How long the records of an endpoint are kept that is no more. */
  removed_endpoints: { workspace_id: number; name: string; keep_days: number; removed_at: number };
}
