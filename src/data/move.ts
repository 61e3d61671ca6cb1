import { existsSync, renameSync, statSync, unlinkSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { MillwrightError } from '../errors.ts';
import type { Repository } from './repository.ts';
import { saveOutput } from './save-output.ts';
import type { ScmChanges } from './scm-changes.ts';
import { openDvcFile, outputAround, refuseMissingFolder, writeDvcFile, type OpenDvcFile, type TrackedStage } from './stages.ts';

export interface MoveInput {
  readonly from: string;
  readonly to: string;
  readonly cwd: string;
}

/** Renames tracked data, and its `.dvc` file where that bears its name. */
export async function move(repository: Repository, stages: readonly TrackedStage[], input: MoveInput, changes: ScmChanges): Promise<void> {
  const from = resolve(input.cwd, input.from);
  const asked = resolve(input.cwd, input.to);
  const to = statSync(asked, { throwIfNoEntry: false })?.isDirectory() === true ? join(asked, basename(from)) : asked;
  const found = outputAround(stages, from);
  if (found === undefined || found.output.path !== from) {
    throw new MillwrightError('DATA_ERROR', `unable to find DVC file with output '${input.from}'`);
  }
  const { stage, output } = found;
  if (stage.name !== undefined) {
    throw new MillwrightError(
      'DATA_ERROR',
      `move is not permitted for stages that are not data sources: change the path in '${stage.address}' instead`,
    );
  }
  if (to === from || existsSync(to))
    throw new MillwrightError('DATA_ERROR', `'${relative(input.cwd, to)}' already exists: remove it, or move to another name`);
  const file = openDvcFile(stage.file, input.cwd);
  const target = targetFile(file, from, to);
  if (target.path !== file.path && existsSync(target.path)) {
    throw new MillwrightError('DATA_ERROR', `'${relative(input.cwd, target.path)}' already exists: remove it, or move to another name`);
  }
  refuseMissingFolder(dirname(to), input.cwd);
  if (existsSync(from)) renameSync(from, to);
  else repository.effects.warn(`'${input.from}' missing`);
  changes.unignore(from);
  const wdir = join(dirname(target.path), target.content.wdir);
  const renamed = { path: to, entry: { ...output.entry, path: relative(wdir, to) } };
  const name = relative(input.cwd, to);
  // As with DVC, data that had changed is kept and stays changed: its record moves as it was.
  if (existsSync(to)) await saveOutput(repository, renamed, changes, { commit: true, relink: true, name });
  else await changes.ignore(to);
  const outs = target.content.outs.with(stage.outs.indexOf(output), renamed.entry);
  writeDvcFile(repository, { ...target, content: { ...target.content, outs } });
  changes.settle();
  changes.track(target.path);
  repository.state.forgetOutput(from);
  if (target.path === file.path) return;
  unlinkSync(file.path);
  changes.track(file.path);
}

/** `data.dvc` of `data` moves along; a file of another name stays where it is. */
function targetFile(file: OpenDvcFile, from: string, to: string): OpenDvcFile {
  if (basename(file.path, '.dvc') !== basename(from)) return file;
  return { path: `${to}.dvc`, content: { ...file.content, wdir: '.' }, text: undefined };
}
