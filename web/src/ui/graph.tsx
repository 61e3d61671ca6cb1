import { Background, Controls, Handle, Position, ReactFlow, type Edge, type Node, type NodeProps } from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import { useMediaQuery } from '@mantine/hooks';
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

type Box = Node<{ content: ReactNode; narrow: boolean }, 'box'>;

const nodeHeight = 44;
/** Smaller, the names in the boxes cannot be read. */
const readableZoom = 0.6;
const nodeTypes = { box: BoxNode };

/** A graph that people read: from left to right, or downwards where the page is narrow; to pan and zoom where it is large. */
export function Graph({
  nodes,
  edges,
  label,
  maxHeight,
  focus,
}: {
  nodes: readonly GraphNode[];
  edges: readonly GraphEdge[];
  label: string;
  maxHeight: number;
  /** The node that a graph too long for the page opens on. */
  focus?: string | undefined;
}) {
  const narrow = useMediaQuery('(max-width: 700px)', false, { getInitialValueInEffect: false });
  const { boxes, height } = useMemo(() => place(nodes, edges, narrow), [nodes, edges, narrow]);
  const lines = useMemo(() => edges.map(toLine), [edges]);
  return (
    <div className="graph" style={{ height: Math.min(maxHeight, height + 48) }} role="group" aria-label={label}>
      <ReactFlow
        key={`${narrow} ${nodes.map(({ id }) => id).join(' ')}`}
        nodes={boxes}
        edges={lines}
        nodeTypes={nodeTypes}
        fitView
        fitViewOptions={{ padding: 0.05, maxZoom: 1, minZoom: readableZoom, nodes: openedOn(boxes, focus) }}
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

/** The whole graph where it can be read on the page, else as many nodes around `focus` as stand on it. */
function openedOn(boxes: readonly Box[], focus: string | undefined): Box[] {
  const left = Math.min(...boxes.map(({ position }) => position.x));
  const right = Math.max(...boxes.map(({ position, width = 0 }) => position.x + width));
  // The navigation and the margins take the rest.
  if ((right - left) * readableZoom <= window.innerWidth * 0.8) return [...boxes];
  const centre = boxes.find(({ id }) => id === focus) ?? boxes.at(-1);
  const reach = window.innerWidth / 2 / 0.85;
  return boxes.filter(({ position }) => centre === undefined || Math.abs(position.x - centre.position.x) < reach);
}

function place(nodes: readonly GraphNode[], edges: readonly GraphEdge[], narrow: boolean): { boxes: Box[]; height: number } {
  const labelled = edges.some((edge) => edge.label !== undefined);
  const places = placeNodes({
    nodes: nodes.map(({ id, width }) => ({ id, width, height: nodeHeight })),
    edges,
    gap: narrow ? 30 : labelled ? 92 : 48,
    direction: narrow ? 'TB' : 'LR',
  });
  const boxes = nodes.map(({ id, width, content }): Box => {
    const position = places.get(id) ?? { x: 0, y: 0 };
    // Without this the library lets clicks through boxes that cannot be dragged; ours hold links.
    return { id, type: 'box', position, data: { content, narrow }, width, height: nodeHeight, style: { pointerEvents: 'all' } };
  });
  return { boxes, height: Math.max(0, ...boxes.map(({ position }) => position.y)) + nodeHeight };
}

function toLine({ from, to, label, active }: GraphEdge, index: number): Edge {
  return { id: String(index), source: from, target: to, animated: active === true, ...(label === undefined ? {} : { label }) };
}

function BoxNode({ data: { content, narrow } }: NodeProps<Box>) {
  return (
    <>
      <Handle type="target" position={narrow ? Position.Top : Position.Left} isConnectable={false} />
      {content}
      <Handle type="source" position={narrow ? Position.Bottom : Position.Right} isConnectable={false} />
    </>
  );
}
