import type { Command } from 'commander';
import { checkoutOutputs } from '../data/index.ts';
import { MillwrightError } from '../errors.ts';
import { Project } from '../pipelines/index.ts';
import { changeLines, countText, failedText, shownChanges } from './checkout-text.ts';
import type { Io } from './command.ts';
import { withRepository } from './data-verb.ts';
import { commonOptions } from './local.ts';
import { chosenStages } from './targets.ts';

interface CheckoutFlags {
  readonly quiet?: boolean;
  readonly summary?: boolean;
  readonly withDeps?: boolean;
  readonly recursive?: boolean;
  readonly force?: boolean;
  readonly relink?: boolean;
  readonly allowMissing?: boolean;
  readonly json?: boolean;
}

export function configure(command: Command, io: Io): void {
  commonOptions(command)
    .argument('[targets...]', 'outputs, .dvc files and stages; everything where none is given')
    .option('--summary', 'print how many files changed')
    .option('-d, --with-deps', 'also the stages that a target depends on')
    .option('-R, --recursive', 'all stages below the folders given')
    .option('-f, --force', 'remove files whose content is in no cache')
    .option('--relink', 'link every file anew, as cache.type says')
    .option('--allow-missing', 'go on where the cache lacks an output')
    .option('--json', 'print what changed as JSON')
    .addHelpText('after', '\nExample:\n  $ git checkout main && millwright checkout')
    .action((targets: string[], options: CheckoutFlags) => run(targets, options, io));
}

async function run(targets: readonly string[], options: CheckoutFlags, io: Io): Promise<void> {
  const report = await withRepository(io, options, (repository) => {
    const project = Project.load({ repository, cwd: io.cwd });
    const chosen = chosenStages(project, targets, { recursive: options.recursive === true, withDeps: options.withDeps === true });
    return checkoutOutputs(repository, chosen, {
      force: options.force === true,
      relink: options.relink === true,
      removeUnused: targets.length === 0 ? project.stages : undefined,
    });
  });
  const changes = shownChanges(report, io.cwd);
  if (options.json === true) io.stdout(`${JSON.stringify({ ...changes, stats: report.stats })}\n`);
  else if (options.quiet !== true)
    io.stdout(options.summary === true ? `${countText({ ...report.stats }) || 'No changes.'}\n` : changeLines(changes));
  if (changes.failed.length > 0 && options.allowMissing !== true) {
    throw new MillwrightError('DATA_ERROR', failedText(changes, "Is your cache up to date? 'millwright fetch' brings what a remote has."));
  }
}
