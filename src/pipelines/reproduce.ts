/** `repro`: choose the stages, go through them, say what changed. */
import type { Compute } from '../backends/compute/port.ts';
import { withRepositoryLock } from '../data/locking.ts';
import type { TrackedOutput } from '../data/output.ts';
import type { Repository } from '../data/repository.ts';
import { collectChanges } from '../data/scm-changes.ts';
import type { Ids } from '../lib/ids.ts';
import type { Clock } from '../lib/time.ts';
import { cutFrozen, type Graph } from './graph.ts';
import { LockStore } from './lock-store.ts';
import { ParamsReader } from './params.ts';
import { planStages, type PlanOptions } from './plan.ts';
import { Project } from './project.ts';
import type { RunRecorder } from './recorder.ts';
import { Reproduction, type ReproductionOptions } from './reproduction.ts';
import type { PullData } from './stage-run.ts';
import type { Stage } from './stage.ts';

export interface ReproduceContext {
  readonly repository: Repository;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly compute: Compute;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly recorder: RunRecorder;
  readonly say: (line: string) => void;
  readonly warn: (message: string) => void;
  readonly log: (stage: Stage, chunk: Uint8Array) => void;
  /** Asks a person; only called with `interactive`. */
  readonly confirm: (question: string) => Promise<boolean>;
  readonly pullData: PullData;
}

export interface ReproduceInput extends ReproductionOptions, PlanOptions {
  /** Empty: the dvc.yaml of the working directory. */
  readonly targets: readonly string[];
  readonly recursive: boolean;
  readonly glob: boolean;
  readonly allPipelines: boolean;
  readonly interactive: boolean;
}

export interface ReproduceResult {
  /** Addresses of the stages that ran or were restored, in the order in which they ended. */
  readonly reproduced: readonly string[];
  /** Files for the user to add to Git. */
  readonly unstaged: readonly string[];
}

export async function reproduce(context: ReproduceContext, input: ReproduceInput): Promise<ReproduceResult> {
  const { repository, cwd } = context;
  return withRepositoryLock(repository, async (lock) => {
    const project = Project.load(context);
    const targets = targetStages(project, input);
    if (input.pull && input.runCache) await context.pullData.runCache();
    const graph = input.singleItem ? undefined : cutFrozen(project.graph);
    const plan = planOf(project, graph, targets, input);
    const changes = collectChanges(repository);
    using locks = new LockStore({ repository, cwd, say: context.say });
    const outputs = new Map(project.stages.flatMap((stage) => stage.outs.map((out) => [out.path, out] as const)));
    const stageContext = {
      ...context,
      params: new ParamsReader(cwd),
      changes,
      locks,
      confirm: input.interactive ? context.confirm : undefined,
      pullData: input.pull ? context.pullData : undefined,
      makerOf: (path: string) => makerOf(outputs, path),
    };
    try {
      const { reproduced } = await new Reproduction(stageContext, input, plan, graph).run(lock);
      for (const file of locks.changedFiles) changes.track(file);
      return { reproduced, unstaged: await changes.finish(cwd) };
    } catch (error) {
      // As DVC does: what a failed command let Git ignore, it sees again
      changes.rollBack('unsettled');
      throw error;
    }
  });
}

function targetStages(project: Project, input: ReproduceInput): readonly Stage[] | undefined {
  if (input.allPipelines) return undefined;
  const targets = input.targets.length > 0 ? input.targets : ['dvc.yaml'];
  return [...new Set(targets.flatMap((target) => project.find(target, input)))];
}

function planOf(project: Project, graph: Graph | undefined, targets: readonly Stage[] | undefined, input: ReproduceInput): Stage[] {
  if (graph === undefined) return [...new Set(targets ?? project.stages)];
  return planStages(graph, targets, input);
}

/** The output that is `path` or holds it. */
function makerOf(outputs: ReadonlyMap<string, TrackedOutput>, path: string): TrackedOutput | undefined {
  for (let at = path; at.length > 1; at = at.slice(0, at.lastIndexOf('/'))) {
    const output = outputs.get(at);
    if (output !== undefined) return output;
  }
  return undefined;
}
