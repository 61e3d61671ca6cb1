export interface AccessTables {
  workspaces: { id: number; name: string };
  tokens: {
    workspace_id: number;
    id: string;
    /** sha256 of the token, hex: the token itself is stored nowhere. */
    hash: string;
    name: string;
    role: string;
    stage_run_id: string | null;
    created_at: number;
    expires_at: number | null;
    revoked_at: number | null;
  };
  audit_log: {
    workspace_id: number;
    id: string;
    at: number;
    actor: string;
    action: string;
    subject: string;
    detail: string;
  };
}
