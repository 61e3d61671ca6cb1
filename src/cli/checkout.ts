import { relative } from 'node:path';
import type { Command } from 'commander';
import { checkoutOutputs, type CheckoutReport } from '../data/index.ts';
import { MillwrightError } from '../errors.ts';
import { Project } from '../pipelines/index.ts';
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
  const report = await withRepository(io, options.quiet === true, (repository) => {
    const project = Project.load({ repository, cwd: io.cwd });
    const chosen = chosenStages(project, targets, { recursive: options.recursive === true, withDeps: options.withDeps === true });
    return checkoutOutputs(repository, chosen, {
      force: options.force === true,
      relink: options.relink === true,
      removeUnused: targets.length === 0 ? project.stages : undefined,
    });
  });
  const shown = (paths: readonly string[]): string[] => paths.map((path) => relative(io.cwd, path) + (path.endsWith('/') ? '/' : ''));
  const changes = { added: shown(report.added), deleted: shown(report.deleted), modified: shown(report.modified) };
  if (options.json === true) io.stdout(`${JSON.stringify({ ...changes, failed: shown(report.failed), stats: report.stats })}\n`);
  else if (options.quiet !== true) io.stdout(options.summary === true ? summary(report.stats) : listing(changes));
  if (report.failed.length > 0 && options.allowMissing !== true) {
    throw new MillwrightError(
      'DATA_ERROR',
      `Checkout failed for following targets:\n${shown(report.failed).join('\n')}\nIs your cache up to date? 'millwright fetch' brings what a remote has.`,
    );
  }
}

function listing(changes: {
  readonly added: readonly string[];
  readonly deleted: readonly string[];
  readonly modified: readonly string[];
}): string {
  const lines = [
    ...changes.modified.map((path) => `M       ${path}`),
    ...changes.added.map((path) => `A       ${path}`),
    ...changes.deleted.map((path) => `D       ${path}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** `1 file modified and 1 file deleted`, as DVC sums it up. */
function summary(stats: CheckoutReport['stats']): string {
  const parts = (['modified', 'added', 'deleted'] as const)
    .filter((kind) => stats[kind] > 0)
    .map((kind) => `${stats[kind]} file${stats[kind] === 1 ? '' : 's'} ${kind}`);
  if (parts.length === 0) return 'No changes.\n';
  return `${parts.length < 3 ? parts.join(' and ') : `${parts[0]!}, ${parts[1]!} and ${parts[2]!}`}\n`;
}
