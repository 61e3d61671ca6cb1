import { globSync } from 'node:fs';
import { Option, type Command } from 'commander';
import type { Repository } from '../data/index.ts';
import { byRemote, committedOutputs, defaultRemote, wantedOutputs, type ObjectStore, type WantedOutput } from '../data/transfer/index.ts';
import { Project } from '../pipelines/index.ts';
import type { Io } from './command.ts';
import { endingAlwaysWithOne, withRepository } from './data-verb.ts';
import { commonOptions } from './local.ts';
import { positiveInteger } from './positive-integer.ts';
import { openRemote } from './remotes.ts';
import { chosenStages, type ChosenStage } from './targets.ts';

/** What push, fetch, pull and `status --cloud` are asked alike. */
export interface TransferOptions {
  readonly remote?: string;
  readonly jobs?: number;
  readonly allBranches?: boolean;
  readonly allTags?: boolean;
  readonly allCommits?: boolean;
  readonly withDeps?: boolean;
  readonly recursive?: boolean;
  readonly runCache?: boolean;
  readonly glob?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export function declareTransferOptions(command: Command): Command {
  return commonOptions(command)
    .argument('[targets...]', 'tracked files and folders, .dvc files and stage names; all where none is given')
    .option('-r, --remote <name>', 'the remote, where it is not the default one')
    .option('-j, --jobs <number>', 'requests at a time (default: 4 for each processor)', positiveInteger)
    .option('-a, --all-branches', 'also what the tips of all Git branches use')
    .option('-T, --all-tags', 'also what all Git tags use')
    .option('-A, --all-commits', 'also what all Git commits use')
    .option('-d, --with-deps', 'also what the targets depend on')
    .option('-R, --recursive', 'a folder stands for all targets below it')
    .option('--run-cache', 'also the history of stage runs')
    .addOption(new Option('--no-run-cache').hideHelp())
    .option('--glob', 'targets are patterns such as "data/*.dvc"')
    .option('--json', 'print what was done as JSON');
}

export interface Transfer {
  readonly repository: Repository;
  readonly project: Project;
  readonly targets: readonly ChosenStage[];
  readonly outputs: readonly WantedOutput[];
  /** Opened when it is first asked for, closed at the end. */
  readonly remote: (name: string) => Promise<ObjectStore>;
}

/** Runs `work` on the outputs that are meant, with the repository locked. */
export async function withTransfer<T>(
  io: Io,
  words: readonly string[],
  options: TransferOptions,
  work: (transfer: Transfer) => Promise<T>,
): Promise<T> {
  return withRepository(io, options, (repository) => endingAlwaysWithOne(() => transferIn(repository, io, words, options, work)));
}

async function transferIn<T>(
  repository: Repository,
  io: Io,
  words: readonly string[],
  options: TransferOptions,
  work: (transfer: Transfer) => Promise<T>,
): Promise<T> {
  const project = Project.load({ repository, cwd: io.cwd });
  const targets = targetsOf(project, words, options, io.cwd);
  const outputs = [...wantedOutputs(repository, targets, io.cwd), ...(await ofRevisions(repository, options, io.cwd))];
  const stores = new Map<string, Promise<ObjectStore>>();
  const remote = (name: string): Promise<ObjectStore> => {
    const store = stores.get(name) ?? openRemote(repository, name, options.jobs);
    stores.set(name, store);
    return store;
  };
  try {
    return await work({ repository, project, targets, outputs, remote });
  } finally {
    for (const store of await Promise.allSettled(stores.values())) if (store.status === 'fulfilled') await store.value.close();
  }
}

function targetsOf(project: Project, words: readonly string[], options: TransferOptions, cwd: string): readonly ChosenStage[] {
  const { glob = false, recursive = false, withDeps = false } = options;
  const names = glob ? words.flatMap((pattern) => globSync(pattern, { cwd })) : words;
  // Patterns that match nothing mean nothing; no words at all mean everything.
  return words.length > 0 && names.length === 0 ? [] : chosenStages(project, names, { recursive, withDeps });
}

function ofRevisions(repository: Repository, options: TransferOptions, cwd: string): Promise<WantedOutput[]> {
  const { allBranches = false, allTags = false, allCommits = false } = options;
  return committedOutputs(repository, { allBranches, allTags, allCommits, count: 1 }, cwd, (commit, error) =>
    repository.effects.warn(`failed to collect '${commit.slice(0, 7)}', skipping: ${error.message}`),
  );
}

/** Runs `work` for every remote that the outputs are in, and adds up what it counts. */
export async function eachRemote(
  { repository, remote }: Transfer,
  outputs: readonly WantedOutput[],
  chosen: string | undefined,
  work: (store: ObjectStore, outputs: readonly WantedOutput[]) => Promise<number>,
): Promise<number> {
  let count = 0;
  for (const [name, group] of byRemote(repository, outputs, chosen)) count += await work(await remote(name), group);
  return count;
}

/** The remote that the run cache goes to. */
export async function runCacheRemote({ repository, remote }: Transfer, chosen: string | undefined): Promise<ObjectStore> {
  return remote(chosen ?? defaultRemote(repository));
}
