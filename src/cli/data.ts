import { relative, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import pc from 'picocolors';
import { dataStatus, type Changes, type DataStatus } from '../data/index.ts';
import { Project } from '../pipelines/index.ts';
import type { Io } from './command.ts';
import { withRepository } from './data-verb.ts';
import { missingInRemotes } from './cloud-status.ts';
import { commonOptions } from './local.ts';
import { listingRemotes } from './remotes.ts';

interface DataStatusFlags {
  readonly quiet?: boolean;
  readonly json?: boolean;
  readonly granular?: boolean;
  readonly unchanged?: boolean;
  readonly untrackedFiles?: string | true;
  readonly remote?: string;
  readonly notInRemote?: boolean;
}

export function configure(command: Command, io: Io): void {
  command.addHelpText('after', '\nExample:\n  $ millwright data status --granular');
  commonOptions(command.command('status'))
    .description('Show changes between the last commit, the DVC files and the work tree.')
    .argument('[targets...]', 'only these files and folders')
    .option('--json', "print DVC's document")
    .option('--granular', 'look into folders')
    .option('--unchanged', 'also what has not changed')
    .addOption(new Option('--untracked-files [which]', 'also files that neither Git nor DVC tracks').choices(['no', 'all']).preset('all'))
    .option('--not-in-remote', 'also what the remote lacks')
    .option('-r, --remote <name>', 'the remote, where it is not the default one; with --not-in-remote')
    .option('--no-remote-refresh', 'for compatibility: the remote is always asked')
    .addHelpText('after', '\nExample:\n  $ millwright data status --granular')
    .action((targets: string[], options: DataStatusFlags) => status(targets, options, io));
}

async function status(targets: readonly string[], options: DataStatusFlags, io: Io): Promise<void> {
  const isGranular = options.granular === true;
  const found = await withRepository(io, options, async (repository) => {
    const project = Project.load({ repository, cwd: io.cwd });
    const paths = targets.map((target) => relative(repository.root, resolve(io.cwd, target)));
    const local = await listingRemotes(repository, (listInRemote) =>
      dataStatus(repository, project.stages, { isGranular, paths, cwd: io.cwd, listInRemote }),
    );
    if (options.notInRemote !== true) return local;
    return { ...local, not_in_remote: await missingInRemotes(repository, project, targets, { remote: options.remote, isGranular }) };
  });
  const sections = chosenSections(found, options);
  if (options.json === true) io.stdout(`${JSON.stringify(Object.fromEntries(sections))}\n`);
  else if (options.quiet !== true) io.stdout(statusText(sections, found.git, io.stdoutIsTty));
}

type Section = readonly [name: SectionName, content: readonly string[] | Changes];
type SectionName = 'not_in_cache' | 'not_in_remote' | 'committed' | 'uncommitted' | 'untracked' | 'unchanged';

/** The sections that hold anything, in DVC's order. */
function chosenSections(found: DataStatus, options: DataStatusFlags): Section[] {
  const sections: Section[] = [
    ['not_in_cache', found.not_in_cache],
    ['not_in_remote', found.not_in_remote],
    ['committed', found.committed],
    ['uncommitted', found.uncommitted],
  ];
  if (options.untrackedFiles === 'all' || options.untrackedFiles === true) sections.push(['untracked', found.untracked]);
  if (options.unchanged === true) sections.push(['unchanged', found.unchanged]);
  return sections.filter(([, content]) => Object.keys(content).length > 0);
}

const titles: Readonly<
  Record<
    SectionName,
    { readonly label: string; readonly hints: readonly string[]; readonly color: 'red' | 'green' | 'yellow' | 'cyan' | 'reset' }
  >
> = {
  not_in_cache: { label: 'Not in cache', hints: ['use "dvc fetch <file>..." to download files'], color: 'red' },
  not_in_remote: { label: 'Not in remote', hints: ['use "dvc push <file>..." to upload files'], color: 'red' },
  committed: { label: 'DVC committed changes', hints: ['git commit the corresponding dvc files to update the repo'], color: 'green' },
  uncommitted: {
    label: 'DVC uncommitted changes',
    hints: ['use "dvc commit <file>..." to track changes', 'use "dvc checkout <file>..." to discard changes'],
    color: 'yellow',
  },
  untracked: {
    label: 'Untracked files',
    hints: ['use "git add <file> ..." or "dvc add <file>..." to commit to git or to dvc'],
    color: 'cyan',
  },
  unchanged: { label: 'DVC unchanged files', hints: [], color: 'reset' },
};

function statusText(sections: readonly Section[], git: DataStatus['git'], isTty: boolean): string {
  const colors = pc.createColors(isTty);
  const blocks = sections.map(([name, content]) => {
    const { label, hints, color } = titles[name];
    const lines = Array.isArray(content) ? (content as readonly string[]) : changeLines(content as Changes);
    return [`${label}:`, ...hints.map((hint) => `  (${hint})`), ...lines.map((line) => colors[color](`        ${line}`))]
      .map((line) => `${line}\n`)
      .join('');
  });
  const closing =
    git?.isDirty === true ? `(there are ${blocks.length > 0 ? 'other ' : ''}changes not tracked by dvc, use "git status" to see)\n` : '';
  if (blocks.length > 0) return blocks.join('\n') + closing;
  return `No changes${git?.isEmpty === true ? ' in an empty git repo' : ''}.\n${closing}`;
}

function changeLines(changes: Changes): string[] {
  return Object.entries(changes).flatMap(([kind, items]) =>
    items.map((item) => `${kind}: ${typeof item === 'string' ? item : `${item.old} -> ${item.new}`}`),
  );
}
