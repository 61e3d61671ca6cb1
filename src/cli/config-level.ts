/** `--global`, `--system`, `--project`, `--local`: which configuration file a command means. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { configFilesOf, findRoot, type ConfigFiles, type ConfigLevel } from '../data/index.ts';
import { MillwrightError } from '../errors.ts';
import type { Io } from './command.ts';

export interface LevelFlags {
  readonly global?: boolean;
  readonly system?: boolean;
  readonly project?: boolean;
  readonly local?: boolean;
}

export function levelOptions(command: Command): Command {
  return command
    .option('--global', "the user's configuration")
    .option('--system', "the machine's configuration")
    .option('--project', 'the configuration in Git, .dvc/config (default for changes)')
    .option('--local', 'the configuration that Git ignores, .dvc/config.local');
}

export function chosenLevel(flags: LevelFlags): ConfigLevel | undefined {
  const given = (['global', 'system', 'project', 'local'] as const).filter((flag) => flags[flag] === true);
  if (given.length > 1) throw new MillwrightError('USAGE', `--${given[0]!} and --${given[1]!} exclude each other: give one`);
  const [flag] = given;
  return flag === 'project' ? 'repo' : flag;
}

/** The files that hold here; outside of a repository only the user's and the machine's. */
export function openConfig(io: Io): ConfigFiles {
  return configFilesOf(dvcDirOf(io.cwd), io.config.env, io.cwd);
}

export function dvcDirOf(cwd: string): string | undefined {
  try {
    return join(findRoot(cwd), '.dvc');
  } catch (error) {
    if (error instanceof MillwrightError && error.code === 'NOT_A_REPOSITORY') return undefined;
    throw error;
  }
}

export function configError(problem: string): MillwrightError {
  return new MillwrightError('DVC_CONFIG_INVALID', `configuration error - config file error: ${problem}`);
}
