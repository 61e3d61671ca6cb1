import type { Command } from 'commander';
import { push, pushRunCache } from '../data/transfer/index.ts';
import { countText } from './checkout-text.ts';
import type { Io } from './command.ts';
import { transferContext } from './remotes.ts';
import { declareTransferOptions, eachRemote, runCacheRemote, withTransfer, type TransferOptions } from './transfer.ts';

export function configure(command: Command, io: Io): void {
  declareTransferOptions(command)
    .addHelpText('after', '\nExample:\n  $ millwright push data/raw.csv -r backup')
    .action((targets: string[], options: TransferOptions) => run(targets, options, io));
}

async function run(targets: readonly string[], options: TransferOptions, io: Io): Promise<void> {
  const pushed = await withTransfer(io, targets, options, async (transfer) => {
    const context = transferContext(transfer.repository);
    const runs = options.runCache === true ? await pushRunCache(context, await runCacheRemote(transfer, options.remote)) : 0;
    const outputs = transfer.outputs.filter((output) => output.push && !output.isImport);
    return runs + (await eachRemote(transfer, outputs, options.remote, (store, group) => push(context, { store, outputs: group })));
  });
  if (options.json === true) io.stdout(`${JSON.stringify({ pushed })}\n`);
  else if (options.quiet !== true) io.stdout(`${countText({ pushed }) || 'Everything is up to date.'}\n`);
}
