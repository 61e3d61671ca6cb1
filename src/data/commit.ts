import { relative } from 'node:path';
import { MillwrightError } from '../errors.ts';
import type { OutputEntry, DependencyEntry } from '../formats/dvc/entry.ts';
import { addInside } from './add-inside.ts';
import { hashPath } from './hash.ts';
import { workspaceStatus } from './output-status.ts';
import type { Repository } from './repository.ts';
import { saveOutput } from './save-output.ts';
import type { ScmChanges } from './scm-changes.ts';
import { importChecksum } from './import-checksum.ts';
import { openDvcFile, writeDvcFile, type StageTarget, type TrackedStage } from './stages.ts';

export interface CommitOptions {
  readonly cwd: string;
  /** Record changes without asking. */
  readonly force: boolean;
  readonly relink: boolean;
  /** Asked before changed data is recorded; false refuses. */
  readonly confirm: (question: string) => Promise<boolean>;
}

/** Records in a `.dvc` file what its outputs hold now, and puts them into the cache. */
export async function commitDvcFile(
  repository: Repository,
  { stage, only }: StageTarget,
  changes: ScmChanges,
  options: CommitOptions,
): Promise<void> {
  const changed = await changedEntries(repository, stage, options.cwd);
  if (changed !== undefined && !options.force && !(await options.confirm(`${changed} Are you sure you want to commit it?`))) {
    throw new MillwrightError('DATA_ERROR', `unable to commit changed stage: '${stage.address}'. Use \`-f|--force\` to force.`);
  }
  const file = openDvcFile(stage.file, options.cwd);
  const outs: OutputEntry[] = [];
  for (const output of stage.outs) {
    const name = relative(options.cwd, output.path);
    const isInside = only !== undefined && only !== output.path && only.startsWith(`${output.path}/`);
    const save = { commit: true, relink: options.relink, name };
    if (only !== undefined && only !== output.path && !isInside) outs.push(output.entry);
    else
      outs.push(isInside ? await addInside(repository, output, only, changes, save) : await saveOutput(repository, output, changes, save));
  }
  const content = { ...file.content, deps: await saveDependencies(repository, stage), outs };
  writeDvcFile(repository, { ...file, content: { ...content, md5: importChecksum(content) } });
  changes.settle();
  changes.track(stage.file);
}

async function saveDependencies(repository: Repository, stage: TrackedStage): Promise<DependencyEntry[]> {
  const saved: DependencyEntry[] = [];
  for (const { path, entry } of stage.deps) {
    const now =
      entry.repo !== undefined || entry.db !== undefined || !path.startsWith('/') ? undefined : await hashPath(repository, path, 'md5');
    saved.push(now === undefined ? entry : { ...entry, algorithm: 'md5', hash: now.hash, meta: now.meta });
  }
  return saved;
}

/** What of a stage differs from what is recorded, as a sentence. */
async function changedEntries(repository: Repository, stage: TrackedStage, cwd: string): Promise<string | undefined> {
  const outs: string[] = [];
  for (const output of stage.outs) if ((await workspaceStatus(repository, output)) !== undefined) outs.push(relative(cwd, output.path));
  return outs.length === 0 ? undefined : `outputs [${outs.map((name) => `'${name}'`).join(', ')}] of stage: '${stage.address}' changed.`;
}
