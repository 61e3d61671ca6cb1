/** What metrics and parameters files say, in the work tree or in a commit. */
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { objectPath } from '../data/cache.ts';
import type { Repository } from '../data/repository.ts';
import { MillwrightError } from '../errors.ts';
import { LockFile } from '../formats/dvc/lock-file.ts';
import { parseParamsFile, selectParams } from '../formats/dvc/params-file.ts';
import { parsePipelineFile, type PipelineFile } from '../formats/dvc/pipeline-file.ts';
import { isMapping, Timestamp, type Mapping, type Value } from '../formats/dvc/value.ts';
import { lockedPaths } from './lock-entry.ts';
import { folderOf, type Tree } from './tree.ts';

/** A file's content, or why there is none: as DVC names it, and in our words where they say more. */
export type FileResult =
  | { readonly data: Value }
  | { readonly error: { readonly type: string; readonly msg: string; readonly detail?: string } };
/** By path relative to the root of the repository. */
export type Shown = Map<string, FileResult>;

interface LoadedFile extends PipelineFile {
  readonly folder: string;
  readonly file: string;
}

function pipelinesOf(tree: Tree): LoadedFile[] {
  return tree.pipelineFiles.map((file) => {
    const folder = folderOf(file);
    const load = (path: string): Value | 'missing' => {
      const text = tree.read(path);
      return text === undefined ? 'missing' : parseParamsFile(text, path);
    };
    const parsing = { bool: 'store_true', list: 'nargs' } as const;
    return { ...parsePipelineFile(tree.read(file) ?? '', { folder, load, parsing, warn: () => undefined }), folder, file };
  });
}

export interface MetricsFilter {
  readonly repository: Repository;
  readonly cwd: string;
  /** Relative to the root; where there are any, only these, metrics of the pipelines or not. */
  readonly targets: readonly string[];
}

export function showMetrics(tree: Tree, { repository, cwd, targets }: MetricsFilter): Shown {
  const pipelines = pipelinesOf(tree);
  const paths = targets.length > 0 ? targets : metricsPaths(pipelines);
  const shown: Shown = new Map();
  for (const path of new Set(paths.flatMap((found) => tree.filesBelow(found) ?? [found]))) {
    shown.set(
      path,
      attempt(path, cwd, () => {
        const text = tree.read(path) ?? cachedText(tree, pipelines, repository, path);
        if (text === undefined)
          return missing(path, isCached(pipelines, path) ? 'No storage files available' : 'No such file or directory');
        return { data: metricsOf(parseParamsFile(text, path)) ?? new Map() };
      }),
    );
  }
  return shown;
}

function metricsPaths(pipelines: readonly LoadedFile[]): string[] {
  const ofStages = pipelines.flatMap(({ folder, stages }) =>
    stages.flatMap(({ wdir, outs }) => outs.filter(({ kind }) => kind === 'metrics').map(({ path }) => posix.join(folder, wdir, path))),
  );
  return [...ofStages, ...pipelines.flatMap(({ folder, metrics }) => metrics.map((path) => posix.join(folder, path)))];
}

/** A metrics file that is not in Git or not checked out: its object in the cache. */
function cachedText(tree: Tree, pipelines: readonly LoadedFile[], repository: Repository, path: string): string | undefined {
  for (const { folder, file, stages } of pipelines) {
    const stage = stages.find(({ wdir, outs }) => outs.some((out) => posix.join(folder, wdir, out.path) === path));
    if (stage === undefined) continue;
    const lockPath = file.replace(/\.ya?ml$/, '.lock');
    const lock = tree.read(lockPath);
    if (lock === undefined) continue;
    const entry = LockFile.parse(lock, lockPath).get(stage.name);
    const found = [...lockedPaths(entry, 'outs').values()].find((out) => posix.join(folder, stage.wdir, out.path) === path);
    if (found?.hash !== undefined) return readObject(objectPath(repository.cache(found.algorithm), found.hash.value));
  }
  return undefined;
}

