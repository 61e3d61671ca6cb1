import type { Scope } from '../access/index.ts';
import type { Db } from '../backends/db/port.ts';
import type { LineageNode } from './edge.ts';
import { readEdgesFrom, type EdgeCursor } from './queries.ts';
import { Walk } from './walk.ts';

/** How far versions are looked for, and how many are told; beyond it their list says that it is not whole. */
export const restingLimits = { edges: 200_000, versions: 10_000 };
/** One read holds a reader of the database, and its answer the event loop, for milliseconds. */
const pageEdges = 2000;
const nodesAtOnce = 256;

/** Ids of every model version that rests on `node`, itself included; `truncated` where there may be more. */
export async function versionsRestingOn(
  { db }: { readonly db: Pick<Db, 'read'> },
  { scope, node }: { readonly scope: Scope; readonly node: LineageNode },
  limits = restingLimits,
): Promise<{ readonly ids: string[]; readonly truncated: boolean }> {
  const walk = new Walk(node, 'downstream');
  const versions = new Set(node.kind === 'model_version' ? [node.id] : []);
  let followed = 0;
  for (let frontier = [node]; frontier.length > 0; frontier = walk.advance()) {
    for (let start = 0; start < frontier.length; start += nodesAtOnce) {
      const nodes = frontier.slice(start, start + nodesAtOnce);
      for (let cursor: EdgeCursor | undefined = { nodes, after: undefined }; cursor !== undefined;) {
        if (followed >= limits.edges || versions.size > limits.versions)
          return { ids: [...versions].slice(0, limits.versions), truncated: true };
        const page: Awaited<ReturnType<typeof readEdgesFrom.run>> = await db.read(readEdgesFrom, {
          scope,
          nodes,
          cursor,
          limit: pageEdges,
        });
        for (const edge of page.edges) if (walk.follow(edge) && edge.to.kind === 'model_version') versions.add(edge.to.id);
        followed += page.edges.length;
        cursor = page.next;
      }
    }
  }
  return { ids: [...versions].slice(0, limits.versions), truncated: versions.size > limits.versions };
}
