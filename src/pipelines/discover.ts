/** Finds the dvc.yaml and `.dvc` files of a repository: outside of what DVC or Git ignores, of outputs and of repositories below. */
import { readdirSync } from 'node:fs';
import type { Repository } from '../data/repository.ts';

/** `isOutput`: folders that are outputs of a stage are not looked into. */
export function findStageFiles(repository: Repository, isOutput: (path: string) => boolean): string[] {
  const files: string[] = [];
  visit(repository, repository.root, isOutput, files);
  return files;
}

function visit(repository: Repository, folder: string, isOutput: (path: string) => boolean, files: string[]): void {
  const isIgnored = repository.ignore.entriesOf(folder);
  const isGitIgnored = repository.gitIgnore?.entriesOf(folder);
  const folders: string[] = [];
  const entries = readdirSync(folder, { withFileTypes: true });
  if (folder !== repository.root && entries.some(({ name }) => name === '.dvc')) return;
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const isFolder = entry.isDirectory();
    if (!isFolder && !isStageFile(entry.name)) continue;
    if (isIgnored(entry.name, isFolder) || isGitIgnored?.(entry.name, isFolder) === true) continue;
    const path = `${folder}/${entry.name}`;
    if (!isFolder) files.push(path);
    else folders.push(path);
  }
  for (const path of folders) if (!isOutput(path)) visit(repository, path, isOutput, files);
}

function isStageFile(name: string): boolean {
  return name === 'dvc.yaml' || (name.endsWith('.dvc') && name !== '.dvc');
}
