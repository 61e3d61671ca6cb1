/** One stage of a reproduction: DVC's decision whether it runs, and what happens before and after its command. */
import type { ScmChanges } from '../data/scm-changes.ts';
import { MillwrightError } from '../errors.ts';
import { isChanged } from './changes.ts';
import { commandsOf, type CommandContext } from './command.ts';
import { lockEntryOf } from './lock-entry.ts';
import {
  areCached,
  clearOutputs,
  keepUncached,
  missingOutputs,
  recordedOutputs,
  restoreOutputs,
  withCurrentDeps,
  withSavedOutputs,
} from './outputs.ts';
import type { ParamsReader } from './params.ts';
import { findRun, isRunCacheable, keepRun } from './run-cache.ts';
import { describe, isData, isImport, type Stage } from './stage.ts';
import { dependencyState } from './changes.ts';
import { paramsStatus } from './params.ts';
import type { TrackedOutput } from '../data/output.ts';

export interface StageRunOptions {
  readonly dry: boolean;
  /** Keep outputs in the cache. */
  readonly commit: boolean;
  /** Look up and keep runs in the run cache. */
  readonly runCache: boolean;
  readonly allowMissing: boolean;
  readonly pull: boolean;
}

/** Brings data from the default remote. */
export interface PullData {
  runCache(): Promise<void>;
  /** Fetches what the cache lacks of these outputs; false where the remote lacks something too. */
  objects(outputs: readonly TrackedOutput[]): Promise<boolean>;
}

export interface StageRunContext extends CommandContext {
  readonly params: ParamsReader;
  readonly changes: ScmChanges;
  readonly say: (line: string) => void;
  /** Undefined where nothing asked for `--pull`. */
  readonly pullData: PullData | undefined;
  /** Which stage makes a path: where a missing dependency can be pulled from. */
  readonly makerOf: (path: string) => TrackedOutput | undefined;
}

/** Whether the stage has to run; says so where it has not. */
export async function needsRun(
  context: StageRunContext,
  stage: Stage,
  upstream: readonly Stage[],
  options: StageRunOptions,
): Promise<boolean> {
  if (!(await isChanged(context, stage, { allowMissing: options.allowMissing, upstream }))) {
    context.say(isData(stage) ? `'${stage.address}' didn't change, skipping` : `Stage '${stage.address}' didn't change, skipping`);
    return false;
  }
  if (context.pullData === undefined || (await isChanged(context, stage, { allowMissing: true, upstream }))) return true;
  context.say(`Pulling data for ${describe(stage)}`);
  if (await context.pullData.objects(stage.outs)) {
    if (!options.dry)
      await restoreOutputs(
        context,
        stage.outs.filter(({ entry }) => entry.cache),
      );
    return false;
  }
  context.say(`Unable to pull data for ${describe(stage)}`);
  return true;
}

/** `run`: the stage's command is to be run now. `restored`: its outputs are there again. `verified`: it has no command to run. */
export type Preparation = { readonly action: 'run' | 'restored' | 'verified'; readonly stage: Stage };

export async function prepare(context: StageRunContext, stage: Stage, force: boolean, options: StageRunOptions): Promise<Preparation> {
  const runs = stage.cmd !== undefined && !stage.frozen;
  if (!runs) return verify(context, stage, options);
  if (!options.dry) clearOutputs(context, stage);
  if (force) return { action: 'run', stage };
  if (context.pullData !== undefined && !options.dry) await pullMissingDeps(context, stage);
  const restored = await restore(context, stage, options);
  if (restored !== undefined) return { action: 'restored', stage: restored };
  return { action: 'run', stage: options.dry ? stage : await withCurrentDeps(context, stage) };
}

function verify(context: StageRunContext, stage: Stage, options: StageRunOptions): Preparation {
  if (isImport(stage) && !stage.frozen) {
    throw new MillwrightError(
      'DATA_ERROR',
      `'${stage.address}' is an import that is not frozen: run \`millwright update ${stage.address}\` to bring it up to date`,
    );
  }
  if (!options.dry) {
    context.say(
      `Verifying ${stage.frozen ? 'outputs in frozen' : 'data sources in'} ${stage.name === undefined ? `stage: '${stage.address}'` : describe(stage)}`,
    );
    const missing = missingOutputs(context, stage);
    if (missing.length > 0) {
      throw new MillwrightError('DATA_ERROR', `missing data '${missing.length > 1 ? 'sources' : 'source'}': ${missing.join(', ')}`);
    }
  }
  return { action: 'verified', stage };
}

