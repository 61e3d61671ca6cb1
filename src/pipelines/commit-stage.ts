/** `commit` of pipeline stages: records in dvc.lock, cache and run cache what their dependencies and outputs are now. */
import type { Repository } from '../data/repository.ts';
import type { ScmChanges } from '../data/scm-changes.ts';
import { MillwrightError } from '../errors.ts';
import { statusOf, type StageStatusEntry } from './changes.ts';
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
    const found = options.force ? [] : (await statusOf({ repository, cwd, params }, stage)).filter((entry) => entry !== 'always changed');
    if (found.length > 0 && !(await context.confirm(question(stage, found)))) {
      throw new MillwrightError('DATA_ERROR', `unable to commit changed ${describe(stage)}. Use \`-f|--force\` to force.`);
    }
    const outputs = { repository, cwd, params, changes };
    const save = { commit: true, allowMissing: false, relink: options.relink };
    const saved = await withSavedOutputs(outputs, await withCurrentDeps(outputs, stage), save);
    if ((options.force || found.length > 0) && isRunCacheable(saved, repository.root)) {
      await keepUncached(outputs, saved);
      keepRun(repository, lockEntryOf(saved));
    }
    locks.write(saved, place);
  }
  for (const file of locks.changedFiles) changes.track(file);
}

function question(stage: Stage, found: readonly StageStatusEntry[]): string {
  const names = (key: 'changed deps' | 'changed outs'): string[] =>
    found.flatMap((entry) => (typeof entry === 'object' && key in entry ? Object.keys(Object.values(entry)[0] ?? {}) : []));
  const [deps, outs] = [names('changed deps'), names('changed outs')];
  const parts = [
    ...(deps.length > 0 ? [`dependencies [${deps.map((name) => `'${name}'`).join(', ')}]`] : []),
    ...(outs.length > 0 ? [`outputs [${outs.map((name) => `'${name}'`).join(', ')}]`] : []),
  ];
  const what = parts.length > 0 ? `${parts.join(' and ')} of ${describe(stage)} changed.` : `'cmd' of ${describe(stage)} has changed.`;
  return `${what} Are you sure you want to commit it?`;
}
