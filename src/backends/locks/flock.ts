import { closeSync, constants, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { foreignFunction } from '../c-library.ts';
import { fullDisk } from '../../lib/full-disk.ts';
import type { FileLock, Locks } from './locks.ts';

const LOCK_EXCLUSIVE = 2;
const LOCK_NON_BLOCKING = 4;

type Flock = (descriptor: number, operation: number) => number;

/** The real locks. The native call is loaded with the first lock that is asked for: commands that only read never pay for it. */
export function createLocks(): Locks {
  let flock: Flock | undefined;
  return {
    tryLock(path, content) {
      flock ??= foreignFunction('int flock(int, int)') as Flock;
      return acquire(flock, path, content);
    },
  };
}

function acquire(flock: Flock, path: string, content: string): FileLock | undefined {
  let descriptor: number | undefined = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o666);
  if (flock(descriptor, LOCK_EXCLUSIVE | LOCK_NON_BLOCKING) !== 0) {
    closeSync(descriptor);
    return undefined;
  }
  try {
    const length = writeSync(descriptor, content, 0);
    // Emptying a file that is written anew makes the kernel flush it when it is closed.
    if (fstatSync(descriptor).size > length) ftruncateSync(descriptor, length);
  } catch (error) {
    closeSync(descriptor);
    throw fullDisk(error, `cannot write '${path}'`) ?? error;
  }
  return {
    release() {
      if (descriptor === undefined) return;
      // Closing the only descriptor of the open file frees the lock: no child inherits it, Node opens with O_CLOEXEC.
      closeSync(descriptor);
      descriptor = undefined;
    },
  };
}
