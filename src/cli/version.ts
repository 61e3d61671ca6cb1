import { arch, platform } from 'node:os';
import type { Command } from 'commander';
import { MillwrightError } from '../errors.ts';
import { version } from '../version.ts';
import type { Io } from './command.ts';
import { commonOptions, withLocalApp } from './local.ts';

export function configure(command: Command, io: Io): void {
  commonOptions(command)
    .addHelpText('after', '\nExample:\n  $ millwright doctor')
    .action(() => run(io));
}

async function run(io: Io): Promise<void> {
  io.stdout(`Millwright version: ${version}\nPlatform: Node ${process.versions.node} on ${platform()} ${arch()}\n`);
  try {
    await withLocalApp(io, {}, async ({ repository: { root, cacheDir, config, git } }) => {
      io.stdout(`Repository: ${root} (${git === undefined ? 'no Git' : 'Git'})\n`);
      io.stdout(`Cache: ${cacheDir} (${config.linkTypes.join(', ')})\n`);
      io.stdout(`Remotes: ${[...config.remotes.keys()].join(', ') || 'none'}\n`);
    });
  } catch (error) {
    // What runs here can be told without a repository too
    if (!(error instanceof MillwrightError) || error.code !== 'NOT_A_REPOSITORY') throw error;
  }
}
