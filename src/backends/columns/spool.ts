import { readFile } from 'node:fs/promises';
import { MillwrightError } from '../../errors.ts';
import { AppendLog, type AppendLogOptions } from './append-log.ts';
import { scanFrames } from './frame.ts';
import type { Spool } from './port.ts';

interface SpoolOptions extends Pick<AppendLogOptions, 'folder' | 'now' | 'failed'> {
  readonly limitBytes: number;
}

const segmentBytes = 1024 * 1024;

export async function openSpool({ limitBytes, ...options }: SpoolOptions): Promise<Spool> {
  const counts = new Map<string, number>();
  const add = (segment: string): void => void counts.set(segment, (counts.get(segment) ?? 0) + 1);
  const log = await AppendLog.open({
    ...options,
    maxSegmentBytes: segmentBytes,
    maxSegmentAgeMs: 3_600_000,
    found: add,
    rotated: () => undefined,
  });
  return {
    append(parts) {
      const bytes = log.segments().reduce((sum, segment) => sum + segment.bytes, 0);
      if (bytes < limitBytes) return log.append(parts, add);
      const message = `${limitBytes} bytes of records wait in ${options.folder} to be sent: send again when the server takes them`;
      return Promise.reject(new MillwrightError('TEMPORARILY_UNAVAILABLE', message));
    },
    async drain(take) {
      await log.rotate();
      for (const { name, path, bytes } of log.full()) {
        await take(scanFrames((await readFile(path)).subarray(0, bytes), 0).payloads);
        await log.remove(name);
        counts.delete(name);
      }
    },
    waiting: () => [...counts.values()].reduce((sum, count) => sum + count, 0),
    close: () => log.close(),
  };
}
