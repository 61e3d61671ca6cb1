import type { DataEffects } from '../effects.ts';
import type { Caches, UsedOutput } from './used-objects.ts';
import type { ObjectStore } from './object-store.ts';

/** What push, fetch and their kin work with. */
export interface TransferContext extends Pick<DataEffects, 'signal' | 'progress' | 'warn'> {
  readonly caches: Caches;
  /** The root of the cache, where `runs/` lies. */
  readonly cacheDir: string;
}

/** The outputs of a command that go to one remote. */
export interface TransferBatch {
  readonly store: ObjectStore;
  readonly outputs: readonly UsedOutput[];
}

/** Shows progress by files; for a batch that is over at once nothing is shown. */
export async function withProgress<T>(
  context: TransferContext,
  label: string,
  total: number,
  work: (done: () => void) => Promise<T>,
): Promise<T> {
  const progress = context.progress.start(label, 'files', total);
  try {
    return await work(() => progress.advance(1));
  } finally {
    progress.finish();
  }
}

/** As DVC words it; nothing is lost, so no error. */
export function warnMissing(context: TransferContext, missing: readonly string[]): void {
  if (missing.length === 0) return;
  const lines = missing.map((value) => `md5: ${value}`).join('\n');
  context.warn(`Some of the cache files do not exist neither locally nor on remote. Missing cache files:\n${lines}`);
}
