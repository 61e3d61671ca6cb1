import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { resolveConfig, type Config, userCacheDir } from '../config.ts';
import { MillwrightError } from '../errors.ts';
import type { Io } from './command.ts';

/** How much text may wait for the end of a turn. */
const mostWaiting = 64 << 10;

export interface ProcessIo extends Io {
  /** Resolves when all that was written has left the process: `process.exit` drops what a pipe has not taken yet. */
  drained(): Promise<void>;
}

/** The real process: its streams, working directory and signals. A stream is made when it is first used. */
export function processIo(): ProcessIo {
  const controller = new AbortController();
  let asked = 0;
  const stop = (signal: NodeJS.Signals): void => {
    asked += 1;
    if (asked > 1) process.kill(process.pid, 'SIGKILL');
    controller.abort(new MillwrightError('INTERRUPTED', `interrupted by ${signal}`));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const streams = new Set<NodeJS.WriteStream>();
  const openStdout = (): NodeJS.WriteStream => {
    if (streams.has(process.stdout)) return process.stdout;
    streams.add(process.stdout);
    // A reader that went away (`millwright runs list | head`) ends the command quietly.
    return process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      controller.abort(new MillwrightError('INTERRUPTED', 'nobody reads the output any more'));
    });
  };
  // Lines of one turn are written at once: `repro` says one for each stage.
  let waiting = '';
  const flush = (): void => {
    const text = waiting;
    waiting = '';
    if (text !== '') openStdout().write(text);
  };
  let config: Config | undefined;
  return {
    cwd: process.cwd(),
    // Resolved when first used: a wrong setting is the error of a command, and `--help` works with it.
    get config() {
      return (config ??= resolveConfig());
    },
    stdout: (text) => {
      if (waiting === '') setImmediate(flush);
      waiting += text;
      if (waiting.length > mostWaiting) flush();
    },
    stderr: (text) => {
      flush();
      streams.add(process.stderr);
      process.stderr.write(text);
    },
    get stdoutIsTty() {
      return process.stdout.isTTY === true;
    },
    get stderrIsTty() {
      return process.stderr.isTTY === true;
    },
    signal: controller.signal,
    exitCode: 0,
    drained: async () => {
      flush();
      await Promise.all([...streams].map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))));
    },
  };
}

/** The bundle is compiled once for all commands: a sixth of what a short one costs. Where the folder cannot be written nothing is kept. */
export function keepCompiled(): void {
  enableCompileCache(join(userCacheDir(), 'compiled'));
}
