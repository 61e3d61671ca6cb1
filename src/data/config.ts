import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { errnoOf } from '../errors.ts';
import { parseConfigFile, type ConfigDocument, type ConfigSection, type ConfigValue } from '../formats/dvc/config-file.ts';
import { sectionName, validateConfig } from '../formats/dvc/config-schema.ts';

/** Weakest first: each shadows those before it. */
export const configLevels = ['system', 'global', 'repo', 'local'] as const;
export type ConfigLevel = (typeof configLevels)[number];

export type LinkType = 'reflink' | 'hardlink' | 'symlink' | 'copy';

/** What the configuration files say together, with their defaults; paths are absolute. */
export interface DvcConfig {
  readonly remote: string | undefined;
  readonly noScm: boolean;
  readonly autostage: boolean;
  readonly hardlinkLock: boolean;
  readonly siteCacheDir: string | undefined;
  /** Undefined: `.dvc/cache`. */
  readonly cacheDir: string | undefined;
  readonly linkTypes: readonly LinkType[];
  readonly isCacheShared: boolean;
  /** By lower-case name; `url` is absolute or has a scheme. */
  readonly remotes: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** All sections as they stand, merged: for options that other domains read (`parsing`, `plots`, `exp`). */
  readonly sections: ConfigDocument;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @param dvcDir undefined outside of a repository: only the user's and the machine's files then */
export function configFiles(dvcDir: string | undefined, env: Environment): ReadonlyMap<ConfigLevel, string> {
  const files = new Map<ConfigLevel, string>([
    ['system', join(env['DVC_SYSTEM_CONFIG_DIR'] ?? systemFolder(), 'config')],
    ['global', join(env['DVC_GLOBAL_CONFIG_DIR'] ?? globalFolder(env), 'config')],
  ]);
  if (dvcDir !== undefined) files.set('repo', join(dvcDir, 'config')).set('local', join(dvcDir, 'config.local'));
  return files;
}

function systemFolder(): string {
  return process.platform === 'darwin' ? '/Library/Application Support/dvc' : '/etc/xdg/dvc';
}

function globalFolder(env: Environment): string {
  const home = env['HOME'] ?? homedir();
  if (process.platform === 'darwin') return join(home, 'Library/Application Support/dvc');
  return join(env['XDG_CONFIG_HOME'] ?? join(home, '.config'), 'dvc');
}

export function loadConfig(dvcDir: string | undefined, env: Environment): DvcConfig {
  const merged = mergeLevels(configFiles(dvcDir, env), configLevels);
  validateConfig(merged);
  return typed(merged);
}

/** The files of some levels, merged in their order. */
export function mergeLevels(files: ReadonlyMap<ConfigLevel, string>, levels: readonly ConfigLevel[]): ConfigDocument {
  const merged: ConfigDocument = new Map();
  for (const level of levels) {
    const file = files.get(level);
    if (file !== undefined) mergeInto(merged, loadFile(file));
  }
  return merged;
}

export function mergeInto(target: ConfigDocument, update: ConfigDocument): void {
  for (const [section, options] of update) {
    const known = target.get(section) ?? new Map<string, ConfigValue>();
    for (const [key, value] of options) known.set(key, value);
    target.set(section, known);
  }
}

/** One file with its relative paths made absolute; empty where there is none. */
export function loadFile(file: string): ConfigDocument {
  const document = readConfigFile(file);
  mapPaths(document, (path) => absolutePath(dirname(resolve(file)), path));
  return document;
}

export function readConfigFile(file: string): ConfigDocument {
  try {
    return parseConfigFile(readFileSync(file, 'utf8'), file);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return new Map();
    throw error;
  }
}

const remotePaths = [
  'url',
  'gdrive_user_credentials_file',
  'gdrive_service_account_json_file_path',
  'credentialpath',
  'configpath',
  'keyfile',
  'cert_path',
  'key_path',
];

/** The options of a section that are paths. */
export function pathOptions(section: string): readonly string[] {
  if (section === 'cache') return ['dir'];
  return sectionName(section)?.kind === 'remote' ? remotePaths : [];
}

/** Applies `map` to every option that is a path: those are relative to the folder of their file. */
export function mapPaths(document: ConfigDocument, map: (path: string) => string): void {
  for (const [section, options] of document) {
    for (const key of pathOptions(section)) {
      const value = options.get(key);
      if (typeof value === 'string' && value !== '') options.set(key, map(value));
    }
  }
}

function absolutePath(folder: string, path: string): string {
  if (/^\w+:\/\//.test(path) || isAbsolute(path)) return path;
  if (path === '~' || path.startsWith('~/')) return join(homedir(), path.slice(1));
  return resolve(folder, path);
}

/** The spelling of an absolute path in a file of `folder`. */
export function relativePath(folder: string, path: string): string {
  return relative(folder, path) || '.';
}

function typed(sections: ConfigDocument): DvcConfig {
  const core = sections.get('core');
  const cache = sections.get('cache');
  return {
    remote: option(core, 'remote')?.toLowerCase(),
    noScm: flag(core, 'no_scm'),
    autostage: flag(core, 'autostage'),
    hardlinkLock: flag(core, 'hardlink_lock'),
    siteCacheDir: option(core, 'site_cache_dir'),
    cacheDir: option(cache, 'dir'),
    linkTypes: linkTypes(cache?.get('type')),
    isCacheShared: option(cache, 'shared')?.toLowerCase() === 'group',
    remotes: remotes(sections),
    sections,
  };
}

function remotes(sections: ConfigDocument): Map<string, ReadonlyMap<string, string>> {
  const found = new Map<string, ReadonlyMap<string, string>>();
  for (const [section, options] of sections) {
    const named = sectionName(section);
    if (named?.kind === 'remote') found.set(named.name, new Map([...options].map(([key, value]) => [key, String(value)])));
  }
  return found;
}

function linkTypes(value: ConfigValue | undefined): readonly LinkType[] {
  if (value === undefined) return ['reflink', 'copy'];
  const types = typeof value === 'string' ? value.split(',') : value;
  return types.map((type) => type.trim() as LinkType);
}

function option(section: ConfigSection | undefined, key: string): string | undefined {
  const value = section?.get(key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function flag(section: ConfigSection | undefined, key: string): boolean {
  return option(section, key)?.toLowerCase() === 'true';
}
