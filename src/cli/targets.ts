import type { Project, Stage } from '../pipelines/index.ts';

/** A stage, or only one path of its outputs, that the user named. */
export interface ChosenStage {
  readonly stage: Stage;
  /** Absolute; undefined for the whole stage. */
  readonly only: string | undefined;
}

export interface ChoiceOptions {
  readonly recursive: boolean;
  readonly withDeps: boolean;
}

/** What the user's words name among the stages of a repository, each once; all where there are no words. */
export function chosenStages(project: Project, targets: readonly string[], { recursive, withDeps }: ChoiceOptions): readonly ChosenStage[] {
  if (targets.length === 0) return project.stages.map((stage) => ({ stage, only: undefined }));
  const chosen = new Map<string, ChosenStage>();
  for (const target of targets) {
    for (const { stage, only } of project.findGranular(target, { glob: false, recursive })) {
      if (withDeps) for (const above of upstreamOf(project, stage)) chosen.set(above.address, { stage: above, only: undefined });
      chosen.set(`${stage.address} ${only ?? ''}`, { stage, only });
    }
  }
  return [...chosen.values()];
}

/** What a stage depends on, directly or not, first things first. */
function upstreamOf(project: Project, stage: Stage): readonly Stage[] {
  const found = new Set<Stage>();
  const visit = (below: Stage): void => {
    for (const above of project.graph.upstream(below)) {
      if (found.has(above)) continue;
      visit(above);
      found.add(above);
    }
  };
  visit(stage);
  return [...found];
}
