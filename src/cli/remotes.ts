import { availableParallelism } from 'node:os';
import { MillwrightError } from '../errors.ts';
import { decodeTree, type ListInRemote, type Repository } from '../data/index.ts';
import { blobStore, folderStore, remoteOf, type ObjectStore, type TransferContext } from '../data/transfer/index.ts';
import { openBlobs } from '../local-app.ts';

/** @param jobs requests at a time, where the user says */
export async function openRemote(repository: Repository, name: string, jobs: number | undefined): Promise<ObjectStore> {
  const remote = remoteOf(repository.config.remotes, name, repository.effects.env);
  if (remote.location.kind === 'filesystem') return folderStore(remote.location.root, repository.files);
  return blobStore(remote.url, await openBlobs(remote.location), jobs ?? remote.jobs ?? 4 * availableParallelism());
}

export function transferContext(repository: Repository): TransferContext {
  return { ...repository.effects, caches: repository.cache, cacheDir: repository.cacheDir };
}

/** Runs `work` with a look at the remotes for folders that the cache cannot list; without a remote, or off line, it sees none. */
export async function listingRemotes<T>(repository: Repository, work: (list: ListInRemote) => Promise<T>): Promise<T> {
  const stores = new Map<string, ObjectStore | undefined>();
  const storeOf = async (name: string): Promise<ObjectStore | undefined> => {
    if (!stores.has(name)) stores.set(name, await openRemote(repository, name, undefined));
    return stores.get(name);
  };
  const list: ListInRemote = async ({ hash, remote = repository.config.remote }) => {
    if (hash === undefined || remote === undefined) return undefined;
    try {
      const bytes = await (await storeOf(remote))?.read(hash.algorithm, hash.value);
      return bytes === undefined ? undefined : decodeTree(bytes);
    } catch (error) {
      if (!(error instanceof MillwrightError)) throw error;
      stores.set(remote, undefined);
      repository.effects.warn(`the remote '${remote}' is not looked into: ${error.message}`);
      return undefined;
    }
  };
  try {
    return await work(list);
  } finally {
    for (const store of stores.values()) await store?.close();
  }
}
