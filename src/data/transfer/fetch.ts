import { hasObject } from '../cache.ts';
import { removeLeftOvers } from './left-overs.ts';
import { interrupted } from './push.ts';
import type { ObjectStore } from './object-store.ts';
import { warnMissing, withProgress, type TransferBatch, type TransferContext } from './transfer.ts';
import { algorithms, usedObjects, wholeDirectories, type UsedObjects } from './used-objects.ts';

export interface FetchResult {
  readonly fetched: number;
  /** Objects that neither the cache nor the remote has; a warning has named them. */
  readonly missing: readonly string[];
}

/** Copies to the cache what it lacks of the outputs. Killed at any moment, it leaves whole objects, and the next fetch goes on from there. */
export async function fetch(context: TransferContext, { store, outputs }: TransferBatch): Promise<FetchResult> {
  let fetched = 0;
  const missing: string[] = [];
  for (const algorithm of algorithms) {
    const result = await fetchObjects(context, store, await usedObjects(outputs, algorithm, context.caches, store));
    fetched += result.fetched;
    missing.push(...result.missing);
  }
  return { fetched, missing };
}

async function fetchObjects(context: TransferContext, store: ObjectStore, used: UsedObjects): Promise<FetchResult> {
  const cache = context.caches(used.algorithm);
  const lacking = (values: Iterable<string>): string[] => [...values].filter((value) => !hasObject(cache, value));
  const files = lacking(used.files.keys());
  // Also of a directory of which only some files were asked for: checkout needs it to know their names.
  const directories = lacking(new Set(used.directories.map(({ value }) => value)));
  const total = files.length + directories.length;
  let fetched = 0;
  const missing = used.unreadable.map(({ value }) => value);
  try {
    await withProgress(context, `Fetching from ${store.place}`, total, async (done) => {
      const work = { signal: context.signal, done: () => ((fetched += 1), done()) };
      missing.push(...(await store.download(cache, files, work)), ...(await store.download(cache, directories, work)));
    });
  } catch (error) {
    throw interrupted(error, `${fetched} of ${total} files had been fetched`);
  }
  if (fetched > 0) removeLeftOvers(cache);
  warnMissing(context, missing);
  return { fetched, missing };
}

/** Fetches the directory objects alone, so that the files of the outputs can be named. */
export async function fetchDirectories(context: TransferContext, { store, outputs }: TransferBatch): Promise<void> {
  for (const algorithm of algorithms) {
    const cache = context.caches(algorithm);
    const used = await usedObjects(outputs, algorithm, context.caches, store);
    const lacking = wholeDirectories(used).filter(({ value }) => !hasObject(cache, value));
    await store.download(
      cache,
      lacking.map(({ value }) => value),
      { signal: context.signal, done: () => undefined },
    );
  }
}
