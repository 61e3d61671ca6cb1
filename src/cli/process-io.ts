import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { resolveConfig, type Config, userCacheDir } from '../config.ts';
import { MillwrightError } from '../errors.ts';
import type { Io } from './command.ts';

/** The real process: its streams, working directory and signals. */
export function processIo(): Io {
  const controller = new AbortController();
  let asked = 0;
  const stop = (signal: NodeJS.Signals): void => {
    asked += 1;
    if (asked > 1) process.kill(process.pid, 'SIGKILL');
    controller.abort(new MillwrightError('INTERRUPTED', `interrupted by ${signal}`));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  // A reader that went away (`millwright runs list | head`) ends the command quietly.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    controller.abort(new MillwrightError('INTERRUPTED', 'nobody reads the output any more'));
  });
  let config: Config | undefined;
  return {
    cwd: process.cwd(),
    // Resolved when first used: a wrong setting is the error of a command, and `--help` works with it.
    get config() {
      return (config ??= resolveConfig());
    },
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    stdoutIsTty: process.stdout.isTTY === true,
    stderrIsTty: process.stderr.isTTY === true,
    signal: controller.signal,
    exitCode: 0,
  };
}

/** The bundle is compiled once for all commands: a sixth of what a short one costs. Where the folder cannot be written nothing is kept. */
export function keepCompiled(): void {
  enableCompileCache(join(userCacheDir(), 'compiled'));
}
