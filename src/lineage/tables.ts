export interface LineageTables {
  lineage_edges: {
    workspace_id: number;
    from_kind: string;
    from_id: string;
    to_kind: string;
    to_id: string;
    relation: string;
    at: number;
  };
}
