import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Says `locked` when it has the lock, and keeps it until its input ends: with its engine, however that ends. */
const holder = `import fcntl, sys
file = open(sys.argv[1], "a")
fcntl.flock(file, fcntl.LOCK_EX)
print("locked", flush=True)
sys.stdin.read()`;

/** Runs `work` while no other builder holds `path`, on this machine or one that shares the folder. */
export async function withBuildLock<Result>(
  python: string,
  path: string,
  signal: AbortSignal | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  signal?.throwIfAborted();
  const child = spawn(python, ['-I', '-c', holder, path], { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  const exited = once(child, 'exit');
  const stop = (): void => void child.kill();
  signal?.addEventListener('abort', stop);
  try {
    const locked = await Promise.race([once(child.stdout, 'data').then(() => true), exited.then(() => false)]);
    signal?.throwIfAborted();
    if (!locked) throw new Error(`the lock '${path}' cannot be taken`);
    return await work();
  } finally {
    signal?.removeEventListener('abort', stop);
    child.stdin.end();
    await exited;
  }
}
