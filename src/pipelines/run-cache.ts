/**
 * The run cache: what a command made of the same dependencies before, by hashes that DVC computes alike.
 * `<cache>/runs/<kk>/<key>/<value>` holds a lock entry; the key leaves out what its outputs were.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeWholeOrLost } from '../data/cache.ts';
import type { Repository } from '../data/repository.ts';
import { errnoOf } from '../errors.ts';
import { pythonJson } from '../formats/dvc/python-json.ts';
import { isMapping, type Mapping, type Value } from '../formats/dvc/value.ts';
import { emitYaml, parseYaml } from '../formats/dvc/yaml.ts';
import { isCallback, type Stage } from './stage.ts';

/** Only such stages can be looked up and kept. */
export function isRunCacheable(stage: Stage, root: string): boolean {
  if (isCallback(stage) || stage.alwaysChanged || stage.cmd === undefined) return false;
  if (stage.deps.length + stage.params.length === 0 || stage.outs.length === 0) return false;
  if (stage.deps.some(({ path }) => path.includes('://'))) return false;
  return stage.outs.every(({ path, entry }) => !entry.persist && path.startsWith(`${root}/`));
}

/** The newest entry for the command and dependencies of `entry`; its outputs do not count. */
export function findRun(repository: Repository, entry: Mapping): Mapping | undefined {
  const folder = keyFolder(repository, runKey(entry));
  const names = filesIn(folder);
  const newest = names.map((name) => ({ path: join(folder, name), at: modifiedAt(join(folder, name)) })).toSorted((a, b) => b.at - a.at)[0];
  return newest === undefined ? undefined : readRun(repository, newest.path);
}

/** Keeps `entry` unless it is there; returns what is kept. */
export function keepRun(repository: Repository, entry: Mapping): Mapping {
  const path = join(keyFolder(repository, runKey(entry)), sha256(entry));
  const known = statSync(path, { throwIfNoEntry: false }) === undefined ? undefined : readRun(repository, path);
  if (known !== undefined) return known;
  mkdirSync(dirname(path), { recursive: true });
  writeWholeOrLost(path, Buffer.from(emitYaml(entry)));
  return entry;
}

export function runKey(entry: Mapping): string {
  const outs = entry.get('outs');
  const paths = (Array.isArray(outs) ? outs : []).map((out) => (isMapping(out) ? (out.get('path') ?? null) : null));
  return sha256(new Map(entry).set('outs', paths));
}

function sha256(entry: Mapping): string {
  return createHash('sha256')
    .update(pythonJson(withoutSizes(entry)))
    .digest('hex');
}

function withoutSizes(value: Value): Value {
  if (Array.isArray(value)) return value.map(withoutSizes);
  if (!isMapping(value)) return value;
  return new Map([...value].filter(([key]) => key !== 'size' && key !== 'nfiles').map(([key, item]) => [key, withoutSizes(item)]));
}

function keyFolder(repository: Repository, key: string): string {
  return join(repository.cacheDir, 'runs', key.slice(0, 2), key);
}

function readRun(repository: Repository, path: string): Mapping | undefined {
  const text = readFileSync(path, 'utf8');
  // What a power cut may leave of an entry that was just written
  if (text === '') return undefined;
  const value = parseYaml(text, path);
  if (isMapping(value) && value.has('cmd')) return value;
  repository.effects.warn(`the run cache entry '${path}' is damaged and is not used: remove it`);
  return undefined;
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => !name.endsWith('.tmp'));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

function modifiedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
