import type { Command } from 'commander';
import { checkoutOutputs } from '../data/index.ts';
import { MillwrightError } from '../errors.ts';
import { changeLines, countText, failedText, shownChanges } from './checkout-text.ts';
import type { Io } from './command.ts';
import { fetchOutputs } from './fetch.ts';
import { declareTransferOptions, withTransfer, type TransferOptions } from './transfer.ts';

interface PullOptions extends TransferOptions {
  readonly force?: boolean;
  readonly allowMissing?: boolean;
}

export function configure(command: Command, io: Io): void {
  declareTransferOptions(command)
    .option('-f, --force', 'remove files whose content is in no cache')
    .option('--allow-missing', 'go on where the remote lacks an output')
    .addHelpText('after', '\nExample:\n  $ git pull && millwright pull')
    .action((targets: string[], options: PullOptions) => run(targets, options, io));
}

async function run(words: readonly string[], options: PullOptions, io: Io): Promise<void> {
  const { fetched, report } = await withTransfer(io, words, options, async (transfer) => {
    const count = await fetchOutputs(transfer, options);
    const input = { force: options.force === true, relink: false, removeUnused: words.length === 0 ? transfer.project.stages : undefined };
    return { fetched: count, report: await checkoutOutputs(transfer.repository, transfer.targets, input) };
  });
  const changes = shownChanges(report, io.cwd);
  const isFailed = changes.failed.length > 0 && options.allowMissing !== true;
  const summary = countText({ fetched, ...report.stats });
  if (options.json === true) io.stdout(`${JSON.stringify({ fetched, ...changes, stats: report.stats })}\n`);
  else if (options.quiet !== true)
    io.stdout(changeLines(changes) + (summary === '' ? (isFailed ? '' : 'Everything is up to date.\n') : `${summary}\n`));
  if (isFailed)
    throw new MillwrightError(
      'VERB_FAILED',
      failedText(changes, 'Neither the cache nor the remote has their data: push it from where it is.'),
    );
}
