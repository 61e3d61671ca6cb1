import { relative } from 'node:path';
import type { Repository, TrackedOutput } from '../data/index.ts';
import { byRemote, defaultRemote, fetch, fetchRunCache, type ObjectStore } from '../data/transfer/index.ts';
import type { PullData } from '../pipelines/index.ts';
import { openRemote, transferContext } from './remotes.ts';

/** What `repro --pull` brings from the remotes. */
export function pullDataOf(repository: Repository, cwd: string): PullData {
  const context = transferContext(repository);
  const withRemote = async <T>(name: string, work: (store: ObjectStore) => Promise<T>): Promise<T> => {
    const store = await openRemote(repository, name, undefined);
    return work(store).finally(() => store.close());
  };
  return {
    runCache: async () => void (await withRemote(defaultRemote(repository), (store) => fetchRunCache(context, store))),
    objects: async (outputs: readonly TrackedOutput[]) => {
      let missing = 0;
      const wanted = outputs.flatMap(({ path, entry }) => {
        const { hash, push, remote } = entry;
        return hash === undefined ? [] : [{ hash, push, remote, entry, isImport: false, name: relative(cwd, path) }];
      });
      for (const [name, group] of byRemote(repository, wanted, undefined)) {
        missing += (await withRemote(name, (store) => fetch(context, { store, outputs: group }))).missing.length;
      }
      return missing === 0 && wanted.length === outputs.length;
    },
  };
}
