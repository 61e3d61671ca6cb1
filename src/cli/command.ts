import type { Command } from 'commander';
import type { Config } from '../config.ts';

/** What a command may touch of the process it runs in; tests pass their own. */
export interface Io {
  readonly cwd: string;
  readonly config: Config;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly stdoutIsTty: boolean;
  readonly stderrIsTty: boolean;
  /** Aborts on SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** The status to end with where nothing was thrown; 0 unless set. */
  exitCode: number;
}

/** One file per command: declares arguments, options and an example on `command`, and its action. */
export interface CommandModule {
  configure(command: Command, io: Io): void;
}

export interface CommandEntry {
  readonly name: string;
  /** Another name that DVC has for it. */
  readonly alias?: string;
  readonly summary: string;
  readonly group: 'Data and pipelines (as DVC)' | 'The loop' | 'Server';
  readonly load: () => Promise<CommandModule>;
}
