import { objectPath } from '../cache.ts';
import { MillwrightError } from '../../errors.ts';
import type { HashAlgorithm } from '../../formats/dvc/entry.ts';
import { objectsIn, removeObjects } from './folder-store.ts';
import { removeLeftOvers } from './left-overs.ts';
import type { ObjectStore } from './object-store.ts';
import type { TransferContext } from './transfer.ts';
import { algorithms, usedObjects, type UsedOutput } from './used-objects.ts';

/** The objects to keep, by algorithm. */
export type KeptObjects = ReadonlyMap<HashAlgorithm, ReadonlySet<string>>;

/**
 * All objects that the outputs consist of.
 * @param isForced go on where the cache lacks a directory object, so that its files cannot be kept
 */
export async function keptObjects(context: TransferContext, outputs: readonly UsedOutput[], isForced: boolean): Promise<KeptObjects> {
  const kept = new Map<HashAlgorithm, ReadonlySet<string>>();
  for (const algorithm of algorithms) {
    const { files, unreadable } = await usedObjects(outputs, algorithm, context.caches, undefined);
    if (unreadable[0] !== undefined && !isForced) throw lost(unreadable[0].name);
    const named = outputs.filter(({ hash }) => hash.algorithm === algorithm).map(({ hash }) => hash.value);
    kept.set(algorithm, new Set([...named, ...files.keys()]));
  }
  return kept;
}

function lost(name: string): MillwrightError {
  return new MillwrightError(
    'DATA_ERROR',
    `Missing cache for directory '${name}'. Cache for files inside will be lost. Fetch it first, or use '-f' to go on.`,
  );
}

/** Leaves out of `kept` what a remote has too: for `--not-in-remote`, which frees what can be fetched again. */
export async function keptNotIn(context: TransferContext, kept: KeptObjects, store: ObjectStore): Promise<KeptObjects> {
  const rest = new Map<HashAlgorithm, ReadonlySet<string>>();
  for (const [algorithm, values] of kept) {
    const there = await store.existing(algorithm, [...values], context.signal);
    rest.set(algorithm, new Set([...values].filter((value) => !there.has(value))));
  }
  return rest;
}

export interface GarbageOptions {
  readonly isDry: boolean;
  /** Told the path of every object that is removed, or would be. */
  readonly removing: (path: string) => void;
}

/** Removes from the cache all but the kept objects of an algorithm. @returns how many */
export function collectFromCache(context: TransferContext, algorithm: HashAlgorithm, kept: KeptObjects, options: GarbageOptions): number {
  const cache = context.caches(algorithm);
  const garbage = objectsIn(cache).filter((value) => !kept.get(algorithm)!.has(value));
  for (const value of directoriesFirst(garbage)) options.removing(objectPath(cache, value));
  if (!options.isDry) {
    removeObjects(cache, garbage);
    removeLeftOvers(cache);
  }
  return garbage.length;
}

/** As {@link collectFromCache}, in a remote. */
export async function collectFromRemote(
  context: TransferContext,
  store: ObjectStore,
  kept: KeptObjects,
  options: GarbageOptions,
): Promise<number> {
  let removed = 0;
  for (const algorithm of algorithms) {
    const garbage = directoriesFirst((await store.all(algorithm, context.signal)).filter((value) => !kept.get(algorithm)!.has(value)));
    const folder = algorithm === 'md5' ? `${store.place}/files/md5` : store.place;
    for (const value of garbage) options.removing(`${folder}/${value.slice(0, 2)}/${value.slice(2)}`);
    removed += garbage.length;
    if (options.isDry) continue;
    // One after the other: a directory object that is still there promises its files.
    await store.remove(
      algorithm,
      garbage.filter((value) => value.endsWith('.dir')),
      context.signal,
    );
    await store.remove(
      algorithm,
      garbage.filter((value) => !value.endsWith('.dir')),
      context.signal,
    );
  }
  return removed;
}

function directoriesFirst(values: readonly string[]): string[] {
  return values.toSorted((a, b) => Number(b.endsWith('.dir')) - Number(a.endsWith('.dir')) || (a < b ? -1 : 1));
}