function readObject(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function isCached(pipelines: readonly LoadedFile[], path: string): boolean {
  return pipelines.some(({ folder, stages }) =>
    stages.some(({ wdir, outs }) => outs.some((out) => out.cache && posix.join(folder, wdir, out.path) === path)),
  );
}

function missing(path: string, what: string): FileResult {
  return { error: { type: 'FileNotFoundError', msg: `[Errno 2] ${what}: '${path}'` } };
}

/** Numbers, strings and booleans, in mappings; the rest is no metric. */
function metricsOf(value: Value): Value | undefined {
  if (isMapping(value)) {
    const kept: Mapping = new Map();
    for (const [key, item] of value) {
      const metric = metricsOf(item);
      if (metric !== undefined && !(isMapping(metric) && metric.size === 0)) kept.set(key, metric);
    }
    return kept;
  }
  return value === null || Array.isArray(value) || value instanceof Timestamp ? undefined : value;
}

export interface ParamsFilter {
  /** Relative to the root; where there are any, only these files, whole. */
  readonly targets: readonly string[];
  /** Only parameters that stages depend on. */
  readonly depsOnly: boolean;
}

export function showParams(tree: Tree, filter: ParamsFilter): Shown {
  const pipelines = pipelinesOf(tree);
  const files = wantedParams(tree, pipelines, filter);
  const shown: Shown = new Map();
  for (const [path, keys] of files) {
    for (const file of tree.filesBelow(path) ?? [path]) {
      shown.set(
        file,
        attempt(file, '/', () => {
          const text = tree.read(file);
          return text === undefined ? missing(file, 'No such file or directory') : { data: paramsOf(parseParamsFile(text, file), keys) };
        }),
      );
    }
  }
  if (filter.targets.length === 0) addVars(pipelines, shown);
  return shown;
}

/** File → keys; no keys: the whole file. */
function wantedParams(tree: Tree, pipelines: readonly LoadedFile[], filter: ParamsFilter): Map<string, readonly string[]> {
  if (filter.targets.length > 0) return new Map(filter.targets.map((path) => [path, []]));
  const files = new Map<string, readonly string[]>();
  const add = (path: string, keys: readonly string[]): void => {
    const known = files.get(path);
    const isWhole = keys.length === 0 || known?.length === 0;
    files.set(path, isWhole ? [] : [...new Set([...(known ?? []), ...keys])]);
  };
  for (const { folder, stages } of pipelines) {
    for (const { wdir, params } of stages) for (const { path, keys } of params) add(posix.join(folder, wdir, path), keys);
  }
  if (filter.depsOnly) return files;
  for (const { folder, params } of pipelines) for (const path of params) add(posix.join(folder, path), []);
  if (tree.read('params.yaml') !== undefined) add('params.yaml', []);
  return files;
}

function paramsOf(value: Value, keys: readonly string[]): Value {
  if (keys.length === 0) return value;
  const nested: Mapping = new Map();
  for (const [path, item] of selectParams(value, keys)) {
    const parts = String(path).split('.');
    const last = parts.pop() ?? '';
    let at = nested;
    for (const part of parts) {
      const next = at.get(part);
      const mapping: Mapping = isMapping(next ?? null) ? (next as Mapping) : new Map();
      at.set(part, mapping);
      at = mapping;
    }
    at.set(last, item);
  }
  return nested;
}

/** Values that expressions used, of files that are shown for no other reason. */
function addVars(pipelines: readonly LoadedFile[], shown: Shown): void {
  const vars = new Map<string, Mapping>();
  for (const { stages } of pipelines) {
    for (const { trackedVars } of stages) {
      for (const [file, values] of trackedVars) {
        if (shown.has(file)) continue;
        const all: Mapping = vars.get(file) ?? new Map();
        for (const [key, value] of values) all.set(key, value);
        vars.set(file, all);
      }
    }
  }
  for (const [file, values] of vars) shown.set(file, { data: values });
}

const kinds: Readonly<Record<string, string>> = { json: 'JSON', toml: 'TOML', py: 'Python' };

/** A file that cannot be read is named as DVC names it: as if the repository were the root of the file system. */
function attempt(path: string, cwd: string, read: () => FileResult): FileResult {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof MillwrightError)) throw error;
    const kind = kinds[posix.extname(path).slice(1)] ?? 'YAML';
    const msg = `unable to read: '${posix.relative(cwd, `/${path}`)}', ${kind} file structure is corrupted`;
    return { error: { type: `${kind}FileCorruptedError`, msg, detail: error.message } };
  }
}
