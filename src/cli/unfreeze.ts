import type { Command } from 'commander';
import type { Io } from './command.ts';
import { configureFreezing } from './freeze.ts';

export function configure(command: Command, io: Io): void {
  configureFreezing(command, io, 'unfreeze');
}
