import type { Command } from 'commander';
import { Project, removeStage } from '../pipelines/index.ts';
import type { Io } from './command.ts';
import { endingWithOne, withChanges, withRepository } from './data-verb.ts';
import { commonOptions } from './local.ts';

interface RemoveFlags {
  readonly quiet?: boolean;
  readonly json?: boolean;
  readonly outs?: boolean;
}

export function configure(command: Command, io: Io): void {
  commonOptions(command)
    .argument('<targets...>', 'stages and .dvc files')
    .option('--outs', 'remove the data too')
    .option('--json', 'print what was removed as JSON')
    .addHelpText('after', '\nExamples:\n  $ millwright remove data.dvc\n  $ millwright remove train')
    .action((targets: string[], options: RemoveFlags) => endingWithOne('', () => run(targets, options, io)));
}

async function run(targets: readonly string[], options: RemoveFlags, io: Io): Promise<void> {
  const isQuiet = options.quiet === true || options.json === true;
  await withRepository(io, { quiet: isQuiet }, (repository) =>
    withChanges(io, repository, { isQuiet, leavesStaging: true }, (changes) => {
      const context = { repository, cwd: io.cwd, changes, say: () => undefined };
      for (const target of targets) {
        // Read again for each: the one before may have taken a file away
        const project = Project.load(context);
        const stages = /\.ya?ml$/.test(target) ? project.find(target, { glob: false, recursive: false }) : [project.findOne(target)];
        for (const stage of stages) removeStage(context, stage, options.outs === true ? 'remove' : 'keep');
      }
      return Promise.resolve();
    }),
  );
  if (options.json === true) io.stdout(`${JSON.stringify({ removed: targets })}\n`);
}
