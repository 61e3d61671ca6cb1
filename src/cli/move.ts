import type { Command } from 'commander';
import { move } from '../data/index.ts';
import { Project } from '../pipelines/index.ts';
import type { Io } from './command.ts';
import { endingWithOne, withChanges, withRepository } from './data-verb.ts';
import { commonOptions } from './local.ts';

export function configure(command: Command, io: Io): void {
  commonOptions(command)
    .argument('<src>', 'a tracked file or folder')
    .argument('<dst>', 'its new name, or a folder')
    .option('--json', 'print the move as JSON')
    .addHelpText('after', '\nExample:\n  $ millwright move data.csv raw/data.csv')
    .action((from: string, to: string, options: { readonly quiet?: boolean; readonly json?: boolean }) =>
      endingWithOne('', async () => {
        await run(from, to, { isQuiet: options.quiet === true || options.json === true }, io);
        if (options.json === true) io.stdout(`${JSON.stringify({ from, to })}\n`);
      }),
    );
}

async function run(from: string, to: string, { isQuiet }: { readonly isQuiet: boolean }, io: Io): Promise<void> {
  await withRepository(io, { quiet: isQuiet }, (repository) =>
    withChanges(io, repository, { isQuiet }, (changes) =>
      move(repository, Project.load({ repository, cwd: io.cwd }).stages, { from, to, cwd: io.cwd }, changes),
    ),
  );
}
