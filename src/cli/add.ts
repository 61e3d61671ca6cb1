import { relative } from 'node:path';
import type { Command } from 'commander';
import { add } from '../data/index.ts';
import { defaultRemote } from '../data/transfer/index.ts';
import { MillwrightError } from '../errors.ts';
import { Project } from '../pipelines/index.ts';
import type { Io } from './command.ts';
import { endingWithOne, withChanges, withRepository } from './data-verb.ts';
import { commonOptions } from './local.ts';
import { positiveInteger } from './positive-integer.ts';
import { openRemote } from './remotes.ts';

interface AddOptions {
  readonly quiet?: boolean;
  readonly commit: boolean;
  readonly glob?: boolean;
  readonly out?: string;
  readonly toRemote?: boolean;
  readonly remote?: string;
  readonly remoteJobs?: number;
  readonly force?: boolean;
  readonly relink: boolean;
  readonly json?: boolean;
}

export function configure(command: Command, io: Io): void {
  commonOptions(command)
    .argument('<targets...>', 'files and folders to track')
    .option('--no-commit', 'do not put the data into the cache')
    .option('--glob', 'targets are shell patterns')
    .option('-o, --out <path>', 'copy the one target to this place and track it there')
    .option('--to-remote', 'send the one target to a remote, without a copy in the cache')
    .option('-r, --remote <name>', 'the remote of --to-remote, where it is not the default one')
    .option('--remote-jobs <number>', 'requests at a time of --to-remote (default: 4 for each processor)', positiveInteger)
    .option('-f, --force', 'overwrite what is at the place of --out')
    .option('--no-relink', 'leave the files of the work tree as they are')
    .option('--json', 'print the written .dvc files as JSON')
    .addHelpText('after', '\nExample:\n  $ millwright add data/raw.csv')
    .action((targets: string[], options: AddOptions) => endingWithOne('', () => run(targets, options, io)));
}

async function run(targets: readonly string[], options: AddOptions, io: Io): Promise<void> {
  refuseContradictions(targets, options);
  await withRepository(io, options, (repository) =>
    withChanges(io, repository, { isQuiet: options.quiet === true || options.json === true }, async (changes) => {
      const { stages } = Project.load({ repository, cwd: io.cwd });
      const to =
        options.toRemote === true
          ? await openRemote(repository, options.remote ?? defaultRemote(repository), options.remoteJobs)
          : undefined;
      const input = {
        cwd: io.cwd,
        to,
        targets,
        glob: options.glob === true,
        out: options.out,
        force: options.force === true,
        commit: options.commit,
        relink: options.relink,
      };
      const files = await add(repository, input, stages, changes).finally(() => to?.close());
      if (options.json === true) io.stdout(`${JSON.stringify({ files: files.map((file) => relative(io.cwd, file)) })}\n`);
    }),
  );
}

function refuseContradictions(targets: readonly string[], options: AddOptions): void {
  const { toRemote = false, out } = options;
  if (!toRemote && (options.remote !== undefined || options.remoteJobs !== undefined)) {
    throw new MillwrightError(
      'DATA_ERROR',
      `${options.remote === undefined ? '--remote-jobs' : '--remote'} can't be used without --to-remote`,
    );
  }
  if (!toRemote && out === undefined) return;
  const clash =
    targets.length !== 1 ? 'multiple targets' : options.glob === true ? '--glob option' : options.commit ? undefined : '--no-commit option';
  if (clash !== undefined) throw new MillwrightError('DATA_ERROR', `${clash} can't be used with ${toRemote ? '--to-remote' : '--out'}`);
}
