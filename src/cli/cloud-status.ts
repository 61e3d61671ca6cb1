import type { Repository } from '../data/index.ts';
import { byRemote, compareWithRemote, notInRemote, wantedOutputs, type CloudState } from '../data/transfer/index.ts';
import { compareCodePoints } from '../lib/code-points.ts';
import type { Project } from '../pipelines/index.ts';
import type { Io } from './command.ts';
import { openRemote, transferContext } from './remotes.ts';
import { chosenStages } from './targets.ts';
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
    // As with DVC, outputs with a remote of their own are compared with none
    const outputs = transfer.outputs.filter((output) => output.push && !output.isImport && output.remote === undefined);
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

interface MissingOptions {
  readonly remote: string | undefined;
  readonly isGranular: boolean;
}

/** `data status --not-in-remote`: paths relative to the repository's root, the upper ones first. */
export async function missingInRemotes(
  repository: Repository,
  project: Project,
  words: readonly string[],
  options: MissingOptions,
): Promise<string[]> {
  const targets = chosenStages(project, words, { recursive: true, withDeps: false });
  const outputs = wantedOutputs(repository, targets, repository.root).filter((output) => output.push && !output.isImport);
  const missing: string[] = [];
  for (const [name, group] of byRemote(repository, outputs, options.remote)) {
    const store = await openRemote(repository, name, undefined);
    const found = notInRemote(transferContext(repository), { store, outputs: group }, options.isGranular);
    missing.push(...(await found.finally(() => store.close())));
  }
  const depth = (path: string): number => path.replace(/\/$/, '').split('/').length;
  return missing.toSorted((a, b) => depth(a) - depth(b) || compareCodePoints(a, b));
}
