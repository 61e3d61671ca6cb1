import { compareWithRemote, type CloudState } from '../data/transfer/index.ts';
import type { Io } from './command.ts';
import { transferContext } from './remotes.ts';
import { eachRemote, withTransfer, type TransferOptions } from './transfer.ts';

/** `status --cloud`: what the cache and the remote do not both have. */
export async function cloudStatus(
  targets: readonly string[],
  options: TransferOptions & { readonly json?: boolean },
  io: Io,
): Promise<void> {
  const states = new Map<string, CloudState>();
  const remote = await withTransfer(io, targets, options, async (transfer) => {
    const context = transferContext(transfer.repository);
    const outputs = transfer.outputs.filter((output) => output.push && !output.isImport);
    await eachRemote(transfer, outputs, options.remote, async (store, group) => {
      const found = await compareWithRemote(context, { store, outputs: group });
      for (const [name, state] of found) states.set(name, state);
      return found.size;
    });
    return options.remote ?? transfer.repository.config.remote ?? '';
  });
  if (options.quiet === true) io.exitCode = states.size === 0 ? 0 : 1;
  else if (options.json === true) io.stdout(`${JSON.stringify(Object.fromEntries(states))}\n`);
  else if (states.size === 0) io.stdout(`Cache and remote '${remote}' are in sync.\n`);
  else io.stdout([...states].map(([name, state]) => `\t${`${state}:`.padEnd(20)}${name}\n`).join(''));
}
