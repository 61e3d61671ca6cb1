import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readTextIfThere } from '../lib/read-text.ts';
import { replaceFileUnsynced } from '../lib/replace-file.ts';
import { addGitignoreEntry } from '../formats/dvc/gitignore-file.ts';
import type { Repository } from './repository.ts';
import { stagingFolder } from './save-output.ts';

/**
 * Makes `.dvc/tmp`, and has Git ignore what is private in `.dvc`: every command that opens a repository does so, as in DVC. Lines are added only
 * for what Git does not ignore already.
 */
export function ensurePrivateFolders(repository: Repository): void {
  const { dvcDir } = repository;
  mkdirSync(repository.tmpDir, { recursive: true });
  if (repository.gitIgnore === undefined) return;
  const file = join(dvcDir, '.gitignore');
  for (const path of [join(dvcDir, 'config.local'), repository.tmpDir, join(dvcDir, 'cache')]) {
    if (repository.gitIgnore.isIgnored(path, false)) continue;
    const changed = addGitignoreEntry(readTextIfThere(file) ?? '', `/${path.slice(dvcDir.length + 1)}`);
    if (changed !== undefined) replaceFileUnsynced(file, changed, stagingFolder(repository));
    repository.gitIgnore.forget(dvcDir);
  }
}
