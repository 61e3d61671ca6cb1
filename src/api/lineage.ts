import Type, { type Static } from 'typebox';
import { Time } from './time.ts';

export const LineageNode = Type.Object({
  /** A kind of `src/lineage/edge.ts`. */
  kind: Type.String(),
  id: Type.String(),
  /** What people call it. */
  label: Type.String(),
  /** Address of its page; null where it has none. */
  href: Type.Union([Type.String(), Type.Null()]),
});
export type LineageNode = Static<typeof LineageNode>;

/** `GET /api/1/lineage?kind=&id=&depth=`: both directions from one object. */
export const Lineage = Type.Object({
  root: LineageNode,
  nodes: Type.Array(LineageNode),
  edges: Type.Array(Type.Object({ from: Type.String(), to: Type.String(), relation: Type.String(), at: Time })),
  truncated: Type.Boolean(),
});
/** Edges name nodes as `<kind> <id>`. */
export type Lineage = Static<typeof Lineage>;
