import { resolve } from 'node:path';
import type { Command } from 'commander';
import { initRepository } from '../data/index.ts';
import type { Io } from './command.ts';
import { endingWithOne } from './data-verb.ts';
import { commonOptions } from './local.ts';
import { localEffects } from '../local-app.ts';
import { silentProgress } from './progress.ts';

interface InitOptions {
  readonly quiet?: boolean;
  readonly scm: boolean;
  readonly force?: boolean;
  readonly subdir?: boolean;
  readonly json?: boolean;
}

export function configure(command: Command, io: Io): void {
  commonOptions(command)
    .argument('[directory]', 'where to make the repository', '.')
    .option('--no-scm', 'not in Git')
    .option('-f, --force', "replace an existing '.dvc' folder and the cache in it")
    .option('--subdir', 'below the root of a Git repository')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample:\n  $ git init && millwright init')
    .action((directory: string, options: InitOptions) => init(directory, options, io));
}

async function init(directory: string, options: InitOptions, io: Io): Promise<void> {
  const input = {
    directory: resolve(io.cwd, directory),
    scm: options.scm ? ('git' as const) : ('none' as const),
    isSubdirectory: options.subdir === true,
    force: options.force === true,
  };
  const repository = await endingWithOne('', () =>
    initRepository(
      input,
      localEffects({
        config: io.config,
        signal: io.signal,
        warn: (message) => io.stderr(`WARNING: ${message}\n`),
        progress: silentProgress,
      }),
    ),
  );
  if (options.json === true) io.stdout(`${JSON.stringify({ root: repository.root })}\n`);
  else if (options.quiet !== true)
    io.stdout(`Initialized DVC repository.\n${options.scm ? '\nYou can now commit the changes to git.\n' : ''}`);
}
