export interface EventTables {
  events: {
    workspace_id: number;
    id: string;
    kind: string;
    subject_kind: string;
    subject_id: string;
    at: number;
    actor: string;
    data: string;
  };
  event_claims: {
    event_id: string;
    consumer: string;
    owner: string;
    fence: number;
    lease_until: number;
    done_at: number | null;
  };
}
