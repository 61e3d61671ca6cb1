import { readFileSync } from 'node:fs';
import { errnoOf } from '../errors.ts';

/** @returns undefined where there is no such file */
export function readTextIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return undefined;
    throw error;
  }
}
