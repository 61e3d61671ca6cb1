/** Entries of `.dvc` files ↔ mappings, in the order DVC writes their keys. */
import type { Annotations, DependencyEntry, Hash, HashAlgorithm, Meta, OutputEntry } from './entry.ts';
import { isMapping, type Key, type Mapping, type Value } from './value.ts';

export function readOutput(entry: Mapping): OutputEntry {
  return {
    ...readHashed(entry),
    cache: entry.get('cache') !== false,
    persist: entry.get('persist') === true,
    push: entry.get('push') !== false,
    remote: text(entry, 'remote'),
    annotations: readAnnotations(entry),
    ...(isSet(entry.get('metric')) ? { metric: true } : {}),
    ...(isSet(entry.get('plot')) ? { plot: true } : {}),
  };
}

export function readDependency(entry: Mapping): DependencyEntry {
  const repo = entry.get('repo');
  const db = entry.get('db');
  return { ...readHashed(entry), ...(isMapping(repo) ? { repo } : {}), ...(isMapping(db) ? { db } : {}) };
}

/** The fields that `.dvc` and `dvc.lock` share: path, hash and meta. */
export function readHashed(entry: Mapping): Pick<OutputEntry, 'path' | 'algorithm' | 'hash' | 'meta' | 'rest'> {
  const algorithm: HashAlgorithm = entry.get('hash') === 'md5' ? 'md5' : 'md5-dos2unix';
  const value = text(entry, 'md5')?.toLowerCase();
  const hash: Hash | undefined = value === undefined ? undefined : { algorithm, value };
  return { path: text(entry, 'path') ?? '', algorithm, hash, meta: readMeta(entry), rest: readRest(entry) };
}

function readMeta(entry: Mapping): Meta {
  const size = integer(entry, 'size');
  const nfiles = integer(entry, 'nfiles');
  const versionId = text(entry, 'version_id');
  const etag = text(entry, 'etag');
  const checksum = text(entry, 'checksum');
  return {
    ...(size === undefined ? {} : { size }),
    ...(nfiles === undefined ? {} : { nfiles }),
    ...(entry.get('isexec') === true ? { isexec: true } : {}),
    ...(versionId === undefined ? {} : { versionId }),
    ...(etag === undefined ? {} : { etag }),
    ...(checksum === undefined ? {} : { checksum }),
  };
}

function readAnnotations(entry: Mapping): Annotations {
  const desc = text(entry, 'desc');
  const type = text(entry, 'type');
  const labels = entry.get('labels');
  const meta = entry.get('meta');
  return {
    ...(desc === undefined ? {} : { desc }),
    ...(type === undefined ? {} : { type }),
    ...(Array.isArray(labels) ? { labels: labels.map(String) } : {}),
    ...(meta === undefined || meta === null ? {} : { meta }),
  };
}

function readRest(entry: Mapping): ReadonlyMap<string, Value> {
  const rest = new Map<string, Value>();
  for (const key of ['cloud', 'files', 'fs_config'] as const) {
    const value = entry.get(key);
    if (value !== undefined && value !== null) rest.set(key, value);
  }
  return rest;
}

export function writeOutput(output: OutputEntry): Mapping {
  const entry = writeHashed(output);
  const { desc, type, labels, meta } = output.annotations;
  set(entry, 'desc', desc === '' ? undefined : desc);
  set(entry, 'type', type === '' ? undefined : type);
  set(entry, 'labels', labels === undefined || labels.length === 0 ? undefined : [...labels]);
  set(entry, 'meta', isSet(meta) ? meta : undefined);
  if (!output.cache) entry.set('cache', false);
  if (output.metric === true) entry.set('metric', true);
  if (output.plot === true) entry.set('plot', true);
  if (output.persist) entry.set('persist', true);
  set(entry, 'remote', output.remote);
  if (!output.push) entry.set('push', false);
  set(entry, 'files', output.rest.get('files'));
  return entry;
}

export function writeDependency(dependency: DependencyEntry): Mapping {
  if (dependency.repo !== undefined && dependency.hash === undefined) {
    return new Map<Key, Value>([
      ['path', dependency.path],
      ['repo', dependency.repo],
    ]);
  }
  const entry = writeHashed(dependency);
  set(entry, 'repo', dependency.repo);
  set(entry, 'db', dependency.db);
  set(entry, 'files', dependency.rest.get('files'));
  return entry;
}

function writeHashed(source: Pick<OutputEntry, 'path' | 'algorithm' | 'hash' | 'meta' | 'rest'>): Mapping {
  const entry: Mapping = new Map();
  const { hash, meta, rest } = source;
  if (!rest.has('files')) {
    set(entry, 'md5', hash?.value);
    writeMeta(entry, meta);
    set(entry, 'cloud', rest.get('cloud'));
  }
  if (source.algorithm === 'md5' && (hash !== undefined || meta.etag === undefined)) entry.set('hash', 'md5');
  entry.set('path', source.path);
  set(entry, 'fs_config', rest.get('fs_config'));
  return entry;
}

export function writeMeta(entry: Mapping, meta: Meta): void {
  set(entry, 'size', meta.size);
  set(entry, 'nfiles', meta.nfiles);
  set(entry, 'isexec', meta.isexec === true ? true : undefined);
  set(entry, 'version_id', meta.versionId);
  set(entry, 'etag', meta.etag);
  set(entry, 'checksum', meta.checksum);
}

function set(entry: Mapping, key: string, value: Value | undefined): void {
  if (value !== undefined) entry.set(key, value);
}

/** Python's truth: DVC leaves empty annotations out. */
function isSet(value: Value | undefined): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isMapping(value)) return value.size > 0;
  return value !== undefined && value !== null && value !== false && value !== '' && value !== 0;
}

function text(entry: Mapping, key: string): string | undefined {
  const value = entry.get(key);
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function integer(entry: Mapping, key: string): number | undefined {
  const value = entry.get(key);
  return typeof value === 'number' ? value : undefined;
}
