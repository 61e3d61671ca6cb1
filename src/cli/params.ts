import type { Command } from 'commander';
import { diffDocument, diffShown, showParams } from '../pipelines/index.ts';
import type { Io } from './command.ts';
import { commonOptions, withLocalApp } from './local.ts';
import { readableAt, rootPaths } from './shown-revisions.ts';
import { printDiff, printJson, relativeKeys } from './shown-tables.ts';

interface DiffOptions {
  readonly quiet?: boolean;
  readonly targets?: string[];
  readonly all?: boolean;
  readonly deps?: boolean;
  readonly json?: boolean;
  readonly md?: boolean;
  readonly path: boolean;
}

export function configure(command: Command, io: Io): void {
  command.addHelpText('after', '\nExample:\n  $ millwright params diff HEAD~1');
  commonOptions(command.command('diff').description('Compare the parameters of two revisions.'))
    .argument('[a_rev]', 'older revision', 'HEAD')
    .argument('[b_rev]', 'newer revision', 'workspace')
    .option('--targets <paths...>', 'only these parameters files')
    .option('--all', 'also what did not change')
    .option('--deps', 'only parameters that stages depend on')
    .option('--json', "print DVC's document")
    .option('--md', 'print a Markdown table')
    .option('--no-path', 'leave out the column of files')
    .addHelpText('after', '\nExample:\n  $ millwright params diff HEAD~1')
    .action((before: string, after: string, options: DiffOptions) => diff([before, after], options, io));
}

async function diff(revisions: readonly [string, string], options: DiffOptions, io: Io): Promise<void> {
  await withLocalApp(io, options, async ({ repository }) => {
    const filter = { targets: rootPaths(repository, options.targets ?? [], io), depsOnly: options.deps === true };
    const [before, after] = await Promise.all(
      revisions.map((revision) => readableAt(repository, revision, (tree) => showParams(tree, filter))),
    );
    const changes = diffShown(before!, after!, { withUnchanged: options.all === true });
    const shown = relativeKeys(repository.root, io.cwd, changes);
    if (options.json === true) printJson(io, diffDocument(shown));
    else {
      const style = { markdown: options.md === true, precision: undefined, noPath: !options.path };
      printDiff(io, shown, 'Param', revisions, style);
    }
  });
}
