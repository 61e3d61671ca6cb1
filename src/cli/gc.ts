import { resolve } from 'node:path';
import type { Command } from 'commander';
import { MillwrightError } from '../errors.ts';
import { hasObject, isDirectoryHash, withRepositoryLock, type Repository } from '../data/index.ts';
import {
  algorithms,
  byRemote,
  collectFromCache,
  collectFromRemote,
  committedOutputs,
  defaultRemote,
  fetchDirectories,
  keptNotIn,
  keptObjects,
  wantedOutputs,
  type GarbageOptions,
  type KeptObjects,
  type ObjectStore,
  type WantedOutput,
} from '../data/transfer/index.ts';
import { Project } from '../pipelines/index.ts';
import type { Io } from './command.ts';
import { confirm } from './confirm.ts';
import { commonOptions, withLocalApp } from './local.ts';
import { positiveInteger } from './positive-integer.ts';
import { openRemote, transferContext } from './remotes.ts';

interface GcOptions {
  readonly workspace?: boolean;
  readonly allBranches?: boolean;
  readonly allTags?: boolean;
  readonly allCommits?: boolean;
  readonly allExperiments?: boolean;
  readonly rev?: string;
  readonly num?: number;
  readonly date?: string;
  readonly notInRemote?: boolean;
  readonly cloud?: boolean;
  readonly remote?: string;
  readonly skipFailed?: boolean;
  readonly force?: boolean;
  readonly jobs?: number;
  readonly projects?: readonly string[];
  readonly dry?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export function configure(command: Command, io: Io): void {
  commonOptions(command)
    .option('-w, --workspace', 'keep what the work tree uses')
    .option('-a, --all-branches', 'keep what the tips of all Git branches use, too')
    .option('-T, --all-tags', 'keep what all Git tags use, too')
    .option('-A, --all-commits', 'keep what all Git commits use, too')
    .option('--all-experiments', 'refused: experiments of DVC are not there yet')
    .option('--rev <commit>', 'keep what this revision uses, too')
    .option('-n, --num <number>', 'as many commits back from --rev and from each branch', positiveInteger)
    .option('--date <yyyy-mm-dd>', 'keep what commits of this day and later use, too')
    .option('--not-in-remote', 'keep only what the remote does not have')
    .option('-c, --cloud', 'collect in the remote as well as in the cache')
    .option('-r, --remote <name>', 'the remote, where it is not the default one')
    .option('--skip-failed', 'go on where the files of a revision cannot be read')
    .option('-f, --force', 'ask nothing')
    .option('-j, --jobs <number>', 'requests at a time (default: 4 for each processor)', positiveInteger)
    .option('-p, --projects <paths...>', 'keep what these repositories use, too: for a cache they share')
    .option('--dry', 'only print what would be removed')
    .option('--json', 'print what was removed as JSON')
    .addHelpText('after', '\nExample:\n  $ millwright gc --workspace --all-branches --dry')
    .action((options: GcOptions) => run(options, io));
}

async function run(options: GcOptions, io: Io): Promise<void> {
  checkOptions(options);
  io.stderr(`WARNING: This will remove all cache except ${keptText(options)}.\n`);
  if (options.force !== true && options.dry !== true && !(await confirm(io, 'Are you sure you want to proceed?'))) {
    throw new MillwrightError('DATA_ERROR', 'nothing was removed: answer y, or use --force where nobody can answer');
  }
  const folders = [io.cwd, ...(options.projects ?? []).map((path) => resolve(io.cwd, path))];
  await withRepositories(folders, [], options, io);
}

function checkOptions(options: GcOptions): void {
  const { workspace, allBranches, allTags, allCommits, rev, date } = options;
  const refuse = (message: string): never => {
    throw new MillwrightError('DATA_ERROR', message);
  };
  if (options.allExperiments === true)
    refuse('--all-experiments: experiments of DVC are not there yet; use --all-commits to keep what commits use');
  if (options.remote !== undefined && options.cloud !== true && options.notInRemote !== true)
    refuse('`--remote` requires `--cloud` or `--not-in-remote`');
  if (options.cloud === true && options.notInRemote === true) refuse('`--not-in-remote` and `--cloud` are mutually exclusive');
  if (![workspace, allBranches, allTags, allCommits].includes(true) && rev === undefined && date === undefined) {
    refuse('Either of `-w|--workspace`, `-a|--all-branches`, `-T|--all-tags`, `--all-commits`, `--date` or `--rev` needs to be set.');
  }
  if (options.num !== undefined && rev === undefined && allBranches !== true)
    refuse('`--num` can only be used alongside `--rev` or `--all-branches`');
}

function keptText(options: GcOptions): string {
  const parts = ['items used in the workspace'];
  const last = options.num === undefined ? '' : `last ${options.num} commits from `;
  if (options.allCommits === true) parts.push('all git commits');
  if (options.allBranches === true) parts.push(`${last}all git branches`);
  if (options.allTags === true) parts.push('all git tags');
  if (options.date !== undefined) parts.push(`all git commits since ${options.date}`);
  if (options.rev !== undefined) parts.push(`last ${options.num ?? 1} commits from ${options.rev}`);
  const whose = options.projects === undefined ? 'of the current repo' : `of the current repo and of ${options.projects.join(', ')}`;
  return `${parts.join(' and ')}${options.notInRemote === true ? ' that are not present in the DVC remote' : ''} ${whose}`;
}

/** Opens and locks one repository after the other, then collects. */
async function withRepositories([cwd, ...rest]: readonly string[], open: readonly Repository[], options: GcOptions, io: Io): Promise<void> {
  if (cwd === undefined) return collect(open, options, io);
  await withLocalApp({ ...io, cwd }, options, ({ repository }) =>
    withRepositoryLock(repository, () => withRepositories(rest, [...open, repository], options, io)),
  );
}

async function collect(repositories: readonly Repository[], options: GcOptions, io: Io): Promise<void> {
  const own = repositories[0]!;
  const context = transferContext(own);
  const outputs: WantedOutput[] = [];
  for (const repository of repositories) outputs.push(...(await usedOutputs(repository, options, io)));
  await fetchLackingDirectories(own, outputs, options);
  const stores = await openStores(own, outputs, options);
  try {
    const kept = await keptObjects(context, outputs, options.force === true || options.dry === true);
    const isSilent = options.quiet === true || options.json === true;
    const print = isSilent ? () => undefined : (line: string) => io.stdout(`${line}\n`);
    const removals = { cache: 0, remote: 0, paths: [] as string[] };
    const garbage: GarbageOptions = {
      isDry: options.dry === true,
      removing: (path) => {
        if (options.dry === true) print(`Removing ${path}`);
        removals.paths.push(path);
      },
    };
    const keptHere = options.notInRemote === true ? await notInRemotes(own, kept, stores) : kept;
    for (const algorithm of algorithms) {
      const removed = collectFromCache(context, algorithm, keptHere, garbage);
      removals.cache += removed;
      const name = algorithm === 'md5' ? 'repo' : 'legacy';
      print(removed === 0 ? `No unused '${name}' cache to remove.` : `Removed ${removed} objects from ${name} cache.`);
    }
    for (const store of options.cloud === true ? stores.values() : []) {
      const removed = await collectFromRemote(context, store, kept, garbage);
      removals.remote += removed;
      print(removed === 0 ? 'No unused cache to remove from remote.' : `Removed ${removed} objects from remote.`);
    }
    if (options.json === true) io.stdout(`${JSON.stringify({ dry: options.dry === true, ...removals })}\n`);
  } finally {
    for (const store of stores.values()) await store.close();
  }
}

async function usedOutputs(repository: Repository, options: GcOptions, io: Io): Promise<WantedOutput[]> {
  const scope = {
    allBranches: options.allBranches === true,
    allTags: options.allTags === true,
    allCommits: options.allCommits === true,
    count: options.num ?? 1,
    revision: options.rev,
    since: options.date,
  };
  const committed = await committedOutputs(repository, scope, io.cwd, (commit, error) => {
    const message = `failed to collect '${commit.slice(0, 7)}': ${error.message}`;
    if (options.skipFailed !== true)
      throw new MillwrightError(error.code, `${message} (with --skip-failed what only it uses is removed)`, { cause: error });
    repository.effects.warn(`${message}, skipping`);
  });
  const targets = Project.load({ repository, cwd: io.cwd }).stages.map((stage) => ({ stage }));
  return [...wantedOutputs(repository, targets, io.cwd), ...committed];
}

/** As with DVC, directory objects that only a remote has come back first: without them the files inside could not be kept. */
async function fetchLackingDirectories(repository: Repository, outputs: readonly WantedOutput[], options: GcOptions): Promise<void> {
  const chosen = options.remote ?? repository.config.remote;
  const lacking = outputs
    .map((output) => ({ ...output, remote: output.remote ?? chosen }))
    .filter(
      ({ hash, remote }) => remote !== undefined && isDirectoryHash(hash) && !hasObject(repository.cache(hash.algorithm), hash.value),
    );
  for (const [name, group] of byRemote(repository, lacking, undefined)) {
    const store = await openRemote(repository, name, options.jobs);
    await fetchDirectories(transferContext(repository), { store, outputs: group }).finally(() => store.close());
  }
}

/** The remotes that are looked into or collected in: the chosen or default one, and those that single outputs name. */
async function openStores(repository: Repository, outputs: readonly WantedOutput[], options: GcOptions): Promise<Map<string, ObjectStore>> {
  const stores = new Map<string, ObjectStore>();
  if (options.cloud !== true && options.notInRemote !== true) return stores;
  const named = [options.remote ?? defaultRemote(repository), ...byRemote(repository, outputs, options.remote).keys()];
  for (const name of new Set(named)) stores.set(name, await openRemote(repository, name, options.jobs));
  return stores;
}

async function notInRemotes(repository: Repository, kept: KeptObjects, stores: ReadonlyMap<string, ObjectStore>): Promise<KeptObjects> {
  let rest = kept;
  for (const store of stores.values()) rest = await keptNotIn(transferContext(repository), rest, store);
  return rest;
}
