/** Which stages a reproduction goes through, and in which order: dependencies first, depth first, as networkx walks. */
import type { Graph } from './graph.ts';
import type { Stage } from './stage.ts';

export interface PlanOptions {
  /** The whole pipelines that the targets belong to. */
  readonly pipeline: boolean;
  /** The targets and what depends on them, instead of what they depend on. */
  readonly downstream: boolean;
  /** The targets alone, in the order given. */
  readonly singleItem: boolean;
}

/** `targets` undefined: all stages. */
export function planStages(graph: Graph, targets: readonly Stage[] | undefined, options: PlanOptions): Stage[] {
  if (targets === undefined || (targets.length === 0 && !options.singleItem)) return postOrder(graph, graph.stages, () => true);
  if (options.singleItem) return [...new Set(targets)];
  const chosen = options.pipeline ? connected(graph, targets) : reachable(targets, options.downstream ? graph.downstream : graph.upstream);
  return postOrder(
    graph,
    graph.stages.filter((stage) => chosen.has(stage)),
    (stage) => chosen.has(stage),
  );
}

/** Everything that comes to a halt when `stage` fails. */
export function dependents(graph: Graph, stage: Stage): Set<Stage> {
  const found = reachable([stage], graph.downstream);
  found.delete(stage);
  return found;
}

function postOrder(graph: Graph, roots: readonly Stage[], isChosen: (stage: Stage) => boolean): Stage[] {
  const ordered = new Set<Stage>();
  const seen = new Set<Stage>();
  const visit = (stage: Stage): void => {
    if (seen.has(stage) || !isChosen(stage)) return;
    seen.add(stage);
    for (const above of graph.upstream(stage)) visit(above);
    ordered.add(stage);
  };
  for (const root of roots) visit(root);
  return [...ordered];
}

export function reachable(from: Iterable<Stage>, next: (stage: Stage) => readonly Stage[]): Set<Stage> {
  const found = new Set<Stage>();
  const queue = [...from];
  for (let stage = queue.pop(); stage !== undefined; stage = queue.pop()) {
    if (found.has(stage)) continue;
    found.add(stage);
    queue.push(...next(stage));
  }
  return found;
}

export function connected(graph: Graph, from: Iterable<Stage>): Set<Stage> {
  return reachable(from, (stage) => [...graph.upstream(stage), ...graph.downstream(stage)]);
}
