import type { Command } from 'commander';
import { removeDvcFile } from '../data/index.ts';
import { MillwrightError } from '../errors.ts';
import { Project } from '../pipelines/index.ts';
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
    .argument('<targets...>', '.dvc files')
    .option('--outs', 'remove the data too')
    .option('--json', 'print what was removed as JSON')
    .addHelpText('after', '\nExample:\n  $ millwright remove data.dvc')
    .action((targets: string[], options: RemoveFlags) => endingWithOne('', () => run(targets, options, io)));
}

async function run(targets: readonly string[], options: RemoveFlags, io: Io): Promise<void> {
  const isQuiet = options.quiet === true || options.json === true;
  await withRepository(io, isQuiet, (repository) =>
    withChanges(io, repository, { isQuiet }, async (changes) => {
      const project = Project.load({ repository, cwd: io.cwd });
      for (const target of targets) {
        const [stage] = target.endsWith('.dvc') ? project.find(target, { glob: false, recursive: false }) : [];
        if (stage === undefined || stage.name !== undefined) {
          throw new MillwrightError(
            'DATA_ERROR',
            `'${target}' is not a .dvc file: give the file, such as '${target}.dvc'; take stages out of dvc.yaml by hand`,
          );
        }
        removeDvcFile(repository, stage, changes, options.outs === true ? 'remove' : 'keep');
      }
    }),
  );
  if (options.json === true) io.stdout(`${JSON.stringify({ removed: targets })}\n`);
}
