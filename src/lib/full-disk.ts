/** What the system says where a file finds no room. */
import { MillwrightError, errnoOf } from '../errors.ts';

interface Shortage {
  readonly problem: string;
  readonly remedy: string;
}

const shortages: ReadonlyMap<string, Shortage> = new Map([
  ['ENOSPC', { problem: 'the disk is full', remedy: 'free some space' }],
  ['EDQUOT', { problem: 'your quota on this disk is used up', remedy: 'free some space' }],
  [
    'EFBIG',
    { problem: 'the file is larger than the limit', remedy: "raise it ('ulimit -f'), or use a disk whose file system holds larger files," },
  ],
]);

/** The error for the user where `error` is a lack of room. @param deed what could not be done, naming the file: `cannot write '/a/b'` */
export function fullDisk(error: unknown, deed: string): MillwrightError | undefined {
  const shortage = shortages.get(errnoOf(error) ?? '');
  if (shortage === undefined) return undefined;
  const { problem, remedy } = shortage;
  const message = `${deed}: ${problem}; nothing half-done was left: ${remedy} and run the command again`;
  return new MillwrightError('DISK_FULL', message, { cause: error });
}

/** Runs `write`; where it finds no room the error names `path`, which calls on open files do not know. */
export function namingFullDisk<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw fullDisk(error, `cannot write '${path}'`) ?? error;
  }
}
