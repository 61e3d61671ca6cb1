/** What lineage connects. Ids: see `docs/architecture.md`. */
export const nodeKinds = [
  'commit', // full Git hash
  'data_version', // `md5:<hash>` or `md5:<hash>.dir`
  'lock_entry', // a stage's outputs known only by a lock file's hashes
  'pipeline_run',
  'stage_run',
  'run', // MLflow run id
  'logged_model', // m-<32 hex>
  'model_version', // `<name>/<version>`
  'decision', // id of the gate's decision
  'endpoint', // its name
  'prediction', // its request id; read from its record, not from an edge
] as const;

export type NodeKind = (typeof nodeKinds)[number];

export interface LineageNode {
  readonly kind: NodeKind;
  readonly id: string;
}

/** Read along the flow of time: `from` came first, `to` rests on it. */
export interface Edge {
  readonly from: LineageNode;
  readonly to: LineageNode;
  /** Such as `input`, `output`, `logged`, `registered`, `promoted`. */
  readonly relation: string;
}
