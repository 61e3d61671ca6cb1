import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { MillwrightError } from '../errors.ts';
import type { LocalApp } from '../local-app.ts';
import { noRecorder, Project, reproduce, type ReproduceInput, type ReproduceResult, type RunRecorder } from '../pipelines/index.ts';
import type { Io } from './command.ts';
import type { RecordedRepository } from './recording/open-recorder.ts';
import { commonOptions, gitHint, withLocalApp } from './local.ts';
import { reproContext } from './repro-context.ts';

interface ReproOptions {
  readonly quiet?: boolean;
  readonly force?: boolean;
  readonly interactive?: boolean;
  readonly singleItem?: boolean;
  readonly pipeline?: boolean;
  readonly allPipelines?: boolean;
  readonly recursive?: boolean;
  readonly downstream?: boolean;
  readonly forceDownstream?: boolean;
  readonly pull?: boolean;
  readonly allowMissing?: boolean;
  readonly dry?: boolean;
  readonly keepGoing?: boolean;
  readonly ignoreErrors?: boolean;
  readonly glob?: boolean;
  readonly commit: boolean;
  readonly runCache: boolean;
  readonly jobs?: string;
  readonly json?: boolean;
}

export function configure(command: Command, io: Io): void {
  commonOptions(command)
    .argument('[targets...]', 'stages, groups, dvc.yaml or .dvc files, outputs (default: the dvc.yaml of this folder)')
    .option('-f, --force', 'run all chosen stages, changed or not')
    .option('-i, --interactive', 'ask before each stage runs')
    .option('-s, --single-item', 'only the targets, without what they depend on')
    .option('-p, --pipeline', 'the whole pipelines that the targets belong to')
    .option('-P, --all-pipelines', 'all pipelines of the repository')
    .option('-R, --recursive', 'all stages below the folders given')
    .option('--downstream', 'the targets and what depends on them')
    .option('--force-downstream', 'run all that depends on a stage that ran, changed or not')
    .option('--pull', 'pull what is missing from the default remote')
    .option('--allow-missing', 'missing data alone is no change')
    .option('--dry', 'only print what would run')
    .option('-k, --keep-going', 'after a failure go on with stages that do not depend on it')
    .option('--ignore-errors', 'go on as if a stage that failed had succeeded')
    .option('--glob', 'names of targets are shell patterns')
    .option('--no-commit', 'keep no outputs in the cache')
    .option('--no-run-cache', 'do not take outputs of earlier runs')
    .option('-j, --jobs <number>', 'stages that may run at a time; 0: one a processor', '1')
    .option('--json', 'print the result as JSON; logs go to standard error')
    .addHelpText('after', '\nExample:\n  $ millwright repro -j 4\n  $ millwright repro train --dry')
    .action((targets: string[], options: ReproOptions) => repro(targets, options, io));
}

async function repro(targets: readonly string[], options: ReproOptions, io: Io): Promise<void> {
  const input = inputOf(targets, options);
  const result = await withLocalApp(io, options, async (app) => {
    const recorder = input.dry ? noRecorder : await recorderOf(app, targets, input, io);
    return reproduce({ ...reproContext(app, options, io, input.jobs), recorder }, input);
  });
  if (options.json === true) io.stdout(`${JSON.stringify({ reproduced: result.reproduced })}\n`);
  else if (options.quiet !== true) io.stdout(closingText(result));
}

/** Where nothing records, none of what recording needs is loaded: a repro with nothing to do lasts as long as its start. */
async function recorderOf({ repository }: LocalApp, targets: readonly string[], { jobs }: ReproduceInput, io: Io): Promise<RunRecorder> {
  const { root, git } = repository;
  if (io.config.serverUrl === undefined && !existsSync(join(root, 'millwright.yaml'))) return noRecorder;
  const { openRecorder } = await import('./recording/open-recorder.ts');
  const { trackedData } = await import('./recording/tracked-data.ts');
  const cause = ['millwright repro', ...(jobs > 1 ? [`-j ${jobs}`] : []), ...targets].join(' ');
  const contents = (): ReturnType<RecordedRepository['contents']> => {
    const project = Project.load({ repository, cwd: io.cwd });
    return { data: trackedData(project, root), stages: project.stages.flatMap((stage) => stage.name ?? []) };
  };
  return openRecorder({ root, git, contents }, cause, io);
}

function closingText(result: ReproduceResult): string {
  const closing =
    result.reproduced.length > 0 ? 'Use `dvc push` to send your updates to remote storage.' : 'Data and pipelines are up to date.';
  return `${gitHint(result.unstaged)}${closing}\n`;
}

function inputOf(targets: readonly string[], options: ReproOptions): ReproduceInput {
  const whole = options.pipeline === true || options.allPipelines === true;
  return {
    targets,
    recursive: options.recursive === true,
    glob: options.glob === true,
    pipeline: options.pipeline === true,
    allPipelines: options.allPipelines === true,
    downstream: options.downstream === true && !whole,
    singleItem: options.singleItem === true && !whole,
    interactive: options.interactive === true,
    force: options.force === true,
    forceDownstream: options.forceDownstream === true,
    dry: options.dry === true,
    commit: options.commit,
    runCache: options.runCache,
    pull: options.pull === true,
    allowMissing: options.allowMissing === true,
    onError: options.ignoreErrors === true ? 'ignore' : options.keepGoing === true ? 'keep-going' : 'fail',
    jobs: jobsOf(options.jobs ?? '1'),
  };
}

function jobsOf(text: string): number {
  if (!/^\d+$/.test(text))
    throw new MillwrightError('USAGE', `--jobs must be a number, not '${text}': such as --jobs 4, or 0 for one a processor`);
  return Number(text) === 0 ? availableParallelism() : Number(text);
}
