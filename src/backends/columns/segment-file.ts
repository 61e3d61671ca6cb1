import { close, constants, fdatasync, ftruncate, open, writev, type WriteVResult } from 'node:fs';
import { promisify } from 'node:util';

/** What an append log does to its segment: the real file system, or a fake that fails. */
export interface SegmentFile {
  /** Writes all of `buffers` at `position`; resolves when write(2) has taken them. */
  write(buffers: readonly Buffer[], position: number): Promise<void>;
  truncate(length: number): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

export type OpenSegmentFile = (path: string) => Promise<SegmentFile>;

const openFile = promisify(open);
const writeAll = promisify(writev) as (fd: number, buffers: readonly Buffer[], position: number) => Promise<WriteVResult>;

/** A file that is written through libuv's pool; made where it is not there. */
export async function openSegmentFile(path: string): Promise<SegmentFile> {
  const descriptor = await openFile(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  return {
    async write(buffers, position) {
      let rest = buffers;
      for (let at = position; rest.length > 0;) {
        const { bytesWritten } = await writeAll(descriptor, rest, at);
        at += bytesWritten;
        rest = after(rest, bytesWritten);
      }
    },
    truncate: (length) => promisify(ftruncate)(descriptor, length),
    sync: () => promisify(fdatasync)(descriptor),
    close: () => promisify(close)(descriptor),
  };
}

/** What a short write left over. */
function after(buffers: readonly Buffer[], written: number): readonly Buffer[] {
  let left = written;
  let index = 0;
  while (index < buffers.length && left >= buffers[index]!.length) left -= buffers[index++]!.length;
  if (index === buffers.length) return [];
  return [buffers[index]!.subarray(left), ...buffers.slice(index + 1)];
}
