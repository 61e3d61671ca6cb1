export { nodeKinds, type Edge, type LineageNode, type NodeKind } from './edge.ts';
export { recordEdges, renameNode } from './record.ts';
export { findNodes, traceLineage, versionsRestingOn, type LineageGraph } from './queries.ts';
export type { LineageTables } from './tables.ts';
