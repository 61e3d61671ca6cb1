/** Stages of the files they stand in. */
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Repository } from '../data/repository.ts';
import type { TrackedDependency, TrackedOutput } from '../data/output.ts';
import { errnoOf, MillwrightError } from '../errors.ts';
import { parseDvcFile } from '../formats/dvc/dvc-file.ts';
import type { Annotations, DependencyEntry, OutputEntry } from '../formats/dvc/entry.ts';
import { LockFile } from '../formats/dvc/lock-file.ts';
import { parseParamsFile } from '../formats/dvc/params-file.ts';
import { parsePipelineFile, type PipelineFile } from '../formats/dvc/pipeline-file.ts';
import type { StageDefinition, StageOutput } from '../formats/dvc/stage-definition.ts';
import type { LoadFile } from '../formats/dvc/templating-context.ts';
import type { ParsingOptions } from '../formats/dvc/templating-expression.ts';
import { equals, type Value } from '../formats/dvc/value.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import { lockedParams, lockedPaths } from './lock-entry.ts';
import type { Stage } from './stage.ts';

export interface LoadContext {
  readonly repository: Repository;
  readonly cwd: string;
}

export interface LoadedPipeline extends PipelineFile {
  /** Absolute path of the dvc.yaml. */
  readonly file: string;
  readonly lock: LockFile;
  readonly tracked: readonly Stage[];
}

/** The pipeline of a dvc.yaml and its dvc.lock. Throws where the file is not there. */
export function loadPipeline(context: LoadContext, file: string): LoadedPipeline {
  const { repository, cwd } = context;
  const text = readText(file, relative(cwd, file));
  if (text === undefined) throw new MillwrightError('DATA_ERROR', `'${relative(cwd, file)}' does not exist`);
  const shownFile = relative(cwd, file);
  const pipeline = parsePipelineFile(text, {
    folder: relative(repository.root, dirname(file)),
    load: varsLoader(repository.root),
    parsing: parsingOptions(repository),
    warn: repository.effects.warn,
  });
  if (existsSync(lockPathOf(file))) refuseGitIgnored(context, lockPathOf(file));
  const lock = loadLock(file, cwd);
  const tracked = pipeline.stages.map((definition) => pipelineStage(definition, file, shownFile, lock));
  for (const { outs } of tracked) refuseIgnored(repository, outs);
  return { ...pipeline, file, lock, tracked };
}

/** A dvc.lock that Git ignores would never reach anybody else. */
export function refuseGitIgnored({ repository, cwd }: LoadContext, lockPath: string): void {
  if (repository.gitIgnore?.isIgnored(lockPath, false) !== true) return;
  throw new MillwrightError(
    'DATA_ERROR',
    `'${relative(cwd, lockPath)}' is ignored by Git: take it out of .gitignore, as it must be committed`,
  );
}

/** An output that `.dvcignore` names would look deleted to every verb. */
function refuseIgnored({ ignore }: Repository, outs: readonly TrackedOutput[]): void {
  for (const { path } of outs) {
    if (!ignore.isIgnored(path, true) && !ignore.isIgnored(path, false)) continue;
    const match = ignore.explain(path, isFolder(path));
    if (match.ignored)
      throw new MillwrightError('DATA_ERROR', `Path '${path}' is ignored by ${match.rules.at(-1)?.origin ?? '.dvcignore'}`);
  }
}

export function lockPathOf(pipelineFile: string): string {
  return pipelineFile.replace(/\.ya?ml$/, '.lock');
}

export function loadLock(pipelineFile: string, cwd: string): LockFile {
  const path = lockPathOf(pipelineFile);
  const text = readText(path, relative(cwd, path));
  return text === undefined ? new LockFile() : LockFile.parse(text, relative(cwd, path));
}

function parsingOptions(repository: Repository): ParsingOptions {
  const options = repository.config.sections.get('parsing');
  return {
    bool: options?.get('bool') === 'boolean_optional' ? 'boolean_optional' : 'store_true',
    list: options?.get('list') === 'append' ? 'append' : 'nargs',
  };
}

function varsLoader(root: string): LoadFile {
  const known = new Map<string, Value | 'missing' | 'directory'>();
  return (path) => {
    const found = known.get(path) ?? readVars(root, path);
    known.set(path, found);
    return found;
  };
}

