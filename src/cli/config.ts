import { dirname, relative } from 'node:path';
import type { Command } from 'commander';
import { editLevel, fileOf, readLevel, setOption, type ConfigFiles, type ConfigLevel } from '../data/index.ts';
import { MillwrightError } from '../errors.ts';
import type { Io } from './command.ts';
import { chosenLevel, configError, levelOptions, openConfig, type LevelFlags } from './config-level.ts';
import { commonOptions } from './local.ts';

interface ConfigFlags extends LevelFlags {
  readonly quiet?: boolean;
  readonly unset?: boolean;
  readonly list?: boolean;
  readonly showOrigin?: boolean;
  readonly json?: boolean;
}

export function configure(command: Command, io: Io): void {
  levelOptions(commonOptions(command))
    .argument('[name]', 'section.option, or remote.NAME.option')
    .argument('[value]', 'the new value; prints the present one where it is not given')
    .option('-u, --unset', 'remove the option')
    .option('-l, --list', 'print all options')
    .option('--show-origin', 'also print the file that says so')
    .option('--json', 'with --list: as JSON')
    .addHelpText('after', '\nExample:\n  $ millwright config core.autostage true')
    .action((name: string | undefined, value: string | undefined, options: ConfigFlags) => {
      run(openConfig(io), name, value, options, io);
    });
}

function run(config: ConfigFiles, name: string | undefined, value: string | undefined, options: ConfigFlags, io: Io): void {
  if (options.showOrigin === true && (value !== undefined || options.unset === true)) {
    throw usage("--show-origin can't be used together with any of these options: -u/--unset, value");
  }
  if (options.list === true) {
    if (name !== undefined || options.unset === true)
      throw usage("-l/--list can't be used together with any of these options: -u/--unset, name, value");
    return list(config, options, io);
  }
  if (name === undefined) throw usage('name argument is required');
  const target = parseName(name);
  if (value === undefined && options.unset !== true) return print(config, target, options, io);
  change(config, target, value, options);
  if (name.toLowerCase() === 'cache.type') {
    io.stderr(
      "WARNING: You have changed the 'cache.type' option. This doesn't update any existing workspace file links, but it can be done with:\n             dvc checkout --relink\n",
    );
  }
}

interface OptionName {
  /** As the file has it: `core`, or `remote "store"`. */
  readonly section: string;
  readonly option: string;
  /** How messages call the section. */
  readonly title: string;
}

function parseName(name: string): OptionName {
  const match = /^(?:(remote|db)\.)?([^.]*)\.([^.]*)$/.exec(name);
  if (match === null) throw usage('name argument should look like remote.name.option or db.name.option or section.option');
  const [, top, section, option] = match;
  const lower = section!.toLowerCase();
  return {
    section: top === undefined ? lower : `${top} "${lower}"`,
    option: option!.toLowerCase(),
    title: `${top ?? 'section'} '${lower}'`,
  };
}

function usage(message: string): MillwrightError {
  return new MillwrightError('VERB_FAILED', message);
}

function levelsFor(config: ConfigFiles, options: ConfigFlags): readonly ConfigLevel[] {
  const level = chosenLevel(options);
  if (level === undefined) return [...config.files.keys()];
  fileOf(config, level);
  return [level];
}

function list(config: ConfigFiles, options: ConfigFlags, io: Io): void {
  const found = levelsFor(config, options).flatMap((level) => {
    const sections = [...readLevel(config, level)].sort(([a], [b]) => Number(b.startsWith('remote "')) - Number(a.startsWith('remote "')));
    return sections.flatMap(([section, values]) =>
      [...values].map(([option, value]) => ({ level, name: `${dotted(section)}.${option}`, value: String(value) })),
    );
  });
  if (options.json === true) {
    io.stdout(`${JSON.stringify(found.map(({ level, name, value }) => ({ name, value, origin: fileOf(config, level) })))}\n`);
    return;
  }
  for (const { level, name, value } of found) io.stdout(`${options.showOrigin === true ? origin(config, level) : ''}${name}=${value}\n`);
}

/** `remote "store"` → `remote.store`. */
function dotted(section: string): string {
  return section.replace(/^(\w+) "(.*)"$/, '$1.$2');
}

function origin(config: ConfigFiles, level: ConfigLevel): string {
  const file = fileOf(config, level);
  const shown = level === 'repo' || level === 'local' ? relative(dirname(dirname(file)), file) : file;
  return `${shown}\t`;
}

/** The strongest level that has the option wins. */
function print(config: ConfigFiles, name: OptionName, options: ConfigFlags, io: Io): void {
  for (const level of levelsFor(config, options).toReversed()) {
    const value = readLevel(config, level).get(name.section)?.get(name.option);
    if (value !== undefined) {
      io.stdout(`${options.showOrigin === true ? origin(config, level) : ''}${String(value)}\n`);
      return;
    }
  }
  if (chosenLevel(options) !== undefined) throw configError(`option '${name.option}' doesn't exist in ${name.title}`);
}

function change(config: ConfigFiles, name: OptionName, value: string | undefined, options: ConfigFlags): void {
  const level = chosenLevel(options);
  editLevel(config, level, (document) => {
    if (value !== undefined && options.unset !== true) return setOption(config, document, level, name.section, name.option, value);
    if (document.get(name.section)?.delete(name.option) !== true)
      throw configError(`option '${name.option}' doesn't exist in ${name.title}`);
  });
}