async function pullMissingDeps(context: StageRunContext, stage: Stage): Promise<void> {
  for (const dep of stage.deps) {
    if ((await dependencyState(context, dep)) !== 'deleted') continue;
    const output = context.makerOf(dep.path);
    if (output !== undefined && (await context.pullData?.objects([output])) === true) await restoreOutputs(context, [output]);
  }
}

/** Brings the outputs back from the cache where the lock entry or the run cache tells what they are; undefined where neither does. */
async function restore(context: StageRunContext, stage: Stage, options: StageRunOptions): Promise<Stage | undefined> {
  if (!isRunCacheable(stage, context.repository.root)) return undefined;
  const isLocked =
    !stage.isCommandChanged && stage.outs.every(({ entry }) => entry.hash !== undefined) && (await areDepsAsLocked(context, stage));
  if (!isLocked && !options.runCache) return undefined;
  const current = isLocked ? stage : await currentOrUndefined(context, stage, options);
  if (current === undefined) return undefined;
  const entry = isLocked ? lockEntryOf(stage) : findRun(context.repository, lockEntryOf(current));
  if (entry === undefined) return undefined;
  const outputs = recordedOutputs(stage, entry);
  if (context.pullData !== undefined && !options.dry) await context.pullData.objects(outputs);
  if (!areCached(context.repository, outputs)) return undefined;
  context.say(`Stage '${stage.address}' is cached - skipping run, checking out outputs`);
  if (!options.dry) await restoreOutputs(context, outputs);
  return current;
}

/** A dry run goes on where a dependency is not there yet: another stage would make it. */
async function currentOrUndefined(context: StageRunContext, stage: Stage, options: StageRunOptions): Promise<Stage | undefined> {
  if (!options.dry) return withCurrentDeps(context, stage);
  for (const dep of stage.deps) if ((await dependencyState(context, dep)) === 'deleted') return undefined;
  if (stage.params.some((params) => context.params.file(params.location) === undefined)) return undefined;
  return withCurrentDeps(context, stage);
}

async function areDepsAsLocked(context: StageRunContext, stage: Stage): Promise<boolean> {
  if (stage.params.some((params) => paramsStatus(params, context.params) !== undefined)) return false;
  for (const dep of stage.deps) if ((await dependencyState(context, dep)) !== undefined) return false;
  return true;
}

/** Records what a stage made: hashes, cache, run cache. The lock file is the caller's, last. */
export async function save(context: StageRunContext, stage: Stage, options: StageRunOptions): Promise<Stage> {
  context.params.forget();
  const withDeps = options.allowMissing ? await currentAsFarAsThere(context, stage) : await withCurrentDeps(context, stage);
  const saved = await withSavedOutputs(context, withDeps, options);
  const isUncached = saved.outs.some(({ entry }) => !entry.cache && entry.metric !== true && entry.plot !== true);
  if (options.commit && !isUncached && isRunCacheable(saved, context.repository.root)) {
    await keepUncached(context, saved);
    keepRun(context.repository, lockEntryOf(saved));
  }
  return saved;
}

async function currentAsFarAsThere(context: StageRunContext, stage: Stage): Promise<Stage> {
  const deps = [];
  for (const dep of stage.deps) {
    const isMissing = (await dependencyState(context, dep)) === 'deleted';
    deps.push(isMissing ? dep : ((await withCurrentDeps(context, { ...stage, deps: [dep], params: [] })).deps[0] ?? dep));
  }
  const { params } = await withCurrentDeps(context, { ...stage, deps: [] });
  return { ...stage, deps, params };
}

/** The lines that announce a run; a dry run shows the commands too. */
export function announce(context: StageRunContext, stage: Stage, options: StageRunOptions): void {
  context.say(`Running stage '${stage.address}':`);
  if (options.dry) for (const command of commandsOf(stage.cmd)) context.say(`> ${command}`);
}
