import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { removeIfThere, type Cache } from '../cache.ts';
import { entriesOf } from './entries.ts';

/** A file that is being written changes; one that has not changed for this long belongs to a process that was killed. */
const abandonedMs = 60 * 60 * 1000;

/** Removes the temporary files that killed processes, ours or DVC's, left among the objects of a cache or of a folder remote. */
export function removeLeftOvers(cache: Cache): void {
  const pairs = entriesOf(cache.folder).filter((entry) => entry.isDirectory() && /^[0-9a-f]{2}$/.test(entry.name));
  for (const folder of [cache.folder, ...pairs.map(({ name }) => join(cache.folder, name))]) {
    for (const entry of entriesOf(folder)) {
      const path = join(folder, entry.name);
      if (/^\.[\w-]{22}\.tmp$/.test(entry.name) && isAbandoned(path)) removeIfThere(path);
    }
  }
}

function isAbandoned(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats !== undefined && Date.now() - stats.mtimeMs > abandonedMs;
}
