import { close, constants, fdatasync, ftruncate, open, writev, writevSync, type WriteVResult } from 'node:fs';
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

/** Larger writes, and all while the disk is slow, go through libuv's pool: a hop there and back costs forty small writes. */
const hereBytes = 64 * 1024;
/** A write that blocked this thread longer says that the disk is slow (its cache is full, it is a network's), for a while. */
const slowMs = 5;
const slowForMs = 10_000;

/** A file for appending, made where it is not there. */
export async function openSegmentFile(path: string): Promise<SegmentFile> {
  const descriptor = await openFile(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  let slowUntil = 0;
  const writeHere = (buffers: readonly Buffer[], position: number, startedAt: number): number => {
    const written = writevSync(descriptor, buffers, position);
    const endedAt = performance.now();
    if (endedAt - startedAt > slowMs) slowUntil = endedAt + slowForMs;
    return written;
  };
  return {
    async write(buffers, position) {
      let rest = buffers;
      for (let at = position; rest.length > 0;) {
        const now = performance.now();
        const here = now >= slowUntil && sizeOf(rest) <= hereBytes;
        const written = here ? writeHere(rest, at, now) : (await writeAll(descriptor, rest, at)).bytesWritten;
        at += written;
        rest = after(rest, written);
      }
    },
    truncate: (length) => promisify(ftruncate)(descriptor, length),
    sync: () => promisify(fdatasync)(descriptor),
    close: () => promisify(close)(descriptor),
  };
}

function sizeOf(buffers: readonly Buffer[]): number {
  return buffers.reduce((sum, { length }) => sum + length, 0);
}

/** What a short write left over. */
function after(buffers: readonly Buffer[], written: number): readonly Buffer[] {
  let left = written;
  let index = 0;
  while (index < buffers.length && left >= buffers[index]!.length) left -= buffers[index++]!.length;
  if (index === buffers.length) return [];
  return [buffers[index]!.subarray(left), ...buffers.slice(index + 1)];
}
