import { isDirectoryHash } from '../../formats/dvc/entry.ts';
import { hasObject } from '../cache.ts';
import { fetchDirectories } from './fetch.ts';
import type { TransferBatch, TransferContext } from './transfer.ts';
import { algorithms, usedObjects, wholeDirectories } from './used-objects.ts';

/** `new`: only the cache has it; `deleted`: only the remote; `missing`: neither. */
export type CloudState = 'new' | 'deleted' | 'missing';

/**
 * What of the outputs the cache and the remote do not both have, by name; the files of directories singly. Brings directory objects that
 * only the remote has into the cache, as DVC does.
 */
export async function compareWithRemote(context: TransferContext, batch: TransferBatch): Promise<ReadonlyMap<string, CloudState>> {
  await fetchDirectories(context, batch);
  const states = new Map<string, CloudState>();
  for (const algorithm of algorithms) {
    const cache = context.caches(algorithm);
    const used = await usedObjects(batch.outputs, algorithm, context.caches, batch.store);
    const remote = await present(context, batch, used);
    // As with DVC, a directory that neither side can list is passed over
    const named = [...used.files, ...wholeDirectories(used).map(({ value, name }) => [value, [name]] as const)];
    for (const [value, names] of named) {
      const state = stateOf(hasObject(cache, value), remote.has(value));
      if (state !== undefined) for (const name of names) states.set(name, graver(state, states.get(name)));
    }
  }
  return states;
}

/**
 * Outputs whose objects the remote lacks, by name, folders with a slash at the end; files of folders only where asked for. Every object is
 * looked for by itself: this is how one finds a remote that lost some.
 */
export async function notInRemote(context: TransferContext, { store, outputs }: TransferBatch, isGranular: boolean): Promise<string[]> {
  const missing: string[] = [];
  for (const algorithm of algorithms) {
    const ofAlgorithm = outputs.filter(({ hash }) => hash.algorithm === algorithm);
    const named = ofAlgorithm
      .filter(({ includes }) => includes === undefined)
      .map(({ hash, name }) => [hash.value, isDirectoryHash(hash) ? `${name}/` : name] as const);
    const inside = isGranular
      ? await usedObjects(
          ofAlgorithm.filter(({ hash }) => isDirectoryHash(hash)),
          algorithm,
          context.caches,
          undefined,
        )
      : undefined;
    const all = [...named, ...[...(inside?.files ?? [])].flatMap(([value, names]) => names.map((name) => [value, name] as const))];
    const found = await store.existing(algorithm, [...new Set(all.map(([value]) => value))], context.signal);
    missing.push(...all.filter(([value]) => !found.has(value)).map(([, name]) => name));
  }
  return missing;
}

async function present(
  context: TransferContext,
  { store }: TransferBatch,
  used: Awaited<ReturnType<typeof usedObjects>>,
): Promise<ReadonlySet<string>> {
  const directories = await store.existing(
    used.algorithm,
    used.directories.map(({ value }) => value),
    context.signal,
  );
  const vouched = used.directories.filter(({ value }) => directories.has(value)).flatMap(({ files }) => files);
  const found = new Set([...directories, ...vouched]);
  const files = await store.existing(
    used.algorithm,
    [...used.files.keys()].filter((value) => !found.has(value)),
    context.signal,
  );
  return new Set([...found, ...files]);
}

/** A name that stands for several objects, of several revisions, has the gravest of their states. */
function graver(a: CloudState, b: CloudState | undefined): CloudState {
  const order = ['deleted', 'new', 'missing'] as const;
  return b === undefined || order.indexOf(a) > order.indexOf(b) ? a : b;
}

function stateOf(inCache: boolean, inRemote: boolean): CloudState | undefined {
  if (inCache === inRemote) return inCache ? undefined : 'missing';
  return inCache ? 'new' : 'deleted';
}
