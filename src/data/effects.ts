import type { GitFinder } from '../backends/git/git.ts';
import type { Locks } from '../backends/locks/locks.ts';

/** What the data layer may touch besides the files of the repository and its cache. */
export interface DataEffects {
  /** For `DVC_…` variables and the folders of DVC's configuration. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where hashes of unchanged files are remembered; never the work tree. */
  readonly userCacheDir: string;
  readonly git: GitFinder;
  readonly locks: Locks;
  readonly signal: AbortSignal;
  /** The script that reads, hashes and copies files in a thread of its own. */
  readonly fileWorker: string;
  /** Makes all that was written to the file system of a folder durable; false where that cannot be done in one call. */
  readonly syncFileSystem: (folder: string) => boolean;
  readonly progress: ProgressSink;
  /** One line for the user that is no error. */
  readonly warn: (message: string) => void;
}

export interface ProgressSink {
  /** @param total the number of units, or undefined where it is not known yet */
  start(label: string, unit: 'files' | 'bytes', total: number | undefined): Progress;
}

export interface Progress {
  advance(units: number): void;
  finish(): void;
}
