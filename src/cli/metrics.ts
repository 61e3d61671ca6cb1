import type { Command } from 'commander';
import { MillwrightError } from '../errors.ts';
import { flattened } from '../formats/dvc/templating-expression.ts';
import { isMapping, type Mapping, type Value } from '../formats/dvc/value.ts';
import { atRevision, diffDocument, diffShown, revisionsToShow, sameShown, showMetrics, type Shown } from '../pipelines/index.ts';
import type { Io } from './command.ts';
import { commonOptions, withLocalApp } from './local.ts';
import { readableAt, rootPaths } from './shown-revisions.ts';
import { cell, printDiff, printJson, printRows, relativeKeys } from './shown-tables.ts';

interface ShowOptions {
  readonly quiet?: boolean;
  readonly allBranches?: boolean;
  readonly allTags?: boolean;
  readonly allCommits?: boolean;
  readonly recursive?: boolean;
  readonly json?: boolean;
  readonly md?: boolean;
  readonly precision?: string;
}

interface DiffOptions extends ShowOptions {
  readonly targets?: string[];
  readonly all?: boolean;
  readonly path: boolean;
}

export function configure(command: Command, io: Io): void {
  command.addHelpText('after', '\nExample:\n  $ millwright metrics diff');
  tableOptions(command.command('show').description('Print the metrics of the work tree, or of commits.'))
    .argument('[targets...]', 'metrics files (default: those of all pipelines)')
    .option('-a, --all-branches', 'also of all branches')
    .option('-T, --all-tags', 'also of all tags')
    .option('-A, --all-commits', 'also of all commits')
    .addHelpText('after', '\nExample:\n  $ millwright metrics show --all-branches')
    .action((targets: string[], options: ShowOptions) => show(targets, options, io));
  tableOptions(command.command('diff').description('Compare the metrics of two revisions.'))
    .argument('[a_rev]', 'older revision', 'HEAD')
    .argument('[b_rev]', 'newer revision', 'workspace')
    .option('--targets <paths...>', 'only these metrics files')
    .option('--all', 'also what did not change')
    .option('--no-path', 'leave out the column of files')
    .addHelpText('after', '\nExample:\n  $ millwright metrics diff main --md')
    .action((before: string, after: string, options: DiffOptions) => diff([before, after], options, io));
}

function tableOptions(command: Command): Command {
  return commonOptions(command)
    .option('-R, --recursive', 'targets may be folders')
    .option('--json', "print DVC's document")
    .option('--md', 'print a Markdown table')
    .option('--precision <digits>', 'digits after the point (default: 5)');
}

export function precisionOf(text: string | undefined): number {
  if (text === undefined) return 5;
  if (!/^\d{1,2}$/.test(text)) throw new MillwrightError('USAGE', `--precision must be a number of digits, not '${text}'`);
  return Number(text);
}

async function show(targets: readonly string[], options: ShowOptions, io: Io): Promise<void> {
  await withLocalApp(io, options, async ({ repository }) => {
    const paths = rootPaths(repository, targets, io);
    const wanted = { branches: options.allBranches === true, tags: options.allTags === true, commits: options.allCommits === true };
    const { names, active } = await revisionsToShow(repository, wanted);
    const results = new Map<string, Shown>();
    for (const [name, revision] of names) {
      results.set(name, await atRevision(repository, revision, (tree) => showMetrics(tree, { repository, cwd: io.cwd, targets: paths })));
    }
    if (active !== undefined && sameShown(results.get('workspace'), results.get(active))) results.delete('workspace');
    for (const [name, shown] of results) results.set(name, relativeKeys(repository.root, io.cwd, shown));
    if (options.json === true) printJson(io, showDocument(results));
    else printShown(io, results, { ...options, withRevision: names.size > 1 });
  });
}

function showDocument(results: ReadonlyMap<string, Shown>): Mapping {
  const document: Mapping = new Map();
  for (const [name, shown] of results) {
    const files: Mapping = new Map([...shown].map(([path, result]) => [path, resultDocument(result)]));
    document.set(name, new Map([['data', files]]));
  }
  return document;
}

function resultDocument(result: Shown extends Map<string, infer T> ? T : never): Mapping {
  if ('data' in result) return new Map([['data', result.data]]);
  const { type, msg } = result.error;
  return new Map([['error', new Map(Object.entries({ type, msg }))]]);
}

function printShown(io: Io, results: ReadonlyMap<string, Shown>, options: ShowOptions & { readonly withRevision: boolean }): void {
  const rows: { readonly revision: string; readonly path: string; readonly cells: Map<string, Value> }[] = [];
  for (const [revision, shown] of results) {
    for (const [path, result] of shown) {
      if ('error' in result) io.stderr(`WARNING: metrics of '${path}' cannot be read: ${result.error.detail ?? result.error.msg}\n`);
      else rows.push({ revision, path, cells: new Map(isMapping(result.data) ? flattened(result.data) : [['', result.data]]) });
    }
  }
  const keys = [...new Set(rows.flatMap(({ cells }) => [...cells.keys()]))].toSorted();
  const digits = precisionOf(options.precision);
  const lines = rows.map(({ revision, path, cells }) => [
    ...(options.withRevision ? [revision] : []),
    path,
    ...keys.map((key) => cell(cells.get(key) ?? null, digits)),
  ]);
  printRows(io, [...(options.withRevision ? ['Revision'] : []), 'Path', ...keys], lines, options.md === true);
}

async function diff(revisions: readonly [string, string], options: DiffOptions, io: Io): Promise<void> {
  await withLocalApp(io, options, async ({ repository }) => {
    const paths = rootPaths(repository, options.targets ?? [], io);
    const [before, after] = await Promise.all(
      revisions.map((revision) =>
        readableAt(repository, revision, (tree) => showMetrics(tree, { repository, cwd: io.cwd, targets: paths })),
      ),
    );
    const changes = diffShown(before!, after!, { withUnchanged: options.all === true });
    const shown = relativeKeys(repository.root, io.cwd, changes);
    const style = { markdown: options.md === true, precision: precisionOf(options.precision), noPath: !options.path, withChange: true };
    if (options.json === true) printJson(io, diffDocument(shown));
    else printDiff(io, shown, 'Metric', revisions, style);
  });
}
