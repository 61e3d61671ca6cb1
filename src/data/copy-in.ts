import { hashPath } from './hash.ts';
import { MillwrightError } from '../errors.ts';
import { applyCheckout, planCheckout } from './checkout.ts';
import type { OutputEntry, TrackedOutput } from './output.ts';
import type { Repository } from './repository.ts';
import { recorded } from './save-output.ts';
import type { ScmChanges } from './scm-changes.ts';

/** `add --out`: takes the data into the cache from where it is, and checks it out to its new place. */
export async function copyIn(
  repository: Repository,
  source: string,
  output: TrackedOutput,
  name: string,
  changes: ScmChanges,
): Promise<OutputEntry> {
  const saved = await hashPath(repository, source, 'md5', { keep: true });
  if (saved === undefined) throw new MillwrightError('DATA_ERROR', `'${source}' does not exist: nothing to add as '${name}'`);
  const entry = recorded(output.entry, saved);
  const plan = await planCheckout(repository, { ...output, entry }, { relink: false });
  await applyCheckout(repository, plan);
  await changes.ignore(output.path);
  return entry;
}
