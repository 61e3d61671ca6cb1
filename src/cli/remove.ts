import type { Command } from 'commander';
import { MillwrightError } from '../errors.ts';
import { Project, removeStage, type Stage } from '../pipelines/index.ts';
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
    withChanges(io, repository, { isQuiet }, (changes) => {
      const context = { repository, cwd: io.cwd, changes, say: () => undefined };
      for (const target of targets) {
        // Read again for each: the one before may have taken a file away
        const stages = Project.load(context).find(target, { glob: false, recursive: false });
        refuseOutputs(target, stages);
        for (const stage of stages) removeStage(context, stage, options.outs === true ? 'remove' : 'keep');
      }
      return Promise.resolve();
    }),
  );
  if (options.json === true) io.stdout(`${JSON.stringify({ removed: targets })}\n`);
}

/** Other verbs take a path for the stage that makes it; here that would undo more than was named. */
function refuseOutputs(target: string, stages: readonly Stage[]): void {
  if (/\.(dvc|ya?ml)$/.test(target)) return;
  const word = target.slice(target.lastIndexOf(':') + 1);
  if (stages.every(({ name, definition }) => name === word || definition?.group === word)) return;
  throw new MillwrightError('DATA_ERROR', `'${target}' is no stage: name the stage, or the file that tracks it, such as '${target}.dvc'`);
}
