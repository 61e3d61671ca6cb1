import type { Command } from 'commander';
import { commitDvcFile } from '../data/index.ts';
import { commitStages, Project } from '../pipelines/index.ts';
import type { Io } from './command.ts';
import { confirm } from './confirm.ts';
import { endingWithOne, withChanges, withRepository } from './data-verb.ts';
import { commonOptions } from './local.ts';
import { chosenStages } from './targets.ts';

interface CommitFlags {
  readonly quiet?: boolean;
  readonly force?: boolean;
  readonly withDeps?: boolean;
  readonly recursive?: boolean;
  readonly relink: boolean;
  readonly json?: boolean;
}

export function configure(command: Command, io: Io): void {
  commonOptions(command)
    .argument('[targets...]', 'outputs, .dvc files and stages; everything where none is given')
    .option('-f, --force', 'record changes without asking')
    .option('-d, --with-deps', 'also the stages that a target depends on')
    .option('-R, --recursive', 'all stages below the folders given')
    .option('--no-relink', 'leave the files of the work tree as they are')
    .option('--json', 'print the committed stages as JSON')
    .addHelpText('after', '\nExample:\n  $ millwright commit -f data/raw.csv')
    .action((targets: string[], options: CommitFlags) => endingWithOne('failed to commit - ', () => run(targets, options, io)));
}

async function run(targets: readonly string[], options: CommitFlags, io: Io): Promise<void> {
  await withRepository(io, options, (repository) =>
    withChanges(io, repository, { isQuiet: true, leavesStaging: true }, async (changes) => {
      const project = Project.load({ repository, cwd: io.cwd });
      const chosen = chosenStages(project, targets, { recursive: options.recursive === true, withDeps: options.withDeps === true });
      const settings = {
        cwd: io.cwd,
        force: options.force === true,
        relink: options.relink,
        confirm: (question: string) => confirm(io, question),
      };
      for (const { stage, only } of chosen) {
        if (stage.name === undefined) await commitDvcFile(repository, { stage, only }, changes, settings);
      }
      const say = (line: string): void => {
        if (options.quiet !== true && options.json !== true) io.stdout(`${line}\n`);
      };
      const stages = chosen.map(({ stage }) => stage).filter(({ name }) => name !== undefined);
      await commitStages({ ...settings, repository, changes, say }, stages, settings);
      if (options.json === true) io.stdout(`${JSON.stringify({ committed: chosen.map(({ stage }) => stage.address) })}\n`);
    }),
  );
}
