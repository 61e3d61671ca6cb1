import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../../errors.ts';
import type { SegmentExtent } from './append-log.ts';
import { scanFrames } from './frame.ts';
import type { ColumnsOptions } from './open.ts';
import type { Columns } from './port.ts';
import { queryColumns } from './query.ts';
import { sealedFileCache } from './sealed-files.ts';
import { ColumnsThread } from './thread.ts';

/** Searches columns that another process may be appending to: nothing is cut, sealed or removed. */
export function readColumns({
  folder,
  blobs,
  threadFile,
}: Pick<ColumnsOptions, 'folder' | 'blobs' | 'threadFile'>): Pick<Columns, 'query' | 'close'> {
  const thread = new ColumnsThread(threadFile);
  const cache = sealedFileCache(join(folder, 'cache'), blobs);
  const segments = (): Promise<SegmentExtent[]> => segmentsIn(join(folder, 'segments'));
  return { query: (query) => queryColumns(query, { thread, cache, segments }), close: () => thread.close() };
}

/** What is whole of each segment now; a frame that is being written is met by the next look. */
async function segmentsIn(folder: string): Promise<SegmentExtent[]> {
  const names = await readdir(folder).catch(noneIfMissing);
  const extents: SegmentExtent[] = [];
  for (const name of (names ?? []).filter((file) => file.endsWith('.seg')).toSorted()) {
    const path = join(folder, name);
    const bytes = await readFile(path).catch(noneIfMissing);
    const end = bytes === undefined ? 0 : scanFrames(bytes, 0).end;
    if (end > 0) extents.push({ name, path, bytes: end });
  }
  return extents;
}

function noneIfMissing(error: unknown): undefined {
  if (errnoOf(error) !== 'ENOENT') throw error;
  return undefined;
}
