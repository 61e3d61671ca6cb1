import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, rmdirSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk of its own that can be filled: a tmpfs. */
export interface SmallDisk {
  readonly folder: string;
  /** Takes all of its room but so much. */
  fillUpTo(freeBytes: number): void;
  empty(): void;
  dispose(): void;
}

/** Mounts a disk of so many bytes. @returns why not, where this user or system cannot */
export function mountSmallDisk(sizeBytes: number): SmallDisk | string {
  const folder = mkdtempSync(join(tmpdir(), 'small-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'small-disk', folder], { encoding: 'utf8' });
  if (mounted.status !== 0) {
    rmdirSync(folder);
    return mounted.error?.message ?? mounted.stderr.trim();
  }
  const filler = join(folder, 'filler');
  const empty = (): void => rmSync(filler, { force: true });
  return {
    folder,
    fillUpTo: (freeBytes) => {
      empty();
      const { bavail, bsize } = statfsSync(folder);
      const file = openSync(filler, 'wx');
      const chunk = Buffer.alloc(bsize);
      for (let left = bavail - Math.ceil(freeBytes / bsize); left > 0; left -= 1) writeSync(file, chunk);
      closeSync(file);
    },
    empty,
    dispose: () => {
      const ended = spawnSync('umount', [folder], { encoding: 'utf8' });
      if (ended.status !== 0) throw new Error(`umount ${folder}: ${ended.stderr}`);
      rmdirSync(folder);
    },
  };
}
