export { nodeKinds, type Edge, type LineageNode, type NodeKind } from './edge.ts';
export { recordEdges, renameNode } from './record.ts';
export { findNodes, traceLineage, type LineageGraph } from './queries.ts';
export { versionsRestingOn } from './resting.ts';
export type { LineageTables } from './tables.ts';
