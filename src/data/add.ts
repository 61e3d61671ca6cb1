import { existsSync, globSync, lstatSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { MillwrightError } from '../errors.ts';
import type { DvcFile } from '../formats/dvc/dvc-file.ts';
import { plainOutput, type OutputEntry } from '../formats/dvc/entry.ts';
import { addInside } from './add-inside.ts';
import { addToRemote } from './add-to-remote.ts';
import { copyIn } from './copy-in.ts';
import type { TrackedOutput } from './output.ts';
import type { Repository } from './repository.ts';
import { saveOutput } from './save-output.ts';
import type { ScmChanges } from './scm-changes.ts';
import {
  openDvcFile,
  outputAround,
  refuseIgnoredFile,
  refuseMissingFolder,
  writeDvcFile,
  type OpenDvcFile,
  type TrackedStage,
} from './stages.ts';
import type { ObjectStore } from './transfer/object-store.ts';

export interface AddInput {
  readonly cwd: string;
  readonly targets: readonly string[];
  /** Expand `*`, `?`, `[…]` and `**` in the targets. */
  readonly glob: boolean;
  /** Copy the one target to this place, and track it there. */
  readonly out: string | undefined;
  /** Overwrite what is at `out`. */
  readonly force: boolean;
  readonly commit: boolean;
  readonly relink: boolean;
  /** Send the one target to this remote, and keep it nowhere else. */
  readonly to: ObjectStore | undefined;
}

/** One thing to add: a whole output, or a part of a folder that is tracked already. */
interface Target {
  /** Absolute. */
  readonly path: string;
  /** As the user knows it: relative to her folder. */
  readonly name: string;
  readonly file: OpenDvcFile;
  /** Which output of the file. */
  readonly index: number;
  readonly output: TrackedOutput;
}

/** Starts or goes on tracking files and folders. All targets are checked before anything is written. @returns the `.dvc` files written */
export async function add(
  repository: Repository,
  input: AddInput,
  stages: readonly TrackedStage[],
  changes: ScmChanges,
): Promise<readonly string[]> {
  const words = input.glob ? expand(input.targets, input.cwd) : input.targets;
  const isMovedIn = input.out !== undefined || input.to !== undefined;
  const source = isMovedIn ? resolve(input.cwd, words[0]!) : undefined;
  const places = isMovedIn ? [placeFor(words[0]!, repository.root, input)] : words;
  const targets = places.map((word) => targetOf(repository, word, stages, input.cwd));
  for (const target of targets) refuseOverlap(target, targets, stages, input.cwd);
  for (const target of targets) {
    repository.effects.signal.throwIfAborted();
    const entry = await save(repository, target, source, input, changes);
    const outs = target.file.content.outs.with(target.index, entry);
    writeDvcFile(repository, { ...target.file, content: { ...target.file.content, outs } });
    changes.settle();
    changes.track(target.file.path);
  }
  return targets.map((target) => target.file.path);
}

function save(
  repository: Repository,
  target: Target,
  source: string | undefined,
  input: AddInput,
  changes: ScmChanges,
): Promise<OutputEntry> {
  if (source !== undefined && input.to !== undefined) return addToRemote(repository, source, target.output, input.to);
  if (source !== undefined) return copyIn(repository, source, target.output, target.name, changes);
  if (target.path !== target.output.path)
    return addInside(repository, target.output, target.path, changes, { ...input, name: target.name });
  if (!existsSync(target.path)) {
    throw new MillwrightError(
      'DATA_ERROR',
      `output '${target.name}' does not exist: [Errno 2] No such file or directory: '${target.path}'`,
    );
  }
  return saveOutput(repository, target.output, changes, { commit: input.commit, relink: input.relink, name: target.name });
}

function expand(patterns: readonly string[], cwd: string): string[] {
  const found = patterns.flatMap((pattern) => globSync(pattern, { cwd }).sort());
  if (found.length === 0) throw new MillwrightError('DATA_ERROR', `Glob ${patterns.join(' ')} has no matches.`);
  return found.filter((path) => !basename(path).startsWith('.') || patterns.some((pattern) => basename(pattern).startsWith('.')));
}

/** Where data that comes from elsewhere is tracked: at `out`; without it beside itself, or here where it lies outside. */
function placeFor(source: string, root: string, { cwd, force, out }: AddInput): string {
  if (/^\w+:\/\//.test(source)) {
    throw new MillwrightError('NOT_IMPLEMENTED', `'${source}' is a URL: only local files and folders can be added; download it first`);
  }
  if (out === undefined) return resolve(cwd, source).startsWith(root + sep) ? source : basename(source);
  const isFolder = statSync(resolve(cwd, out), { throwIfNoEntry: false })?.isDirectory() === true;
  const place = isFolder ? join(out, basename(source)) : out;
  if (existsSync(resolve(cwd, place)) && !force) {
    throw new MillwrightError('DATA_ERROR', `The file '${place}' already exists locally.\nTo override it, re-run with '--force'.`);
  }
  return place;
}

function targetOf(repository: Repository, word: string, stages: readonly TrackedStage[], cwd: string): Target {
  const path = resolve(cwd, word);
  refuseUntrackable(repository, word, path);
  const name = relative(cwd, path);
  const known = outputAround(stages, path);
  if (known === undefined) {
    refuseMissingFolder(dirname(path), cwd);
    refuseIgnoredFile(repository, `${path}.dvc`, cwd);
    return newTarget(path, name);
  }
  if (known.stage.name !== undefined) {
    throw new MillwrightError(
      'DATA_ERROR',
      `cannot update '${basename(path)}': overlaps with an output of stage: '${known.stage.address}' in '${relative(cwd, known.stage.file)}'.\nRun the pipeline or use 'dvc commit' to force update it.`,
    );
  }
  refuseIgnoredFile(repository, known.stage.file, cwd);
  const file = openDvcFile(known.stage.file, cwd);
  return { path, name, file, index: known.stage.outs.indexOf(known.output), output: known.output };
}

function newTarget(path: string, name: string): Target {
  const entry: OutputEntry = {
    path: basename(path),
    algorithm: 'md5',
    hash: undefined,
    meta: {},
    ...plainOutput,
    rest: new Map(),
  };
  const content: DvcFile = {
    desc: undefined,
    md5: undefined,
    wdir: '.',
    frozen: false,
    deps: [],
    outs: [entry],
    alwaysChanged: false,
    meta: undefined,
  };
  return { path, name, file: { path: `${path}.dvc`, content, text: undefined }, index: 0, output: { path, entry } };
}

function refuseUntrackable(repository: Repository, word: string, path: string): void {
  if (path.endsWith('.dvc') || basename(path) === 'dvc.yaml')
    throw new MillwrightError('DATA_ERROR', `DVC file '${word}' cannot be an output.`);
  if (!path.startsWith(repository.root + sep)) {
    throw new MillwrightError(
      'DATA_ERROR',
      `Cached output(s) outside of DVC project: ${word}. See <https://dvc.org/doc/user-guide/data-management/importing-external-data> for more info.`,
    );
  }
  const stat = lstatSync(path, { throwIfNoEntry: false });
  const isFolderLink = stat?.isSymbolicLink() === true && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  if (isFolderLink || passesLink(dirname(path), repository.root)) {
    throw new MillwrightError(
      'DATA_ERROR',
      'Cannot add files inside symlinked directories to DVC. See <https://dvc.org/doc/user-guide/troubleshooting#add-symlink> for more information.',
    );
  }
  const match = repository.ignore.explain(path, stat?.isDirectory() === true);
  if (match.ignored) throw new MillwrightError('DATA_ERROR', `Path '${path}' is ignored by ${match.rules.at(-1)?.origin ?? '.dvcignore'}`);
}

function passesLink(folder: string, root: string): boolean {
  for (let at = folder; at.length > root.length; at = dirname(at)) {
    if (lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink() === true) return true;
  }
  return false;
}

/** A folder cannot be added round an output that another file tracks. */
function refuseOverlap(target: Target, targets: readonly Target[], stages: readonly TrackedStage[], cwd: string): void {
  if (target.file.text !== undefined) return;
  for (const stage of stages) {
    const inside = stage.outs.find((output) => output.path.startsWith(`${target.path}/`));
    if (inside === undefined) continue;
    const name = relative(cwd, inside.path);
    throw new MillwrightError(
      'DATA_ERROR',
      `Cannot add '${target.name}', because it is overlapping with other DVC tracked output: '${name}'.\nTo include '${name}' in '${target.name}', run 'dvc remove ${stage.address}' and then 'dvc add ${target.name}'`,
    );
  }
  const other = targets.find(
    (candidate) => candidate !== target && candidate.file.text === undefined && `${candidate.path}/`.startsWith(`${target.path}/`),
  );
  if (other !== undefined) {
    throw new MillwrightError(
      'DATA_ERROR',
      `'${target.name}' and '${other.name}' overlap: add only '${target.name}', which holds the other`,
    );
  }
}
