import type { SegmentExtent } from './append-log.ts';
import type { ColumnsQuery, ColumnsRow } from './port.ts';
import { FileGone, type SealedFileCache } from './sealed-files.ts';
import { ColumnsJobError, type ColumnsThread } from './thread.ts';

export interface QueryContext {
  readonly thread: ColumnsThread;
  readonly cache: SealedFileCache;
  /** The segments that hold frames now. */
  readonly segments: () => Promise<readonly SegmentExtent[]>;
}

/** Each row once, whether its segment is sealed before, while or after it is asked for. */
export async function queryColumns({ sql, values, files }: ColumnsQuery, { thread, cache, segments }: QueryContext): Promise<ColumnsRow[]> {
  for (let tries = 1; ; tries += 1) {
    const present = await segments();
    const sealed = await files(present.map(({ name }) => name));
    const open = present.filter(({ name }) => !sealed.sealed.includes(name));
    try {
      const paths: string[] = [];
      for (const key of sealed.files) paths.push(await cache.path(key));
      return await thread.query({ sql, values, segments: open, paths });
    } catch (error) {
      // A segment was sealed, or a file dropped, between the look at the database and the look at the disk.
      const isGone = error instanceof FileGone || (error instanceof ColumnsJobError && error.errno === 'ENOENT');
      if (!isGone || tries === 3) throw error;
    }
  }
}
