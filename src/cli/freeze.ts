import type { Command } from 'commander';
import { MillwrightError } from '../errors.ts';
import { Project, setFrozen } from '../pipelines/index.ts';
import type { Io } from './command.ts';
import { withChanges, withRepository } from './data-verb.ts';
import { commonOptions } from './local.ts';

interface FreezeOptions {
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export function configure(command: Command, io: Io): void {
  configureFreezing(command, io, 'freeze');
}

/** `freeze` and `unfreeze` differ by one word. */
export function configureFreezing(command: Command, io: Io, verb: 'freeze' | 'unfreeze'): void {
  commonOptions(command)
    .argument('<targets...>', 'stages or .dvc files')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', `\nExample:\n  $ millwright ${verb} prepare`)
    .action((targets: string[], options: FreezeOptions) => edit(verb, targets, options, io));
}

/** As with DVC, a target that cannot be edited keeps none of the others back. */
async function edit(verb: 'freeze' | 'unfreeze', targets: readonly string[], options: FreezeOptions, io: Io): Promise<void> {
  const say = (line: string): void => {
    if (options.quiet !== true && options.json !== true) io.stdout(`${line}\n`);
  };
  const addresses: string[] = [];
  const failures: string[] = [];
  await withRepository(io, options, (repository) =>
    withChanges(io, repository, { isQuiet: true, leavesStaging: true }, async (changes) => {
      const context = { repository, cwd: io.cwd, changes, say };
      for (const target of targets) {
        try {
          const stage = Project.load(context).findOne(target);
          setFrozen(context, stage, verb === 'freeze');
          addresses.push(stage.address);
        } catch (error) {
          if (!(error instanceof MillwrightError)) throw error;
          failures.push(`failed to ${verb} '${target}' - ${error.message}`);
        }
      }
    }),
  );
  if (failures.length > 0) throw new MillwrightError('VERB_FAILED', failures.join('\n'));
  if (options.json === true) io.stdout(`${JSON.stringify({ stages: addresses })}\n`);
}
