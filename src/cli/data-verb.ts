/** What DVC's data verbs share: the locked repository, what Git should know at the end, DVC's exit code 1. */
import { collectChanges, ensurePrivateFolders, withRepositoryLock, type Repository, type ScmChanges } from '../data/index.ts';
import { MillwrightError, type ErrorCode } from '../errors.ts';
import type { Io } from './command.ts';
import { gitHint, withLocalApp } from './local.ts';

/** Runs `work` on the repository around the working directory, alone. */
export async function withRepository<T>(
  io: Io,
  options: { readonly quiet?: boolean },
  work: (repository: Repository) => Promise<T>,
): Promise<T> {
  return withLocalApp(io, options, ({ repository }) => {
    ensurePrivateFolders(repository);
    return withRepositoryLock(repository, () => work(repository));
  });
}

/**
 * Runs a verb that changes files: stages or names them at the end, and takes back its `.gitignore` lines where it fails.
 * (`commit`, `remove` and `freeze` stage nothing, `core.autostage` or not, as with DVC.)
 */
export async function withChanges<T>(
  io: Io,
  repository: Repository,
  verb: { readonly isQuiet: boolean; readonly leavesStaging?: boolean },
  work: (changes: ScmChanges) => Promise<T>,
): Promise<T> {
  const changes = collectChanges(repository);
  try {
    const result = await work(changes);
    if (verb.leavesStaging === true) return result;
    const unstaged = await changes.finish(io.cwd);
    if (!verb.isQuiet) io.stdout(gitHint(unstaged));
    return result;
  } catch (error) {
    changes.rollBack(error instanceof MillwrightError && error.code === 'DATA_ERROR' ? 'all' : 'unsettled');
    throw error;
  }
}

/** Most verbs of DVC end with 1, not 255, when they refuse. */
export function endingWithOne<T>(prefix: string, work: () => Promise<T>): Promise<T> {
  return refusedWithOne(['DATA_ERROR'], prefix, work);
}

/** The verbs of transfer, and `status`, also end with 1 where a file or the remote's configuration is wrong: to be called in an open repository. */
export function endingAlwaysWithOne<T>(work: () => Promise<T>): Promise<T> {
  return refusedWithOne(['DATA_ERROR', 'DVC_FILE_INVALID', 'DVC_CONFIG_INVALID'], '', work);
}

async function refusedWithOne<T>(codes: readonly ErrorCode[], prefix: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof MillwrightError) || !codes.includes(error.code)) throw error;
    throw new MillwrightError('VERB_FAILED', `${prefix}${error.message}`, {
      cause: error,
      ...(error.details === undefined ? {} : { details: error.details }),
    });
  }
}
