import { closeSync, fsyncSync, openSync, readdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { removeIfThere, syncFolder } from './cache.ts';

/** An object that is written whole under a temporary name, but not durable yet. */
export interface StagedObject {
  readonly temporary: string;
  readonly path: string;
}

/** From here on one sync of the whole file system is cheaper than one of each file. */
const MANY = 32;

/**
 * Gives objects their names, so that after a power cut each is there whole or not at all: content is synced first.
 * @param syncFileSystem false where the system cannot
 * @returns whether the names are still to be made durable, by {@link syncNames}
 */
export function nameObjects(staged: readonly StagedObject[], cacheFolder: string, syncFileSystem: (folder: string) => boolean): boolean {
  const isSynced = staged.length >= MANY && syncFileSystem(cacheFolder);
  for (const { temporary, path } of staged) {
    if (!isSynced) syncFile(temporary);
    renameSync(temporary, path);
  }
  if (!isSynced) for (const folder of new Set(staged.map(({ path }) => dirname(path)))) syncFolder(folder);
  return isSynced;
}

export function syncNames(cacheFolder: string, syncFileSystem: (folder: string) => boolean): void {
  if (syncFileSystem(cacheFolder)) return;
  for (const entry of readdirSync(cacheFolder, { withFileTypes: true })) if (entry.isDirectory()) syncFolder(join(cacheFolder, entry.name));
}

export function discardObjects(staged: readonly StagedObject[]): void {
  for (const { temporary } of staged) removeIfThere(temporary);
}

function syncFile(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
