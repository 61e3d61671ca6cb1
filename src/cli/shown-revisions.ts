/** What `metrics` and `params` read of revisions. */
import { join, relative, resolve } from 'node:path';
import type { Repository } from '../data/index.ts';
import { MillwrightError } from '../errors.ts';
import { atRevision, type Shown, type Tree } from '../pipelines/index.ts';
import type { Io } from './command.ts';

/** As DVC has it, a revision whose pipelines cannot be read is warned about, and holds nothing for the comparison. */
export async function readableAt(repository: Repository, revision: string, read: (tree: Tree) => Shown): Promise<Shown> {
  try {
    return await atRevision(repository, revision, read);
  } catch (error) {
    if (!(error instanceof MillwrightError) || error.code !== 'DVC_FILE_INVALID') throw error;
    repository.effects.warn(`the revision '${revision}' is left out: ${error.message}`);
    return new Map();
  }
}

/** Paths given by the user, relative to the root of the repository. */
export function rootPaths(repository: Repository, targets: readonly string[], io: Io): string[] {
  return targets.map((target) => relative(repository.root, resolve(io.cwd, target)) || '.').map((path) => join(path));
}
