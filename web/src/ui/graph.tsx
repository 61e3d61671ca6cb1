import { Background, Controls, Handle, Position, ReactFlow, type Edge, type Node, type NodeProps } from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import { useMemo, type ReactNode } from 'react';
import { placeNodes } from './graph-layout.ts';
import './graph.css';

export interface GraphNode {
  readonly id: string;
  readonly width: number;
  readonly content: ReactNode;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly label?: string;
  readonly active?: boolean;
}

type Box = Node<{ content: ReactNode }, 'box'>;

const nodeHeight = 44;
const nodeTypes = { box: BoxNode };

/** A graph that people read: from left to right, as large as fits, to pan and zoom. */
export function Graph({
  nodes,
  edges,
  label,
  height,
}: {
  nodes: readonly GraphNode[];
  edges: readonly GraphEdge[];
  label: string;
  height: number;
}) {
  const drawn = useMemo(() => {
    const places = placeNodes({ nodes: nodes.map(({ id, width }) => ({ id, width, height: nodeHeight })), edges });
    return nodes.map(({ id, width, content }): Box => ({
      id,
      type: 'box',
      position: places.get(id) ?? { x: 0, y: 0 },
      data: { content },
      width,
      height: nodeHeight,
    }));
  }, [nodes, edges]);
  const lines = useMemo(
    () =>
      edges.map(({ from, to, label: text, active }, index): Edge => ({
        id: `${index}`,
        source: from,
        target: to,
        animated: active === true,
        ...(text === undefined ? {} : { label: text }),
      })),
    [edges],
  );
  return (
    <div className="graph" style={{ height }} role="group" aria-label={label}>
      <ReactFlow
        key={nodes.map(({ id }) => id).join(' ')}
        nodes={drawn}
        edges={lines}
        nodeTypes={nodeTypes}
        fitView
        fitViewOptions={{ padding: 0.06, maxZoom: 1 }}
        minZoom={0.1}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        zoomOnScroll={false}
        preventScrolling={false}
        proOptions={{ hideAttribution: true }}
      >
        <Background gap={18} />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}

function BoxNode({ data }: NodeProps<Box>) {
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      {data.content}
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </>
  );
}
