import type { HashAlgorithm } from '../../formats/dvc/entry.ts';
import type { Cache } from '../cache.ts';

/**
 * The objects and the run cache of a remote, in DVC's layout: `files/md5/xx/…` for 3.x, `xx/…` for 2.x, `runs/kk/key/value`.
 * A directory object (`….dir`) is there only if all its files are: it is written after them and deleted before them, and whoever
 * finds it need not look for them.
 */
export interface ObjectStore {
  /** For messages. */
  readonly place: string;
  /** Those of `values` that the store has. */
  existing(algorithm: HashAlgorithm, values: readonly string[], signal: AbortSignal): Promise<ReadonlySet<string>>;
  /** All that the store has. */
  all(algorithm: HashAlgorithm, signal: AbortSignal): Promise<string[]>;
  /** The bytes of a small object, such as that of a directory; undefined where it is absent. */
  read(algorithm: HashAlgorithm, value: string): Promise<Buffer | undefined>;
  /** Copies objects of the cache, verifying them on the way; whole or absent at any moment, durable on return. */
  upload(cache: Cache, values: readonly string[], work: TransferWork): Promise<void>;
  /** Copies objects into the cache, verified. @returns those that the store does not have */
  download(cache: Cache, values: readonly string[], work: TransferWork): Promise<readonly string[]>;
  remove(algorithm: HashAlgorithm, values: readonly string[], signal: AbortSignal): Promise<void>;
  /** `kk/key/value` of every entry of the run cache. */
  runs(signal: AbortSignal): Promise<string[]>;
  readRun(name: string): Promise<Buffer | undefined>;
  writeRun(name: string, content: Buffer): Promise<void>;
  close(): Promise<void>;
}

export interface TransferWork {
  readonly signal: AbortSignal;
  /** Told after every object that has arrived. */
  readonly done: (value: string) => void;
}

/** Whether `value` can be the name of an object; what else lies in a cache or a remote is not ours. */
export function isObjectName(value: string): boolean {
  return /^[0-9a-f]{32}(?:\.dir)?$/.test(value);
}

export function isRunName(name: string): boolean {
  return /^[0-9a-f]{2}\/[0-9a-f]{64}\/[0-9a-f]{64}$/.test(name);
}
