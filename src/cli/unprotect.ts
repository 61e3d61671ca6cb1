import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { unprotectOutput } from '../data/index.ts';
import { MillwrightError } from '../errors.ts';
import type { Io } from './command.ts';
import { endingWithOne, withRepository } from './data-verb.ts';
import { commonOptions } from './local.ts';

export function configure(command: Command, io: Io): void {
  commonOptions(command)
    .argument('<targets...>', 'files and folders of the work tree')
    .option('--json', 'print what was unprotected as JSON')
    .addHelpText('after', '\nExample:\n  $ millwright unprotect data.csv')
    .action((targets: string[], options: { readonly quiet?: boolean; readonly json?: boolean }) =>
      endingWithOne('failed to unprotect - ', async () => {
        await run(targets, options.quiet === true, io);
        if (options.json === true) io.stdout(`${JSON.stringify({ unprotected: targets })}\n`);
      }),
    );
}

async function run(targets: readonly string[], isQuiet: boolean, io: Io): Promise<void> {
  await withRepository(io, { quiet: isQuiet }, async (repository) => {
    for (const target of targets) {
      const path = resolve(io.cwd, target);
      if (!existsSync(path)) throw new MillwrightError('DATA_ERROR', `can't unprotect non-existing data '${target}'`);
      unprotectOutput(repository, path);
    }
  });
}
