import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { unprotect } from './link.ts';
import { stagingFolder } from './save-output.ts';
import type { TrackedOutput } from './output.ts';
import type { Repository } from './repository.ts';
import type { ScmChanges } from './scm-changes.ts';

/** Stops tracking outputs. Their data stays, as files of the user's own, unless it is to go too. */
export function releaseOutputs(
  repository: Repository,
  outs: readonly TrackedOutput[],
  changes: ScmChanges,
  outputs: 'keep' | 'remove',
): void {
  for (const { path, entry } of outs) {
    if (outputs === 'remove') rmSync(path, { recursive: true, force: true });
    else if (entry.cache) unprotectOutput(repository, path);
    changes.unignore(path);
    repository.state.forgetOutput(path);
  }
}

/** Makes every file of an output a copy that its owner may write. */
export function unprotectOutput(repository: Repository, path: string): void {
  if (!existsSync(path)) return;
  if (!statSync(path).isDirectory()) return unprotect(path, stagingFolder(repository));
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory() || entry.isFile() || entry.isSymbolicLink()) unprotectOutput(repository, `${path}/${entry.name}`);
  }
}
