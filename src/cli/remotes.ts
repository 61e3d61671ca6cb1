import { availableParallelism } from 'node:os';
import type { Repository } from '../data/index.ts';
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
