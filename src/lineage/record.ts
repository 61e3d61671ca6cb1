import type { Scope } from '../access/index.ts';
import type { Statements } from '../backends/db/port.ts';
import type { Edge, LineageNode } from './edge.ts';

/** Writes edges in the transaction of the fact they tell of: a failing edge leaves no fact. The same edge again is no change. */
export async function recordEdges(tx: Statements, scope: Scope, at: number, edges: readonly Edge[]): Promise<void> {
  const insert = tx.statement(
    `insert into lineage_edges (workspace_id, from_kind, from_id, to_kind, to_id, relation, at)
     values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing`,
  );
  for (const { from, to, relation } of edges) await insert.run(scope.workspaceId, from.kind, from.id, to.kind, to.id, relation, at);
}

/** Gives a node another id in every edge: for things that are known by a name, and renamed. */
export async function renameNode(tx: Statements, scope: Scope, from: LineageNode, to: LineageNode): Promise<void> {
  for (const end of ['from', 'to'] as const) {
    await tx
      .statement(`update lineage_edges set ${end}_id = ? where workspace_id = ? and ${end}_kind = ? and ${end}_id = ?`)
      .run(to.id, scope.workspaceId, from.kind, from.id);
  }
}
