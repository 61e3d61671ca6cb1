import { Option, type Command } from 'commander';
import { fetch, fetchRunCache, type WantedOutput } from '../data/transfer/index.ts';
import { countText } from './checkout-text.ts';
import type { Io } from './command.ts';
import { positiveInteger } from './positive-integer.ts';
import { transferContext } from './remotes.ts';
import { declareTransferOptions, eachRemote, runCacheRemote, withTransfer, type Transfer, type TransferOptions } from './transfer.ts';

interface FetchOptions extends TransferOptions {
  readonly maxSize?: number;
  readonly type?: readonly ('metrics' | 'plots')[];
}

export function configure(command: Command, io: Io): void {
  declareTransferOptions(command)
    .option('--max-size <bytes>', 'only files and folders of this size or less', positiveInteger)
    .addOption(new Option('--type <kind...>', 'only outputs of this kind').choices(['metrics', 'plots']))
    .addHelpText('after', '\nExample:\n  $ millwright fetch --all-branches')
    .action((targets: string[], options: FetchOptions) => run(targets, options, io));
}

async function run(targets: readonly string[], options: FetchOptions, io: Io): Promise<void> {
  const fetched = await withTransfer(io, targets, options, (transfer) => fetchOutputs(transfer, options));
  if (options.json === true) io.stdout(`${JSON.stringify({ fetched })}\n`);
  else if (options.quiet !== true) io.stdout(`${countText({ fetched }) || 'Everything is up to date.'}\n`);
}

/** @returns how many objects came; what the remote lacks was warned about, which is DVC's idea of success */
export async function fetchOutputs(transfer: Transfer, options: FetchOptions): Promise<number> {
  const context = transferContext(transfer.repository);
  if (options.runCache === true) await fetchRunCache(context, await runCacheRemote(transfer, options.remote));
  const outputs = transfer.outputs.filter((output) => !output.isImport && isWanted(output, options));
  return eachRemote(transfer, outputs, options.remote, async (store, group) => (await fetch(context, { store, outputs: group })).fetched);
}

function isWanted({ entry }: WantedOutput, { maxSize, type }: FetchOptions): boolean {
  if (maxSize !== undefined && (entry?.meta.size ?? 0) > maxSize) return false;
  return type === undefined || (type.includes('metrics') && entry?.metric === true) || (type.includes('plots') && entry?.plot === true);
}
