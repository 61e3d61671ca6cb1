/** The graph of stages or outputs by name, for drawing. */
import { relative } from 'node:path';
import type { Graph } from './graph.ts';
import { reachable } from './plan.ts';
import type { Stage } from './stage.ts';

export interface Dag {
  readonly nodes: readonly string[];
  /** From what is made first to what needs it. */
  readonly edges: readonly (readonly [string, string])[];
}

/** `targets` undefined: the whole graph. `full`: all that hangs together with the targets, not only what they depend on. */
export function chooseStages(graph: Graph, targets: readonly Stage[] | undefined, full: boolean): Stage[] {
  if (targets === undefined) return [...graph.stages];
  const next = (stage: Stage): readonly Stage[] => (full ? [...graph.upstream(stage), ...graph.downstream(stage)] : graph.upstream(stage));
  const chosen = reachable(targets, next);
  return graph.stages.filter((stage) => chosen.has(stage));
}

/** As DVC writes them: by the place of what is made first. */
function inOrder(nodes: readonly string[], edges: readonly (readonly [string, string])[]): Dag {
  const place = new Map(nodes.map((node, index) => [node, index]));
  return { nodes, edges: edges.toSorted((a, b) => (place.get(a[0]) ?? 0) - (place.get(b[0]) ?? 0)) };
}

export function stageDag(graph: Graph, stages: readonly Stage[]): Dag {
  const chosen = new Set(stages);
  const edges = stages.flatMap((stage) =>
    graph
      .upstream(stage)
      .filter((above) => chosen.has(above))
      .map((above) => [above.address, stage.address] as const),
  );
  return inOrder(
    stages.map(({ address }) => address),
    edges,
  );
}

/** Outputs instead of stages: an edge where a stage reads one and makes the other. */
export function outputDag(graph: Graph, stages: readonly Stage[], cwd: string): Dag {
  const chosen = new Set(stages);
  const name = (path: string): string => relative(cwd, path);
  const edges = stages.flatMap((stage) => {
    const sources = graph
      .upstream(stage)
      .filter((above) => chosen.has(above))
      .flatMap(({ outs }) => outs);
    const read = sources.filter(({ path }) => stage.deps.some((dep) => overlaps(dep.path, path)));
    return stage.outs.flatMap((out) => read.map((source) => [name(source.path), name(out.path)] as const));
  });
  return inOrder(
    stages.flatMap(({ outs }) => outs.map(({ path }) => name(path))),
    edges,
  );
}

function overlaps(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}

/** Members of `foreach` and `matrix` as one node of their group's name. */
export function collapseGroups(dag: Dag): Dag {
  const group = (name: string): string => (name.endsWith('.dvc') ? name : (name.split('@')[0] ?? name));
  const edges = new Map(dag.edges.map(([from, to]) => [`${group(from)}\0${group(to)}`, [group(from), group(to)] as const]));
  return { nodes: [...new Set(dag.nodes.map(group))], edges: [...edges.values()] };
}

/** The parts of the graph that hang together. */
export function components(dag: Dag): Dag[] {
  const neighbours = new Map<string, string[]>(dag.nodes.map((node) => [node, []]));
  for (const [from, to] of dag.edges) {
    neighbours.get(from)?.push(to);
    neighbours.get(to)?.push(from);
  }
  const seen = new Set<string>();
  const parts: Dag[] = [];
  for (const root of dag.nodes) {
    if (seen.has(root)) continue;
    const part = new Set<string>();
    const queue = [root];
    for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
      if (part.has(node)) continue;
      part.add(node);
      queue.push(...(neighbours.get(node) ?? []));
    }
    for (const node of part) seen.add(node);
    parts.push({ nodes: dag.nodes.filter((node) => part.has(node)), edges: dag.edges.filter(([from]) => part.has(from)) });
  }
  return parts;
}
