/** What the local commands share: the repository around the working directory, warnings, and DVC's closing hints. */
import type { Command } from 'commander';
import { systemClock } from '../lib/time.ts';
import { openLocalApp, type LocalApp } from '../local-app.ts';
import type { Io } from './command.ts';
import { terminalProgress } from './progress.ts';

/** Runs `work` on the repository around the working directory and closes it, however `work` ends. */
export async function withLocalApp<T>(io: Io, options: { readonly quiet?: boolean }, work: (app: LocalApp) => Promise<T>): Promise<T> {
  const isQuiet = options.quiet === true;
  const warn = (message: string): void => {
    if (!isQuiet) io.stderr(`WARNING: ${message}\n`);
  };
  const progress = terminalProgress(isQuiet ? { ...io, stderrIsTty: false } : io, systemClock);
  const app = openLocalApp({ cwd: io.cwd, config: io.config, signal: io.signal, warn, progress });
  try {
    return await work(app);
  } finally {
    await app.close();
  }
}

/** DVC's block on files that Git should get; nothing where there are none. */
export function gitHint(files: readonly string[]): string {
  if (files.length === 0) return '';
  const quoted = files.map((file) => (/^[\w@%+=:,./-]+$/.test(file) ? file : `'${file.replaceAll("'", `'"'"'`)}'`));
  return `\nTo track the changes with git, run:\n\n\tgit add ${quoted.join(' ')}\n\nTo enable auto staging, run:\n\n\tdvc config core.autostage true\n`;
}

/** `-q` and `-v`, which every command of DVC takes. */
export function commonOptions(command: Command): Command {
  return command.option('-q, --quiet', 'print nothing but errors').option('-v, --verbose', 'say more');
}
