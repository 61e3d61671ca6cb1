/** Finds the dvc.yaml and `.dvc` files of a repository: outside of what DVC or Git ignores, of outputs and of repositories below. */
import { readdirSync } from 'node:fs';
import type { Repository } from '../data/repository.ts';

/**
 * Calls `read` with the absolute path of each, folder by folder from the root down, by name within each. A folder's own files come
 * before its folders, so `isOutput` can tell of the outputs that were read: they are not looked into.
 */
export function findStageFiles(repository: Repository, isOutput: (path: string) => boolean, read: (file: string) => void): void {
  visit(repository.root);

  function visit(folder: string): void {
    const entries = readdirSync(folder, { withFileTypes: true });
    if (folder !== repository.root && entries.some(({ name }) => name === '.dvc')) return;
    const isIgnored = repository.ignore.entriesOf(folder);
    const isGitIgnored = repository.gitIgnore?.entriesOf(folder);
    const wanted = entries
      .filter((entry) => entry.isDirectory() || isStageFile(entry.name))
      .filter((entry) => !isIgnored(entry.name, entry.isDirectory()) && isGitIgnored?.(entry.name, entry.isDirectory()) !== true)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of wanted) if (!entry.isDirectory()) read(`${folder}/${entry.name}`);
    for (const entry of wanted) if (entry.isDirectory() && !isOutput(`${folder}/${entry.name}`)) visit(`${folder}/${entry.name}`);
  }
}

function isStageFile(name: string): boolean {
  return name === 'dvc.yaml' || (name.endsWith('.dvc') && name !== '.dvc');
}
