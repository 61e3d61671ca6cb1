import type { Command } from 'commander';
import pc from 'picocolors';
import { diff, diffSections, type Diff, type DiffItem } from '../data/index.ts';
import { Project } from '../pipelines/index.ts';
import type { Io } from './command.ts';
import { endingWithOne, withRepository } from './data-verb.ts';
import { commonOptions } from './local.ts';
import { listingRemotes } from './remotes.ts';

interface DiffFlags {
  readonly quiet?: boolean;
  readonly targets?: readonly string[];
  readonly json?: boolean;
  readonly md?: boolean;
  readonly showHash?: boolean;
  readonly hideMissing?: boolean;
}

export function configure(command: Command, io: Io): void {
  commonOptions(command)
    .argument('[a_rev]', 'the older commit', 'HEAD')
    .argument('[b_rev]', 'the newer commit; the work tree where it is not given')
    .option('--targets <paths...>', 'only these tracked files and folders')
    .option('--json', "print DVC's document")
    .option('--md', 'print a Markdown table')
    .option('--show-hash', 'also print hashes')
    .option('--hide-missing', 'leave out what the cache lacks')
    .addHelpText('after', '\nExample:\n  $ millwright diff HEAD~1\n  $ millwright diff v1 v2 --md')
    .action((from: string, to: string | undefined, options: DiffFlags) => endingWithOne('', () => run(from, to, options, io)));
}

async function run(from: string, to: string | undefined, options: DiffFlags, io: Io): Promise<void> {
  const found = await withRepository(io, options, (repository) => {
    const stages = to === undefined ? Project.load({ repository, cwd: io.cwd }).stages : [];
    return listingRemotes(repository, (listInRemote) =>
      diff(repository, stages, { from, to, targets: options.targets ?? [], cwd: io.cwd, listInRemote }),
    );
  });
  const sections = diffSections.filter((section) => section !== 'not in cache' || (to === undefined && options.hideMissing !== true));
  const shown = sections.map((section) => [section, found?.[section] ?? []] as const);
  if (options.json === true) io.stdout(`${JSON.stringify(found === undefined ? {} : document(shown, options))}\n`);
  else if (options.quiet === true) return;
  else if (options.md === true) io.stdout(markdown(shown, options));
  else if (found !== undefined) io.stdout(text(shown, options, io));
}

type Shown = readonly (readonly [section: keyof Diff, items: readonly DiffItem[]])[];

function document(sections: Shown, { showHash }: DiffFlags): Record<string, unknown> {
  return Object.fromEntries(
    sections.map(([section, items]) => [section, items.map((item) => (showHash === true ? item : { path: item.path }))]),
  );
}

const colorOf = { added: 'green', deleted: 'red', modified: 'yellow', renamed: 'green', 'not in cache': 'yellow' } as const;

/** DVC lists renames before modifications. */
const order = ['added', 'deleted', 'renamed', 'modified', 'not in cache'] as const;

function text(sections: Shown, { showHash }: DiffFlags, { stdoutIsTty }: Pick<Io, 'stdoutIsTty'>): string {
  const colors = pc.createColors(stdoutIsTty);
  const counts: string[] = [];
  let result = '';
  for (const section of order) {
    const items = sections.find(([name]) => name === section)?.[1] ?? [];
    if (items.length === 0) continue;
    const files = items.filter((item) => !shownPath(item).endsWith('/')).length;
    if (files > 0) counts.push(`${files} ${section}`);
    const lines = items.map((item) => `    ${showHash === true ? `${shortHash(item)}  ` : ''}${shownPath(item)}\n`);
    result += `${colors[colorOf[section]](section[0]!.toUpperCase() + section.slice(1))}:\n${lines.join('')}\n`;
  }
  return counts.length === 0 ? result : `${result}files summary: ${counts.join(', ')}\n`;
}

function markdown(sections: Shown, { showHash }: DiffFlags): string {
  const header = ['Status', ...(showHash === true ? ['Hash'] : []), 'Path'];
  const rows = order.flatMap((section) => {
    const items = sections.find(([name]) => name === section)?.[1] ?? [];
    return items.map((item) => [section, ...(showHash === true ? [shortHash(item)] : []), shownPath(item)]);
  });
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]): string => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |\n`;
  return `${line(header)}|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|\n${rows.map(line).join('')}\n`;
}

function shownPath({ path }: DiffItem): string {
  return typeof path === 'string' ? path : `${path.old} -> ${path.new}`;
}

function shortHash({ hash }: DiffItem): string {
  if (hash === null) return '';
  return typeof hash === 'string' ? hash.slice(0, 8) : `${hash.old?.slice(0, 8) ?? ''}..${hash.new?.slice(0, 8) ?? ''}`;
}
