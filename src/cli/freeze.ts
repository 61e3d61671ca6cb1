import type { Command } from 'commander';
import { editStages, Project, setFrozen } from '../pipelines/index.ts';
import type { Io } from './command.ts';
import { commonOptions, withLocalApp } from './local.ts';

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

async function edit(verb: 'freeze' | 'unfreeze', targets: readonly string[], options: FreezeOptions, io: Io): Promise<void> {
  const say = (line: string): void => {
    if (options.quiet !== true && options.json !== true) io.stdout(`${line}\n`);
  };
  await withLocalApp(io, options, async (app) => {
    const { result } = await editStages({ ...app, cwd: io.cwd, say }, async (context) => {
      const addresses: string[] = [];
      for (const target of targets) {
        for (const stage of Project.load(context).find(target, { glob: false, recursive: false })) {
          setFrozen(context, stage, verb === 'freeze');
          addresses.push(stage.address);
        }
      }
      return addresses;
    });
    if (options.json === true) io.stdout(`${JSON.stringify({ stages: result })}\n`);
  });
}
