import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { guardScript } from './process-scripts.ts';

/** A process that outlives the engine just long enough to end the engine's tasks. */
export interface Guard {
  /** Puts a process group under guard, or takes it from there. */
  toggle(group: number): void;
  /** Resolves when the guard has gone; only to be called with no group left under it. */
  close(): Promise<void>;
}

export function startGuard(graceMs: number): Guard {
  const child = spawn('/bin/sh', ['-c', guardScript, 'millwright-guard', String(Math.ceil(graceMs / 1000))], {
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const exited = once(child, 'exit');
  // An engine with nothing else to do may end: that is what the guard waits for.
  child.unref();
  const input = child.stdin;
  if ('unref' in input && typeof input.unref === 'function') input.unref();
  input.on('error', () => undefined);
  return {
    toggle: (group) => void input.write(`${group}\n`),
    close: async () => {
      child.ref();
      input.end();
      await exited;
    },
  };
}
