/**
 * What a `.dvc`, `dvc.yaml` or `dvc.lock` file says of one output or dependency, as values. The codec of `.dvc` files is in
 * `entry-codec.ts`; `dvc.lock` orders the same fields differently.
 */

import type { Mapping, Value } from './value.ts';

/** `md5-dos2unix` is what 2.x repositories used: an entry without `hash:` has it, and its objects lie in another folder of the cache. */
export type HashAlgorithm = 'md5' | 'md5-dos2unix';

/** `value` is 32 lower-case hex characters, followed by `.dir` for a directory. */
export interface Hash {
  readonly algorithm: HashAlgorithm;
  readonly value: string;
}

export interface Meta {
  /** In bytes; of all files together for a directory. */
  readonly size?: number;
  /** Present for directories only. */
  readonly nfiles?: number;
  readonly isexec?: boolean;
  readonly versionId?: string;
  readonly etag?: string;
  readonly checksum?: string;
}

/** Fields that carry no meaning for hashes; kept as they were read. */
export interface Annotations {
  readonly desc?: string;
  readonly type?: string;
  readonly labels?: readonly string[];
  readonly meta?: Value;
}

export interface OutputEntry {
  /** As written: POSIX, relative to the stage's `wdir`, or absolute. */
  readonly path: string;
  /** The algorithm this output is hashed with, known also where nothing has been hashed yet. */
  readonly algorithm: HashAlgorithm;
  /** Undefined where nothing has been hashed yet. */
  readonly hash: Hash | undefined;
  readonly meta: Meta;
  /** `cache: false` keeps the output out of the cache and out of `.gitignore`. */
  readonly cache: boolean;
  readonly persist: boolean;
  /** `push: false` excludes the output from `push`. */
  readonly push: boolean;
  /** The remote this output goes to instead of the default one. */
  readonly remote: string | undefined;
  readonly annotations: Annotations;
  /** Set for outputs listed under `metrics:` and `plots:` of a stage. */
  readonly metric?: boolean;
  readonly plot?: boolean;
  /** `cloud:`, `files:`, `fs_config:`: pass through unread. */
  readonly rest: ReadonlyMap<string, Value>;
}

/** What an output is that its entry says nothing more of. */
export const plainOutput = { cache: true, persist: false, push: true, remote: undefined, annotations: {} } as const;

export interface DependencyEntry {
  readonly path: string;
  readonly algorithm: HashAlgorithm;
  readonly hash: Hash | undefined;
  readonly meta: Meta;
  /** Set for a dependency on another repository (`dvc import`). */
  readonly repo?: Mapping;
  readonly db?: Mapping;
  /** `cloud:`, `files:`, `fs_config:`: pass through unread. */
  readonly rest: ReadonlyMap<string, Value>;
}

export function isDirectoryHash(hash: Hash): boolean {
  return hash.value.endsWith('.dir');
}

export function sameHash(a: Hash | undefined, b: Hash | undefined): boolean {
  return a?.value === b?.value && a?.algorithm === b?.algorithm;
}
