import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { MillwrightError } from '../errors.ts';
import type { Repository } from '../data/index.ts';
import type { Io } from './command.ts';
import { commonOptions, withLocalApp } from './local.ts';

interface CheckIgnoreFlags {
  readonly quiet?: boolean;
  readonly details?: boolean;
  readonly all?: boolean;
  readonly nonMatching?: boolean;
  readonly stdin?: boolean;
  readonly json?: boolean;
}

export function configure(command: Command, io: Io): void {
  commonOptions(command)
    .argument('[targets...]', 'paths to check')
    .option('-d, --details', 'print the deciding pattern and where it stands')
    .option('-a, --all', 'with --details: every pattern that played a part')
    .option('-n, --non-matching', 'with --details: also paths that no pattern matches')
    .option('--stdin', 'read paths from standard input, one a line')
    .option('--json', 'print the answers as JSON')
    .addHelpText('after', '\nExample:\n  $ millwright check-ignore -d data/tmp/a.csv')
    .action((targets: string[], options: CheckIgnoreFlags) => run(targets, options, io));
}

async function run(targets: readonly string[], options: CheckIgnoreFlags, io: Io): Promise<void> {
  refuseContradictions(targets, options);
  const isQuiet = options.quiet === true;
  await withLocalApp(io, { quiet: isQuiet }, async ({ repository }) => {
    let isMatched = false;
    for await (const target of options.stdin === true ? lines() : targets) {
      const { ignored, rules } = explain(repository, resolve(io.cwd, target));
      isMatched ||= options.details === true ? rules.length > 0 : ignored;
      if (isQuiet) continue;
      if (options.json === true) io.stdout(`${JSON.stringify({ path: target, ignored, rules })}\n`);
      else io.stdout(answer(target, ignored, rules, options));
    }
    io.exitCode = isMatched ? 0 : 1;
  });
}

function explain(repository: Repository, path: string): { ignored: boolean; rules: string[] } {
  const isDirectory = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const { ignored, rules } = repository.ignore.explain(path, isDirectory);
  return { ignored, rules: rules.map((rule) => rule.origin) };
}

function answer(target: string, ignored: boolean, rules: readonly string[], options: CheckIgnoreFlags): string {
  if (options.details !== true) return ignored ? `${target}\n` : '';
  const shown = rules.length === 0 && options.nonMatching === true ? ['::'] : options.all === true ? rules : rules.slice(-1);
  return shown.map((rule) => `${rule}\t${target}\n`).join('');
}

async function* lines(): AsyncGenerator<string> {
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === '') return;
    yield line;
  }
}

function refuseContradictions(targets: readonly string[], options: CheckIgnoreFlags): void {
  const problem =
    options.stdin !== true && targets.length === 0
      ? '`targets` or `--stdin` needed'
      : options.stdin === true && targets.length > 0
        ? 'cannot have both `targets` and `--stdin`'
        : options.nonMatching === true && options.details !== true
          ? '`--non-matching` is only valid with `--details`'
          : options.all === true && options.details !== true
            ? '`--all` is only valid with `--details`'
            : options.quiet === true && options.details === true
              ? 'cannot use both `--details` and `--quiet`'
              : undefined;
  if (problem !== undefined) throw new MillwrightError('DATA_ERROR', problem);
}
