import { withRepositoryLock } from '../data/locking.ts';
import { collectChanges } from '../data/scm-changes.ts';
import type { EditContext } from './edit-stage.ts';

export interface Edited<T> {
  readonly result: T;
  /** Files for the user to add to Git. */
  readonly unstaged: readonly string[];
}

/** Runs an edit of stage files with the repository locked; what it let Git ignore is taken back where it fails. */
export async function editStages<T>(context: Omit<EditContext, 'changes'>, edit: (context: EditContext) => Promise<T>): Promise<Edited<T>> {
  return withRepositoryLock(context.repository, async () => {
    const changes = collectChanges(context.repository);
    try {
      const result = await edit({ ...context, changes });
      return { result, unstaged: await changes.finish(context.cwd) };
    } catch (error) {
      changes.rollBack('unsettled');
      throw error;
    }
  });
}
