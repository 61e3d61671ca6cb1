import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { MillwrightError } from '../errors.ts';
import { parseDvcFile, renderDvcFile, type DvcFile } from '../formats/dvc/dvc-file.ts';
import { readTextIfThere } from '../lib/read-text.ts';
import { replaceFile } from '../lib/replace-file.ts';
import type { TrackedDependency, TrackedOutput } from './output.ts';
import type { Repository } from './repository.ts';
import { stagingFolder } from './save-output.ts';
import { isIgnored } from './scm-changes.ts';

/** What declares outputs, as far as data goes: a `.dvc` file, or a stage of a `dvc.yaml` (read by `pipelines/`). */
export interface TrackedStage {
  /** `data.dvc`, `train`, `sub/dvc.yaml:train`: as seen from the user's folder. */
  readonly address: string;
  /** Undefined for a `.dvc` file. */
  readonly name: string | undefined;
  /** Absolute. */
  readonly file: string;
  /** Absolute: what its paths are relative to. */
  readonly wdir: string;
  readonly deps: readonly TrackedDependency[];
  readonly outs: readonly TrackedOutput[];
  readonly frozen: boolean;
}

/** A `.dvc` file with its text, to be changed and written back. */
export interface OpenDvcFile {
  /** Absolute. */
  readonly path: string;
  readonly content: DvcFile;
  readonly text: string | undefined;
}

export function openDvcFile(path: string, cwd: string): OpenDvcFile {
  const text = readTextIfThere(path);
  if (text === undefined) throw new MillwrightError('DATA_ERROR', `'${relative(cwd, path)}' does not exist`);
  return { path, text, content: parseDvcFile(text, relative(cwd, path)) };
}

/** A `.dvc` file that Git ignores would never reach anybody else. */
export function refuseIgnoredFile(repository: Repository, path: string, cwd: string): void {
  if (!isIgnored(repository, path)) return;
  throw new MillwrightError('DATA_ERROR', `bad DVC file name '${relative(cwd, path)}' is git-ignored: take its pattern out of .gitignore`);
}

/** A folder that is not there is more often a mistyped one than one to be made. */
export function refuseMissingFolder(folder: string, cwd: string): void {
  if (existsSync(folder)) return;
  throw new MillwrightError('DATA_ERROR', `the folder '${relative(cwd, folder)}' does not exist: make it first`);
}

/** Writes a `.dvc` file, keeping comments and order of the one that is there. */
export function writeDvcFile(repository: Repository, file: OpenDvcFile): void {
  refuseIgnoredFile(repository, file.path, repository.root);
  const text = renderDvcFile(file.content, file.text);
  if (text !== file.text) replaceFile(file.path, text, stagingFolder(repository));
}

/** A stage, or only a part of one of its outputs, that a command is to work on. */
export interface StageTarget {
  readonly stage: TrackedStage;
  /** Absolute path of an output or of something inside it; undefined for the whole stage. */
  readonly only: string | undefined;
}

/** The output that a path is, or lies in. */
export function outputAround(
  stages: readonly TrackedStage[],
  path: string,
): { readonly stage: TrackedStage; readonly output: TrackedOutput } | undefined {
  for (const stage of stages) {
    for (const output of stage.outs) if (path === output.path || path.startsWith(`${output.path}/`)) return { stage, output };
  }
  return undefined;
}
