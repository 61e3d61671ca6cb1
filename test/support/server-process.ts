import { spawn } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';

export interface ServerProcess {
  readonly child: ChildProcess;
  /** What it printed, for messages. */
  readonly log: () => string;
  /** Kills it (SIGKILL: nothing that a test server keeps is worth waiting for) and resolves when it is gone. */
  readonly kill: () => Promise<void>;
}

/** Starts a server that ends with this process at the latest. */
export function startServer(command: string, args: readonly string[], logFile: string, options: SpawnOptions = {}): ServerProcess {
  const output = openSync(logFile, 'a');
  const child = spawn(command, args, { ...options, stdio: ['ignore', output, output] });
  closeSync(output);
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()));
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  return {
    child,
    log: () => readFileSync(logFile, 'utf8').slice(-4000),
    kill: async () => {
      process.off('exit', endWithUs);
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** Asks `probe` until it holds; fails with the server's log where it ended or took longer than `timeoutMs`. */
export async function untilReady(server: ServerProcess, probe: () => Promise<boolean>, timeoutMs = 60_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await probe())) {
    if (server.child.exitCode !== null || server.child.signalCode !== null)
      throw new Error(`the server ended at its start:\n${server.log()}`);
    if (Date.now() > deadline) throw new Error(`the server was not ready after ${timeoutMs} ms:\n${server.log()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
