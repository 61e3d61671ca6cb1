import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { Lineage } from '../../../../src/api/lineage.ts';
import { Graph } from '../../ui/graph.tsx';
import { kindWords } from './kinds.ts';
import { keyOf } from './sides.ts';

/** The flow of time runs from left to right; the object asked about is framed. */
export function LineageGraph({ lineage }: { lineage: Lineage }) {
  const root = keyOf(lineage.root);
  const nodes = useMemo(
    () =>
      lineage.nodes.map((node) => ({
        id: keyOf(node),
        width: Math.min(250, Math.max(120, 30 + node.label.length * 7.2)),
        content: (
          <Link
            to="/lineage"
            search={{ kind: node.kind, id: node.id }}
            className={`graph-box lineage-${node.kind}${keyOf(node) === root ? ' chosen' : ''}`}
            aria-current={keyOf(node) === root ? 'true' : undefined}
          >
            <div>
              <small>{kindWords[node.kind] ?? node.kind}</small>
              <b title={node.label}>{node.label}</b>
            </div>
          </Link>
        ),
      })),
    [lineage, root],
  );
  const edges = useMemo(() => lineage.edges.map(({ from, to, relation }) => ({ from, to, label: relation })), [lineage]);
  return <Graph label="Lineage" nodes={nodes} edges={edges} maxHeight={560} focus={root} />;
}
