import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { MillwrightError } from '../errors.ts';
import { emitConfigFile, type ConfigDocument, type ConfigSection, type ConfigValue } from '../formats/dvc/config-file.ts';
import { sectionName, sectionOrder, validateConfig } from '../formats/dvc/config-schema.ts';
import { replaceFile } from '../lib/replace-file.ts';
import {
  configFiles,
  configLevels,
  loadFile,
  mergeInto,
  mergeLevels,
  pathOptions,
  readConfigFile,
  relativePath,
  type ConfigLevel,
} from './config.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The configuration files of one place, to be read level by level and changed. */
export interface ConfigFiles {
  readonly files: ReadonlyMap<ConfigLevel, string>;
  /** What relative paths given by the user are relative to. */
  readonly cwd: string;
}

export function configFilesOf(dvcDir: string | undefined, env: Environment, cwd: string): ConfigFiles {
  return { files: configFiles(dvcDir, env), cwd };
}

/** One level's options, or those of all levels merged; paths absolute, nothing validated. */
export function readLevel(config: ConfigFiles, level: ConfigLevel | undefined): ConfigDocument {
  return level === undefined ? mergeLevels(config.files, configLevels) : loadFile(fileOf(config, level));
}

/**
 * Changes one file (`.dvc/config` unless said otherwise). As DVC does it: refused where the file would be wrong together with the weaker
 * levels; an error of a stronger level is reported after the file was written.
 */
export function editLevel(config: ConfigFiles, level: ConfigLevel | undefined, edit: (document: ConfigDocument) => void): void {
  const chosen = level ?? 'repo';
  const file = fileOf(config, chosen);
  const document = readConfigFile(file);
  ensureSections(document);
  edit(document);
  const merged = mergeLevels(config.files, configLevels.slice(0, configLevels.indexOf(chosen)));
  // With what the edit emptied: a remote that lost its url must not vanish in silence
  mergeInto(merged, document);
  validateConfig(merged);
  mkdirSync(dirname(file), { recursive: true });
  // A user's own configuration may be a link to where she keeps such files
  const place = existsSync(file) ? realpathSync(file) : file;
  replaceFile(place, emitConfigFile(inOrder(document)), dirname(place));
  validateConfig(mergeLevels(config.files, configLevels));
}

export function fileOf(config: ConfigFiles, level: ConfigLevel): string {
  const file = config.files.get(level);
  if (file === undefined) throw new MillwrightError('DVC_CONFIG_INVALID', 'configuration error - config file error: Not inside a DVC repo');
  return file;
}

/** Sets an option; a path given by the user becomes relative to the file. */
export function setOption(
  config: ConfigFiles,
  document: ConfigDocument,
  level: ConfigLevel | undefined,
  section: string,
  option: string,
  value: ConfigValue,
): void {
  const options: ConfigSection = document.get(section) ?? new Map();
  const isPath = typeof value === 'string' && pathOptions(section).includes(option);
  options.set(option, isPath ? spelled(config, level, value) : value);
  document.set(section, options);
}

function spelled(config: ConfigFiles, level: ConfigLevel | undefined, path: string): string {
  if (/^\w+:\/\//.test(path) || path.startsWith('~') || path.startsWith('/')) return path;
  return relativePath(dirname(resolve(fileOf(config, level ?? 'repo'))), resolve(config.cwd, path));
}

/** Plain sections as they stand, new ones in DVC's order, then remotes; empty ones left out. */
function inOrder(document: ConfigDocument): ConfigDocument {
  const filled = [...document].filter(([, options]) => options.size > 0);
  const named = (kind: string): [string, ConfigSection][] => filled.filter(([section]) => sectionName(section)?.kind === kind);
  return new Map([
    ...filled.filter(([section]) => sectionName(section) === undefined),
    ...named('remote'),
    ...named('machine'),
    ...named('db'),
  ]);
}

/** Adds the plain sections that DVC would append, so that several new ones come in its order. */
function ensureSections(document: ConfigDocument): void {
  for (const section of sectionOrder) if (!document.has(section)) document.set(section, new Map());
}
