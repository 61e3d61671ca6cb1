/** A stage of dvc.yaml after templating, as values with their defaults filled in. */
import { MillwrightError } from '../../errors.ts';
import type { ResolvedStage } from './templating.ts';
import type { TrackedVars } from './templating-context.ts';
import { isMapping, typeName, type Mapping, type Value } from './value.ts';

export const defaultParamsFile = 'params.yaml';

export interface StageOutput {
  /** As written: relative to `wdir`. */
  readonly path: string;
  readonly kind: 'outs' | 'metrics' | 'plots';
  readonly cache: boolean;
  readonly persist: boolean;
  readonly push: boolean;
  readonly remote: string | undefined;
  /** `desc`, `type`, `labels`, `meta`, those that are set. */
  readonly annotations: Mapping;
  /** Properties of a plot, in the order of the file. */
  readonly plot: Mapping;
}

export interface ParamsDependency {
  readonly path: string;
  /** Empty: the whole file. */
  readonly keys: readonly string[];
}

export interface StageDefinition {
  readonly name: string;
  readonly group: string | undefined;
  readonly cmd: string | readonly string[] | undefined;
  /** As written; `.` where absent. */
  readonly wdir: string;
  readonly deps: readonly string[];
  readonly params: readonly ParamsDependency[];
  readonly outs: readonly StageOutput[];
  readonly frozen: boolean;
  readonly alwaysChanged: boolean;
  readonly desc: string | undefined;
  readonly meta: Value | undefined;
  readonly isParametrized: boolean;
  readonly trackedVars: TrackedVars;
}

export function stageDefinition(stage: ResolvedStage, fileName: string): StageDefinition {
  const { definition, name, group, isParametrized, trackedVars } = stage;
  const where = `stage '${name}' in '${fileName}'`;
  const desc = definition.get('desc');
  return {
    ...{ name, group, isParametrized, trackedVars },
    cmd: commandOf(definition.get('cmd'), where),
    wdir: textOf(definition.get('wdir') ?? '.', `wdir of ${where}`),
    deps: listOf(definition.get('deps')).map((dep) => textOf(dep, `deps of ${where}`)),
    params: mergeParams(listOf(definition.get('params')), where),
    outs: (['outs', 'metrics', 'plots'] as const).flatMap((kind) => outputsOf(listOf(definition.get(kind)), kind, where)),
    frozen: definition.get('frozen') === true,
    alwaysChanged: definition.get('always_changed') === true,
    desc: typeof desc === 'string' ? desc : undefined,
    meta: definition.get('meta'),
  };
}

function listOf(value: Value | undefined): readonly Value[] {
  return Array.isArray(value) ? value : [];
}

/** An expression may have put a number where a string belongs. */
function textOf(value: Value, where: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  throw new MillwrightError('DVC_FILE_INVALID', `${where} must be a string, found ${typeName(value)}: put the value in quotes`);
}

function commandOf(value: Value | undefined, where: string): StageDefinition['cmd'] {
  if (value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)) return undefined;
  if (Array.isArray(value)) return value.map((item) => textOf(item, `cmd of ${where}`));
  if (isMapping(value)) {
    throw new MillwrightError(
      'DVC_FILE_INVALID',
      `cmd of ${where} is a dictionary alone: write the program before it, such as 'python train.py \${…}'`,
    );
  }
  return textOf(value, `cmd of ${where}`);
}

/** One dependency a file; a file tracked as a whole anywhere loses its single keys. */
function mergeParams(list: readonly Value[], where: string): ParamsDependency[] {
  const whole = new Set<string>();
  for (const item of list) {
    if (!isMapping(item)) continue;
    for (const [path, keys] of item) if (keys === null || (Array.isArray(keys) && keys.length === 0)) whole.add(String(path));
  }
  const files = new Map<string, string[]>();
  const add = (path: string, keys: readonly string[]): void => {
    files.set(path, whole.has(path) ? [] : [...(files.get(path) ?? []), ...keys]);
  };
  for (const item of list) {
    if (!isMapping(item)) {
      if (!whole.has(defaultParamsFile)) add(defaultParamsFile, [textOf(item, `params of ${where}`)]);
      continue;
    }
    for (const [path, keys] of item) {
      if (keys !== null && !Array.isArray(keys)) {
        const text = `params of ${where}: the keys of '${String(path)}' must be a list, found ${typeName(keys)}: write them as [${String(keys)}]`;
        throw new MillwrightError('DVC_FILE_INVALID', text);
      }
      add(
        String(path),
        listOf(keys).map((key) => textOf(key, `params of ${where}`)),
      );
    }
  }
  return [...files].map(([path, keys]) => ({ path, keys }));
}

const plotProperties = new Set(['template', 'x', 'y', 'x_label', 'y_label', 'title', 'header']);
const annotationKeys = new Set(['desc', 'type', 'labels', 'meta']);

function outputsOf(list: readonly Value[], kind: StageOutput['kind'], where: string): StageOutput[] {
  const merged = new Map<string, Mapping>();
  for (const item of list) {
    const entries: [string, Value][] = isMapping(item)
      ? [...item].map(([path, flags]) => [String(path), flags])
      : [[textOf(item, where), null]];
    for (const [path, flags] of entries) {
      const all = merged.get(path) ?? new Map();
      // several plots of one file: their output options count together
      for (const part of Array.isArray(flags) ? flags : [flags]) if (isMapping(part)) for (const [key, value] of part) all.set(key, value);
      merged.set(path, all);
    }
  }
  return [...merged].map(([path, flags]) => {
    const remote = flags.get('remote');
    return {
      ...{ path, kind },
      cache: flags.get('cache') !== false,
      persist: flags.get('persist') === true,
      push: flags.get('push') !== false,
      remote: typeof remote === 'string' ? remote : undefined,
      annotations: new Map([...flags].filter(([key]) => annotationKeys.has(String(key)))),
      plot: kind === 'plots' ? new Map([...flags].filter(([key]) => plotProperties.has(String(key)))) : new Map(),
    };
  });
}