function readVars(root: string, path: string): Value | 'missing' | 'directory' {
  const location = resolve(root, path);
  try {
    return parseParamsFile(decodeUtf8(readFileSync(location), path), path);
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'missing';
    if (code === 'EISDIR') return 'directory';
    throw error;
  }
}

/** @param shown how messages name the file */
export function readText(path: string, shown = path): string | undefined {
  try {
    return decodeUtf8(readFileSync(path), shown);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

export function pipelineStage(definition: StageDefinition, file: string, shownFile: string, lock: LockFile): Stage {
  const wdir = resolve(dirname(file), definition.wdir);
  const locked = lock.get(definition.name);
  const lockedDeps = lockedPaths(locked, 'deps');
  const lockedOuts = lockedPaths(locked, 'outs');
  return {
    address: shownFile === 'dvc.yaml' ? definition.name : `${shownFile}:${definition.name}`,
    name: definition.name,
    file,
    wdir,
    cmd: definition.cmd,
    deps: definition.deps.map((path) => ({ path: locate(wdir, path), entry: { ...unhashed(path), ...lockedDeps.get(path) } })),
    params: definition.params.map((params) => ({
      ...params,
      location: locate(wdir, params.path),
      recorded: lockedParams(locked, params.path, params.keys),
    })),
    outs: definition.outs.map((out) => ({ path: locate(wdir, out.path), entry: { ...outputEntry(out), ...lockedOuts.get(out.path) } })),
    frozen: definition.frozen,
    alwaysChanged: definition.alwaysChanged,
    isCommandChanged: locked !== undefined && !equals(locked.get('cmd'), commandValue(definition.cmd)),
    definition,
    locked,
  };
}

function commandValue(cmd: StageDefinition['cmd']): Value {
  if (cmd === undefined) return null;
  return typeof cmd === 'string' ? cmd : [...cmd];
}

/** URLs and absolute paths stay; trailing slashes go. */
function locate(wdir: string, path: string): string {
  // What needs no resolving is most of what there is, by the hundred
  if (wdir !== '/' && !/(?:^|\/)\.{0,2}(?:\/|$)|:/.test(path)) return `${wdir}/${path}`;
  return /^\w+:\/\//.test(path) ? path : resolve(wdir, path);
}

function unhashed(path: string): DependencyEntry {
  return { path, algorithm: 'md5', hash: undefined, meta: {}, rest: new Map() };
}

function outputEntry(out: StageOutput): OutputEntry {
  return {
    ...unhashed(out.path),
    cache: out.cache,
    persist: out.persist,
    push: out.push,
    remote: out.remote,
    annotations: annotationsOf(out),
    ...(out.kind === 'metrics' ? { metric: true } : {}),
    ...(out.kind === 'plots' ? { plot: true } : {}),
  };
}

function annotationsOf({ annotations }: StageOutput): Annotations {
  const desc = annotations.get('desc');
  const type = annotations.get('type');
  const labels = annotations.get('labels');
  const meta = annotations.get('meta');
  return {
    ...(typeof desc === 'string' ? { desc } : {}),
    ...(typeof type === 'string' ? { type } : {}),
    ...(Array.isArray(labels) ? { labels: labels.map(String) } : {}),
    ...(meta === undefined ? {} : { meta }),
  };
}

/** A `.dvc` file as a stage. */
export function loadDvcFile(context: LoadContext, file: string): Stage {
  const address = relative(context.cwd, file);
  const text = readText(file, address);
  if (text === undefined) throw new MillwrightError('DATA_ERROR', `'${address}' does not exist`);
  const content = parseDvcFile(text, address);
  const wdir = join(dirname(file), content.wdir);
  const deps: TrackedDependency[] = content.deps.map((entry) => ({ path: locate(wdir, entry.path), entry }));
  const outs: TrackedOutput[] = content.outs.map((entry) => ({ path: locate(wdir, entry.path), entry }));
  refuseIgnored(context.repository, outs);
  return {
    address,
    name: undefined,
    file,
    wdir,
    cmd: undefined,
    deps,
    params: [],
    outs,
    frozen: content.frozen,
    alwaysChanged: content.alwaysChanged,
    isCommandChanged: false,
    definition: undefined,
    locked: undefined,
  };
}

export function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
