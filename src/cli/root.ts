import { relative } from 'node:path';
import type { Command } from 'commander';
import { findRoot } from '../data/index.ts';
import type { Io } from './command.ts';
import { commonOptions } from './local.ts';

export function configure(command: Command, io: Io): void {
  commonOptions(command)
    .addHelpText('after', '\nExample:\n  $ cd "$(millwright root)"')
    .action(() => io.stdout(`${relative(io.cwd, findRoot(io.cwd)) || '.'}\n`));
}
