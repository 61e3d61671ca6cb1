/**
 * Advisory locks that other processes, Python's `dvc` among them, respect: `flock(2)` on a file. The kernel frees them when the process ends,
 * however it ends.
 */
export interface Locks {
  /** @returns undefined where another process (or another handle of this one) holds the file's lock */
  tryLock(path: string, content: string): FileLock | undefined;
}

export interface FileLock {
  /** Frees the lock; the file stays. Twice is once. */
  release(): void;
}
