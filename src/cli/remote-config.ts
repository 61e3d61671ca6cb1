/** `millwright remote …`: where data is pushed to. */
import type { Command } from 'commander';
import { configLevels, editLevel, readLevel, setOption, type ConfigFiles, type ConfigLevel, type ConfigSection } from '../data/index.ts';
import { MillwrightError } from '../errors.ts';
import type { Io } from './command.ts';
import { chosenLevel, configError, levelOptions, openConfig, type LevelFlags } from './config-level.ts';
import { commonOptions } from './local.ts';

interface RemoteFlags extends LevelFlags {
  readonly quiet?: boolean;
  readonly default?: boolean;
  readonly force?: boolean;
  readonly unset?: boolean;
  readonly json?: boolean;
}

export function configure(command: Command, io: Io): void {
  const sub = (name: string, summary: string, example: string): Command =>
    levelOptions(commonOptions(command.command(name)))
      .description(summary)
      .addHelpText('after', `\nExample:\n  $ millwright remote ${name} ${example}`);
  sub('add', 'Add a remote: a folder, or s3://BUCKET/PREFIX.', '-d store s3://bucket/prefix')
    .argument('<name>')
    .argument('<url>')
    .option('-d, --default', 'make it the default remote')
    .option('-f, --force', 'overwrite one of that name')
    .action((name: string, url: string, options: RemoteFlags) => add(openConfig(io), name.toLowerCase(), url, options, io));
  sub('default', 'Print or set the default remote.', 'store')
    .argument('[name]')
    .option('-u, --unset', 'have none')
    .action((name: string | undefined, options: RemoteFlags) => setDefault(openConfig(io), name?.toLowerCase(), options, io));
  sub('modify', "Change a remote's option.", 'store endpointurl http://127.0.0.1:8333')
    .argument('<name>')
    .argument('<option>')
    .argument('[value]')
    .option('-u, --unset', 'remove the option')
    .action((name: string, option: string, value: string | undefined, options: RemoteFlags) =>
      modify(openConfig(io), name.toLowerCase(), option, value, options),
    );
  sub('list', 'Print all remotes.', '--json')
    .option('--json', 'print them as JSON')
    .action((options: RemoteFlags) => list(openConfig(io), options, io));
  sub('remove', 'Remove a remote.', 'store')
    .argument('<name>')
    .action((name: string, options: RemoteFlags) => remove(openConfig(io), name.toLowerCase(), options));
  sub('rename', 'Rename a remote.', 'store archive')
    .argument('<name>')
    .argument('<new>')
    .action((name: string, to: string, options: RemoteFlags) => rename(openConfig(io), name.toLowerCase(), to, options));
  command.addHelpText('after', '\nExample:\n  $ millwright remote add -d store s3://bucket/prefix');
}

const sectionOf = (name: string): string => `remote "${name}"`;

function add(config: ConfigFiles, name: string, url: string, options: RemoteFlags, io: Io): void {
  if (options.default === true && options.quiet !== true) io.stdout(`Setting '${name}' as a default remote.\n`);
  const level = chosenLevel(options);
  editLevel(config, level, (document) => {
    if (document.has(sectionOf(name)) && options.force !== true) {
      throw configError(`remote '${name}' already exists. Use \`-f|--force\` to overwrite it.`);
    }
    document.get(sectionOf(name))?.clear();
    setOption(config, document, level, sectionOf(name), 'url', url);
    if (options.default === true) setOption(config, document, level, 'core', 'remote', name);
  });
}

function setDefault(config: ConfigFiles, name: string | undefined, options: RemoteFlags, io: Io): void {
  const level = chosenLevel(options);
  if (name === undefined && options.unset !== true) {
    const remote = readLevel(config, level).get('core')?.get('remote');
    io.stdout(`${remote === undefined ? 'No default remote set' : String(remote)}\n`);
    if (remote === undefined) io.exitCode = 1;
    return;
  }
  editLevel(config, level, (document) => {
    if (options.unset === true || name === undefined) return void document.get('core')?.delete('remote');
    const isKnown =
      document.has(sectionOf(name)) || weakerLevels(config, level).some((weaker) => readLevel(config, weaker).has(sectionOf(name)));
    if (!isKnown) throw configError('default remote must be present in remote list.');
    setOption(config, document, level, 'core', 'remote', name);
  });
}

