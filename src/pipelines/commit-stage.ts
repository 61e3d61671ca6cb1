/** `commit` of pipeline stages: records in dvc.lock, cache and run cache what their dependencies and outputs are now. */
import type { Repository } from '../data/repository.ts';
import type { ScmChanges } from '../data/scm-changes.ts';
import { MillwrightError } from '../errors.ts';
import { changedEntries, type ChangedEntries } from './changes.ts';
import { lockEntryOf } from './lock-entry.ts';
import { LockStore } from './lock-store.ts';
import { keepUncached, withCurrentDeps, withSavedOutputs } from './outputs.ts';
import { ParamsReader } from './params.ts';
import { isRunCacheable, keepRun } from './run-cache.ts';
import { describe, type Stage } from './stage.ts';

export interface CommitContext {
  readonly repository: Repository;
  readonly cwd: string;
  readonly changes: ScmChanges;
  readonly say: (line: string) => void;
  /** Asked before changes are recorded; false refuses. */
  readonly confirm: (question: string) => Promise<boolean>;
}

export interface CommitStagesOptions {
  /** Record changes without asking. */
  readonly force: boolean;
  readonly relink: boolean;
}

export async function commitStages(context: CommitContext, stages: readonly Stage[], options: CommitStagesOptions): Promise<void> {
  const { repository, cwd, say, changes } = context;
  const params = new ParamsReader(cwd);
  using locks = new LockStore({ repository, cwd, say });
  for (const [place, stage] of stages.entries()) {
    const found = options.force ? undefined : question(stage, await changedEntries({ repository, cwd, params }, stage));
    if (found !== undefined && !(await context.confirm(found))) {
      throw new MillwrightError('DATA_ERROR', `unable to commit changed ${describe(stage)}. Use \`-f|--force\` to force.`);
    }
    const outputs = { repository, cwd, params, changes };
    const save = { commit: true, allowMissing: false, relink: options.relink };
    const saved = await withSavedOutputs(outputs, await withCurrentDeps(outputs, stage), save);
    if ((options.force || found !== undefined) && isRunCacheable(saved, repository.root)) {
      await keepUncached(outputs, saved);
      keepRun(repository, lockEntryOf(saved));
    }
    locks.write(saved, place);
  }
  for (const file of locks.changedFiles) changes.track(file);
}

/** What to ask before changes are recorded; undefined where there are none. */
function question(stage: Stage, { deps, outs, isCommandChanged }: ChangedEntries): string | undefined {
  if (deps.length + outs.length === 0 && !isCommandChanged) return undefined;
  const list = (names: readonly string[]): string => `[${names.map((name) => `'${name}'`).join(', ')}]`;
  const parts = [...(deps.length > 0 ? [`dependencies ${list(deps)}`] : []), ...(outs.length > 0 ? [`outputs ${list(outs)}`] : [])];
  const what = parts.length > 0 ? `${parts.join(' and ')} of ${describe(stage)} changed.` : `'cmd' of ${describe(stage)} has changed.`;
  return `${what} Are you sure you want to commit it?`;
}
