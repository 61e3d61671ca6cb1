/** Composition root of the local commands, DVC's verbs and `repro`: a work tree, its `.dvc/` and cache; no database, no server. */
import type { Blobs, BlobsLocation } from './backends/blobs/port.ts';
import type { Compute } from './backends/compute/port.ts';
import { processCompute } from './backends/compute/process.ts';
import { createFileSystemSync } from './backends/disk/syncfs.ts';
import { createGitFinder, initGitRepository } from './backends/git/git-binary.ts';
import { createLocks } from './backends/locks/flock.ts';
import type { Config } from './config.ts';
import type { DataEffects, ProgressSink } from './data/effects.ts';
import { openRepository, type Repository } from './data/repository.ts';
import { randomIds, type Ids } from './lib/ids.ts';
import { systemClock, type Clock } from './lib/time.ts';
import { runtimeFile } from './runtime-files.ts';

export interface LocalApp {
  readonly repository: Repository;
  readonly compute: Compute;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Remembers the hashes that were learnt and ends what still runs. */
  close(): Promise<void>;
}

export interface LocalSurroundings {
  readonly cwd: string;
  readonly config: Config;
  readonly signal: AbortSignal;
  readonly warn: (message: string) => void;
  readonly progress: ProgressSink;
}

/** What the data layer needs of this process. */
export function localEffects({ config, signal, warn, progress }: Omit<LocalSurroundings, 'cwd'>): DataEffects {
  return {
    env: config.env,
    userCacheDir: config.userCacheDir,
    git: createGitFinder(config.env),
    locks: createLocks(),
    signal,
    fileWorker: runtimeFile('workers/files.js'),
    syncFileSystem: createFileSystemSync(),
    progress,
    warn,
  };
}

/** A store that the repository's configuration names: its code is loaded with the first. */
export async function openBlobs(location: BlobsLocation): Promise<Blobs> {
  const blobs = await import('./backends/blobs/open.ts');
  return blobs.openBlobs(location);
}

/** Makes an empty Git repository of an existing folder. */
export function initGit(folder: string, config: Config): Promise<void> {
  return initGitRepository(folder, config.env);
}

/** Opens the repository around `cwd`. Throws NOT_A_REPOSITORY, DVC_CONFIG_INVALID. */
export function openLocalApp(surroundings: LocalSurroundings): LocalApp {
  const repository = openRepository(surroundings.cwd, localEffects(surroundings));
  const compute = processCompute(systemClock);
  return {
    repository,
    compute,
    clock: systemClock,
    ids: randomIds,
    close: async () => {
      repository.state.flush();
      await compute.close();
    },
  };
}
