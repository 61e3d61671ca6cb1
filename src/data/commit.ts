import { relative } from 'node:path';
import { MillwrightError } from '../errors.ts';
import type { OutputEntry, DependencyEntry } from '../formats/dvc/entry.ts';
import { encodeTree } from '../formats/dvc/tree.ts';
import { writeObject } from './cache.ts';
import { hashPath } from './hash.ts';
import type { TrackedOutput } from './output.ts';
import { workspaceStatus } from './output-status.ts';
import type { Repository } from './repository.ts';
import { recorded, relinkOutput, saveOutput } from './save-output.ts';
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
      outs.push(
        isInside ? await commitInside(repository, output, only, options.relink) : await saveOutput(repository, output, changes, save),
      );
  }
  const content = { ...file.content, deps: await saveDependencies(repository, stage), outs };
  writeDvcFile(repository, { ...file, content: { ...content, md5: importChecksum(content) } });
  changes.settle();
  changes.track(stage.file);
}

/** Records the whole folder as it is now, but keeps only a part of it: the rest is `not in cache` until it is committed too. */
async function commitInside(repository: Repository, output: TrackedOutput, path: string, relink: boolean): Promise<OutputEntry> {
  const whole = await hashPath(repository, output.path, 'md5');
  const part = await hashPath(repository, path, 'md5', { keep: true });
  if (whole?.tree === undefined || part === undefined) throw new MillwrightError('DATA_ERROR', `output '${path}' does not exist`);
  writeObject(repository.cache('md5'), whole.hash.value, encodeTree(whole.tree));
  if (relink) relinkOutput(repository, path, { ...part, meta: {} });
  return recorded(output.entry, whole);
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
