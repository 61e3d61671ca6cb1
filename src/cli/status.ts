import type { Command } from 'commander';
import { MillwrightError } from '../errors.ts';
import { ParamsReader } from '../pipelines/params.ts';
import { statusOf, type StageStatusEntry } from '../pipelines/changes.ts';
import { Project } from '../pipelines/index.ts';
import type { Repository } from '../data/index.ts';
import type { Io } from './command.ts';
import { endingAlwaysWithOne, withRepository } from './data-verb.ts';
import { commonOptions } from './local.ts';
import { positiveInteger } from './positive-integer.ts';
import { chosenStages } from './targets.ts';

interface StatusFlags {
  readonly quiet?: boolean;
  readonly jobs?: number;
  readonly cloud?: boolean;
  readonly remote?: string;
  readonly allBranches?: boolean;
  readonly allTags?: boolean;
  readonly allCommits?: boolean;
  readonly withDeps?: boolean;
  readonly recursive?: boolean;
  readonly json?: boolean;
}

/** Address of a stage → what is not up to date: `dvc status --json`. */
type StatusReport = Record<string, StageStatusEntry[]>;

export function configure(command: Command, io: Io): void {
  commonOptions(command)
    .argument('[targets...]', 'outputs, .dvc files and stages; everything where none is given')
    .option('-c, --cloud', 'compare the cache with a remote instead')
    .option('-r, --remote <name>', 'the remote to compare with, where it is not the default one')
    .option('-j, --jobs <number>', 'requests at a time, with --cloud', positiveInteger)
    .option('-a, --all-branches', 'with --cloud: also what the tips of all Git branches use')
    .option('-T, --all-tags', 'with --cloud: also what all Git tags use')
    .option('-A, --all-commits', 'with --cloud: also what all Git commits use')
    .option('-d, --with-deps', 'also the stages that a target depends on')
    .option('-R, --recursive', 'all stages below the folders given')
    .option('--no-updates', 'do not ask whether imported data has changed at its source (it is never asked here)')
    .option('--json', "print DVC's document")
    .addHelpText('after', '\nExample:\n  $ millwright status\n  $ millwright status --cloud --json')
    .action((targets: string[], options: StatusFlags) => run(targets, options, io));
}

async function run(targets: readonly string[], options: StatusFlags, io: Io): Promise<void> {
  if (options.cloud === true || options.remote !== undefined) {
    const { cloudStatus } = await import('./cloud-status.ts');
    return cloudStatus(targets, options, io);
  }
  refuseCloudOptions(options);
  const { report, isEmpty } = await withRepository(io, options, (repository) =>
    endingAlwaysWithOne(() => localStatus(repository, targets, options, io)),
  );
  const isClean = Object.keys(report).length === 0;
  if (options.quiet === true) io.exitCode = isClean ? 0 : 1;
  else if (options.json === true) io.stdout(`${JSON.stringify(report)}\n`);
  else if (isEmpty) io.stdout(nothingTracked);
  else io.stdout(isClean ? 'Data and pipelines are up to date.\n' : statusText(report));
}

function refuseCloudOptions(options: StatusFlags): void {
  const given = [
    ...(options.allBranches === true ? ['--all-branches'] : []),
    ...(options.allTags === true ? ['--all-tags'] : []),
    ...(options.allCommits === true ? ['--all-commits'] : []),
    ...(options.jobs === undefined ? [] : ['--jobs']),
  ];
  if (given.length > 0)
    throw new MillwrightError('DATA_ERROR', `The following options are meaningless for local status: ${given.join(', ')}`);
}

const nothingTracked =
  'There are no data or pipelines tracked in this project yet.\nTrack data with `millwright add`, or describe a pipeline with `millwright stage add`.\n';

interface LocalStatus {
  readonly report: StatusReport;
  /** Nothing is tracked at all. */
  readonly isEmpty: boolean;
}

async function localStatus(repository: Repository, targets: readonly string[], options: StatusFlags, io: Io): Promise<LocalStatus> {
  const project = Project.load({ repository, cwd: io.cwd });
  const chosen = chosenStages(project, targets, { recursive: options.recursive === true, withDeps: options.withDeps === true });
  const context = { repository, cwd: io.cwd, params: new ParamsReader(io.cwd) };
  const report: StatusReport = {};
  for (const { stage, only } of chosen) {
    if (stage.frozen && !stage.deps.some((dep) => dep.entry.repo !== undefined)) {
      repository.effects.warn(`stage: '${stage.address}' is frozen. Its dependencies are not going to be shown in the status output.`);
    }
    const entries = await statusOf(context, stage, only);
    if (entries.length > 0) report[stage.address] = entries;
  }
  return { report, isEmpty: targets.length === 0 && project.stages.length === 0 };
}

/** `train:`, then each finding with its items indented below it. */
export function statusText(report: Readonly<Record<string, readonly (string | object)[]>>): string {
  let text = '';
  for (const [address, entries] of Object.entries(report)) {
    text += `${address}:\n`;
    for (const entry of entries) text += typeof entry === 'string' ? `\t${entry}\n` : findingText(entry);
  }
  return text;
}

function findingText(finding: object): string {
  let text = '';
  for (const [title, items] of Object.entries(finding)) {
    text += `\t${title}:\n`;
    for (const [name, state] of Object.entries(items as Record<string, string | Record<string, string>>)) {
      if (typeof state === 'string') text += `\t\t${`${state}:`.padEnd(20)}${name}\n`;
      else
        text += `\t\t${name}:\n${Object.entries(state)
          .map(([key, change]) => `\t\t\t${`${change}:`.padEnd(20)}${key}\n`)
          .join('')}`;
    }
  }
  return text;
}
