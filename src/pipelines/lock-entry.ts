/** A stage ↔ its entry of dvc.lock. */
import type { DependencyEntry, OutputEntry } from '../formats/dvc/entry.ts';
import { readHashed, writeMeta } from '../formats/dvc/entry-codec.ts';
import { defaultParamsFile } from '../formats/dvc/stage-definition.ts';
import { isMapping, type Mapping } from '../formats/dvc/value.ts';
import { compareCodePoints } from '../lib/code-points.ts';
import type { Stage } from './stage.ts';

/** What the lock says of the `deps` or `outs` of a stage, by path. */
export function lockedPaths(entry: Mapping | undefined, section: 'deps' | 'outs'): Map<string, ReturnType<typeof readHashed>> {
  const list = entry?.get(section);
  const found = new Map<string, ReturnType<typeof readHashed>>();
  for (const item of Array.isArray(list) ? list : []) {
    if (!isMapping(item)) continue;
    const hashed = readHashed(item);
    found.set(hashed.path, hashed);
  }
  return found;
}

/** The values the lock holds for one parameters file, narrowed to `keys` where there are any. */
export function lockedParams(entry: Mapping | undefined, path: string, keys: readonly string[]): Mapping | undefined {
  const files = entry?.get('params');
  const values = isMapping(files) ? files.get(path) : undefined;
  if (!isMapping(values)) return undefined;
  return keys.length === 0 ? values : new Map([...values].filter(([key]) => keys.includes(String(key))));
}

/** The entry as DVC writes it: items by path, parameters by file with params.yaml first, their keys sorted at the top. */
export function lockEntryOf(stage: Stage): Mapping {
  const entry: Mapping = new Map();
  entry.set('cmd', typeof stage.cmd === 'string' ? stage.cmd : [...(stage.cmd ?? [])]);
  if (stage.deps.length > 0) entry.set('deps', byPath(stage.deps.map((dep) => dep.entry)).map(lockItem));
  const params = paramsSection(stage);
  if (params.size > 0) entry.set('params', params);
  if (stage.outs.length > 0) entry.set('outs', byPath(stage.outs.map((out) => out.entry)).map(lockItem));
  return entry;
}

function byPath<T extends { readonly path: string }>(items: readonly T[]): T[] {
  return items.toSorted((a, b) => compareCodePoints(a.path, b.path));
}

function lockItem(item: OutputEntry | DependencyEntry): Mapping {
  const mapping: Mapping = new Map([['path', item.path]]);
  if (item.algorithm === 'md5') mapping.set('hash', 'md5');
  const files = item.rest.get('files');
  if (files !== undefined) {
    mapping.set('files', files);
    return mapping;
  }
  if (item.hash !== undefined) mapping.set('md5', item.hash.value);
  writeMeta(mapping, item.meta);
  const cloud = item.rest.get('cloud');
  if (cloud !== undefined) mapping.set('cloud', cloud);
  return mapping;
}

function paramsSection(stage: Stage): Mapping {
  const section: Mapping = new Map();
  const sorted = byPath(stage.params);
  for (const params of [...sorted.filter(isDefault), ...sorted.filter((item) => !isDefault(item))]) {
    if (params.recorded === undefined) continue;
    const entries = [...params.recorded].toSorted(([a], [b]) => compareCodePoints(String(a), String(b)));
    section.set(params.path, new Map(entries));
  }
  return section;
}

function isDefault(params: { readonly path: string }): boolean {
  return params.path === defaultParamsFile;
}
