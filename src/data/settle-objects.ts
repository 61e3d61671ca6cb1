import { closeSync, fsyncSync, openSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { removeIfThere, syncFolder } from './cache.ts';

/** An object that is written whole under a temporary name, but not durable yet. */
export interface StagedObject {
  readonly temporary: string;
  readonly path: string;
}

/** From here on one sync of the whole file system is cheaper than one of each file. */
const MANY = 32;

/**
 * Gives objects their names, so that after a power cut each is there whole or not at all: content first, then names, then the folders.
 * @param syncFileSystem false where the system cannot
 */
export function settleObjects(staged: readonly StagedObject[], cacheFolder: string, syncFileSystem: (folder: string) => boolean): void {
  if (staged.length === 0) return;
  const isSynced = staged.length >= MANY && syncFileSystem(cacheFolder);
  for (const { temporary, path } of staged) {
    if (!isSynced) syncFile(temporary);
    renameSync(temporary, path);
  }
  if (isSynced && syncFileSystem(cacheFolder)) return;
  for (const folder of new Set(staged.map(({ path }) => dirname(path)))) syncFolder(folder);
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