function weakerLevels(config: ConfigFiles, level: ConfigLevel | undefined): readonly ConfigLevel[] {
  const weaker = level === undefined ? configLevels : configLevels.slice(0, configLevels.indexOf(level));
  return weaker.filter((candidate) => config.files.has(candidate));
}

function modify(config: ConfigFiles, name: string, option: string, value: string | undefined, options: RemoteFlags): void {
  const level = chosenLevel(options);
  if (value === undefined && options.unset !== true) {
    throw new MillwrightError('USAGE', `give a value for '${option}' of remote '${name}', or --unset to remove it`);
  }
  editLevel(config, level, (document) => {
    const isKnown =
      document.has(sectionOf(name)) || weakerLevels(config, level).some((weaker) => readLevel(config, weaker).has(sectionOf(name)));
    if (!isKnown) throw configError(`remote '${name}' doesn't exist.`);
    if (options.unset === true) document.get(sectionOf(name))?.delete(option);
    else setOption(config, document, level, sectionOf(name), option, value!);
  });
}

function list(config: ConfigFiles, options: RemoteFlags, io: Io): void {
  const merged = readLevel(config, chosenLevel(options));
  const chosen = merged.get('core')?.get('remote');
  const remotes = [...merged].flatMap(([section, values]) => {
    const name = /^remote "(.*)"$/.exec(section)?.[1];
    return name === undefined ? [] : [{ name, url: urlOf(name, values), isDefault: name === chosen }];
  });
  if (options.json === true) io.stdout(`${JSON.stringify(remotes)}\n`);
  else for (const { name, url, isDefault } of remotes) io.stdout(`${name}\t${url}${isDefault ? '\t(default)' : ''}\n`);
}

function urlOf(name: string, values: ConfigSection): string {
  const url = values.get('url');
  if (typeof url !== 'string')
    throw configError(`remote '${name}' has no url: set it with 'dvc remote modify ${name} url URL', or remove the remote`);
  return url;
}

function remove(config: ConfigFiles, name: string, options: RemoteFlags): void {
  const level = chosenLevel(options) ?? 'repo';
  editLevel(config, level, (document) => {
    if (!document.delete(sectionOf(name))) throw configError(`remote '${name}' doesn't exist.`);
  });
  // A default that shadows this level would point to nothing.
  for (const shadowing of configLevels.slice(configLevels.indexOf(level)).toReversed()) {
    if (!config.files.has(shadowing) || readLevel(config, shadowing).get('core')?.get('remote') !== name) continue;
    editLevel(config, shadowing, (document) => void document.get('core')?.delete('remote'));
  }
}

function rename(config: ConfigFiles, name: string, to: string, options: RemoteFlags): void {
  const level = chosenLevel(options) ?? 'repo';
  if (readLevel(config, undefined).has(sectionOf(to))) throw configError(`Rename failed. Remote name '${to}' already exists.`);
  editLevel(config, level, (document) => {
    const values = document.get(sectionOf(name));
    if (values === undefined) throw configError(`remote '${name}' doesn't exist.`);
    document.delete(sectionOf(name));
    document.set(sectionOf(to), values);
    if (document.get('core')?.get('remote') === name) document.get('core')?.set('remote', to);
  });
  for (const shadowing of configLevels.slice(configLevels.indexOf(level) + 1)) {
    if (!config.files.has(shadowing) || readLevel(config, shadowing).get('core')?.get('remote') !== name) continue;
    editLevel(config, shadowing, (document) => void document.get('core')?.set('remote', to));
  }
}
