import { hasObject } from '../cache.ts';
import { MillwrightError } from '../../errors.ts';
import type { ObjectStore } from './object-store.ts';
import { warnMissing, withProgress, type TransferBatch, type TransferContext } from './transfer.ts';
import { algorithms, usedObjects, wholeDirectories, type UsedDirectory, type UsedObjects } from './used-objects.ts';

/**
 * Copies to a remote what it lacks of the outputs: all files, then each directory object whose files are all there. Killed at any moment,
 * it leaves whole objects, and the next push goes on from there. What neither side has is warned about.
 * @returns how many objects were copied
 */
export async function push(context: TransferContext, { store, outputs }: TransferBatch): Promise<number> {
  let pushed = 0;
  for (const algorithm of algorithms)
    pushed += await pushObjects(context, store, await usedObjects(outputs, algorithm, context.caches, store));
  return pushed;
}

async function pushObjects(context: TransferContext, store: ObjectStore, used: UsedObjects): Promise<number> {
  const plan = await planPush(context, store, used);
  warnMissing(context, plan.missing);
  const total = plan.files.length + plan.directories.length;
  if (total === 0) return 0;
  const cache = context.caches(used.algorithm);
  let pushed = 0;
  try {
    await withProgress(context, `Pushing to ${store.place}`, total, async (done) => {
      const work = { signal: context.signal, done: () => ((pushed += 1), done()) };
      await store.upload(cache, plan.files, work);
      await store.upload(cache, plan.directories, work);
    });
  } catch (error) {
    throw interrupted(error, `${pushed} of ${total} files had been pushed`);
  }
  return pushed;
}

interface PushPlan {
  readonly files: readonly string[];
  readonly directories: readonly string[];
  readonly missing: readonly string[];
}

async function planPush(context: TransferContext, store: ObjectStore, used: UsedObjects): Promise<PushPlan> {
  const { algorithm } = used;
  const directories = wholeDirectories(used);
  const present = await store.existing(
    algorithm,
    [...directories, ...used.unreadable].map(({ value }) => value),
    context.signal,
  );
  // A directory object on the remote vouches for its files.
  const vouched = new Set(used.directories.filter(({ value }) => present.has(value)).flatMap(({ files }) => files));
  const unknown = [...used.files.keys()].filter((value) => !vouched.has(value));
  const there = await store.existing(algorithm, unknown, context.signal);
  const cache = context.caches(algorithm);
  const absent = unknown.filter((value) => !there.has(value));
  const files = absent.filter((value) => hasObject(cache, value));
  const missing = new Set(absent);
  for (const value of files) missing.delete(value);
  const isComplete = (directory: UsedDirectory): boolean => !directory.files.some((value) => missing.has(value));
  const toPush = directories.filter(({ value }) => !present.has(value) && hasObject(cache, value));
  return {
    files,
    directories: toPush.filter(isComplete).map(({ value }) => value),
    missing: [...used.unreadable.map(({ value }) => value), ...missing],
  };
}

/** Adds how far a transfer came; every object that arrived is whole. */
export function interrupted(error: unknown, progress: string): unknown {
  if (!(error instanceof MillwrightError)) return error;
  return new MillwrightError(error.code, `${error.message} (${progress}: run it again to go on)`, { cause: error });
}
