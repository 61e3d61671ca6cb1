import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Replaces a file in one step: readers, and whoever comes after a crash, find the old text or the new one whole. */
export function replaceFile(path: string, text: string): void {
  const temporary = join(dirname(path), `.${randomBytes(16).toString('base64url')}.tmp`);
  try {
    const descriptor = openSync(temporary, 'wx', 0o666);
    try {
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
