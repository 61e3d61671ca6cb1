import { isWithin } from './data-index.ts';
import { applyCheckout, planCheckout, planRemoval, refuseUnsaved, type CheckoutPlan, type CheckoutStats } from './checkout.ts';
import { compareCodePoints } from '../lib/code-points.ts';
import type { HashAlgorithm, TrackedOutput } from './output.ts';
import type { Repository } from './repository.ts';
import { plainOutput } from '../formats/dvc/entry.ts';
import type { StageTarget, TrackedStage } from './stages.ts';

export interface CheckoutInput {
  /** Remove files whose content is in no cache. */
  readonly force: boolean;
  readonly relink: boolean;
  /** All stages, where outputs that none of them declares any more are to go; undefined where only some are checked out. */
  readonly removeUnused: readonly TrackedStage[] | undefined;
}

/** Absolute paths of outputs; a folder ends with a slash. */
export interface CheckoutReport {
  readonly added: readonly string[];
  readonly modified: readonly string[];
  readonly deleted: readonly string[];
  /** The cache lacks what they should be: they are gone from the work tree. */
  readonly failed: readonly string[];
  /** Of files. */
  readonly stats: CheckoutStats;
}

/** Makes the work tree what the files record. Everything is planned, and refused where data would be lost, before anything is changed. */
export async function checkoutOutputs(
  repository: Repository,
  targets: readonly StageTarget[],
  input: CheckoutInput,
): Promise<CheckoutReport> {
  const plans: CheckoutPlan[] = [];
  if (input.removeUnused !== undefined) plans.push(...(await unusedOutputs(repository, input.removeUnused)));
  for (const { stage, only } of targets) {
    for (const output of stage.outs) {
      const isMeant = only === undefined || isWithin(only, output.path) || isWithin(output.path, only);
      if (!output.entry.cache || !isMeant) continue;
      plans.push(await planCheckout(repository, output, { relink: input.relink, ...(only === undefined ? {} : { only }) }));
    }
  }
  if (!input.force) refuseUnsaved(plans);
  for (const plan of plans) {
    await applyCheckout(repository, plan);
    remember(repository, plan);
  }
  return report(plans);
}

/** Outputs that were put into the work tree and that no file declares any more; those that changed since belong to the user. */
async function unusedOutputs(repository: Repository, stages: readonly TrackedStage[]): Promise<CheckoutPlan[]> {
  const used = stages.flatMap((stage) => stage.outs.map((output) => output.path));
  const plans: CheckoutPlan[] = [];
  for (const [path, text] of repository.state.outputs()) {
    if (used.some((other) => isWithin(path, other) || isWithin(other, path))) continue;
    const [algorithm, value] = text.split(':') as [HashAlgorithm, string];
    const hash = { algorithm, value };
    const output = {
      path,
      entry: {
        path,
        algorithm,
        hash,
        meta: {},
        ...plainOutput,
        rest: new Map(),
      },
    };
    const plan = await planRemoval(repository, output);
    if (plan.kind === undefined) repository.state.forgetOutput(path);
    else if (plan.held === value && plan.unsaved.length === 0) plans.push(plan);
  }
  return plans;
}

function remember(repository: Repository, { kind, output, isMissing }: CheckoutPlan): void {
  if (kind === 'deleted' || isMissing) repository.state.forgetOutput(output.path);
  else if (kind !== undefined && output.entry.hash !== undefined) repository.state.rememberOutput(output.path, output.entry.hash);
}

function report(plans: readonly CheckoutPlan[]): CheckoutReport {
  const named = (kind: CheckoutPlan['kind']): string[] =>
    inOrder(plans.filter((plan) => plan.kind === kind).map(({ output }) => shown(output)));
  const sum = (kind: keyof CheckoutStats): number => plans.reduce((total, plan) => total + plan.stats[kind], 0);
  return {
    added: named('added'),
    modified: named('modified'),
    deleted: named('deleted'),
    failed: plans.filter((plan) => plan.isMissing).map(({ output }) => output.path),
    stats: { modified: sum('modified'), added: sum('added'), deleted: sum('deleted') },
  };
}

function shown({ path, entry }: TrackedOutput): string {
  return entry.hash?.value.endsWith('.dir') === true ? `${path}/` : path;
}

/** Folders first, as DVC lists them. */
function inOrder(paths: string[]): string[] {
  return paths.sort((a, b) => Number(b.endsWith('/')) - Number(a.endsWith('/')) || compareCodePoints(a, b));
}
