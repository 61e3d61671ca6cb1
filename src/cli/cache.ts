import { join } from 'node:path';
import type { Command } from 'commander';
import { editLevel, readLevel, setOption, type ConfigFiles } from '../data/index.ts';
import { MillwrightError } from '../errors.ts';
import type { Io } from './command.ts';
import { chosenLevel, configError, dvcDirOf, levelOptions, openConfig, type LevelFlags } from './config-level.ts';
import { commonOptions } from './local.ts';

interface CacheDirFlags extends LevelFlags {
  readonly quiet?: boolean;
  readonly unset?: boolean;
  readonly json?: boolean;
}

export function configure(command: Command, io: Io): void {
  levelOptions(commonOptions(command.command('dir')))
    .description('Print or set the folder of the cache.')
    .argument('[value]', 'the new folder; relative to this one')
    .option('-u, --unset', 'use .dvc/cache again')
    .option('--json', 'print it as JSON')
    .addHelpText('after', '\nExample:\n  $ millwright cache dir /mnt/shared/cache')
    .action((value: string | undefined, options: CacheDirFlags) => directory(openConfig(io), value, options, io));
  commonOptions(command.command('migrate'))
    .description('Move objects of DVC 2.x to the layout of 3.x (not supported: they are read where they are).')
    .option('--dvc-files', 'also the .dvc files')
    .option('--dry', 'only print what would be done')
    .addHelpText('after', '\nExample:\n  $ dvc cache migrate')
    .action(() => {
      throw new MillwrightError(
        'NOT_IMPLEMENTED',
        "'cache migrate' is not supported: objects of DVC 2.x are read where they are; DVC itself can migrate them",
      );
    });
  command.addHelpText('after', '\nExample:\n  $ millwright cache dir /mnt/shared/cache');
}

function directory(config: ConfigFiles, value: string | undefined, options: CacheDirFlags, io: Io): void {
  const level = chosenLevel(options);
  if (value === undefined && options.unset !== true) {
    const known = readLevel(config, level).get('cache')?.get('dir');
    const dvcDir = dvcDirOf(io.cwd);
    if (known === undefined && (level !== undefined || dvcDir === undefined))
      throw configError("option 'dir' doesn't exist in section 'cache'");
    const folder = known === undefined ? join(dvcDir!, 'cache') : String(known);
    io.stdout(options.json === true ? `${JSON.stringify({ dir: folder })}\n` : `${folder}\n`);
    return;
  }
  editLevel(config, level, (document) => {
    if (options.unset !== true) return setOption(config, document, level, 'cache', 'dir', value!);
    if (document.get('cache')?.delete('dir') !== true) throw configError("option 'dir' doesn't exist in section 'cache'");
  });
}
