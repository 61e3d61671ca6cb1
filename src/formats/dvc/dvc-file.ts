import { MillwrightError } from '../../errors.ts';
import { readDependency, readOutput, writeDependency, writeOutput } from './entry-codec.ts';
import type { DependencyEntry, OutputEntry } from './entry.ts';
import { Timestamp, isMapping, typeName, type Key, type Mapping, type Value } from './value.ts';
import { editYaml, emitYaml, locateYaml, parseYaml } from './yaml.ts';

/** A `.dvc` file: data that a person added, or an import. */
export interface DvcFile {
  readonly desc: string | undefined;
  /** Checksum of the stage, of imports only. */
  readonly md5: string | undefined;
  /** POSIX, relative to the file's folder; `.` where it is not written. */
  readonly wdir: string;
  readonly frozen: boolean;
  readonly deps: readonly DependencyEntry[];
  readonly outs: readonly OutputEntry[];
  readonly alwaysChanged: boolean;
  readonly meta: Value | undefined;
}

/** Throws DVC_FILE_INVALID naming file, line, key and remedy. */
export function parseDvcFile(content: string, fileName: string): DvcFile {
  const document = parseYaml(content, fileName) ?? new Map<Key, Value>();
  const check = checker(content, fileName);
  const top = check.mapping(document, []);
  check.keys(top, topKeys, []);
  const deps = check.list(top.get('deps'), ['deps']).map((item, i) => readDependency(check.entry(item, dependencyKeys, ['deps', i])));
  const outs = check.list(top.get('outs'), ['outs']).map((item, i) => readOutput(check.entry(item, outputKeys, ['outs', i])));
  const desc = top.get('desc');
  const wdir = top.get('wdir');
  const md5 = top.get('md5');
  return {
    desc: typeof desc === 'string' ? desc : undefined,
    md5: typeof md5 === 'string' ? md5 : undefined,
    wdir: typeof wdir === 'string' && wdir !== '' ? wdir : '.',
    frozen: top.get('frozen') === true || top.get('locked') === true,
    deps,
    outs,
    alwaysChanged: top.get('always_changed') === true,
    meta: top.get('meta') ?? undefined,
  };
}

/** The text to write: new, or `previous` edited so that its comments and its author's order stay. */
export function renderDvcFile(file: DvcFile, previous: string | undefined): string {
  const document = writeDvcFile(file);
  return previous === undefined ? emitYaml(document) : editYaml(previous, document);
}

/** In the order DVC writes; what is empty is left out. */
export function writeDvcFile(file: DvcFile): Mapping {
  const document: Mapping = new Map();
  if (file.desc !== undefined && file.desc !== '') document.set('desc', file.desc);
  if (file.md5 !== undefined) document.set('md5', file.md5);
  if (file.wdir !== '.') document.set('wdir', file.wdir);
  if (file.frozen) document.set('frozen', true);
  if (file.deps.length > 0) document.set('deps', file.deps.map(writeDependency));
  if (file.outs.length > 0) document.set('outs', file.outs.map(writeOutput));
  if (file.alwaysChanged) document.set('always_changed', true);
  if (file.meta !== undefined) document.set('meta', file.meta);
  return document;
}

type Kind = 'string' | 'boolean' | 'integer' | 'list' | 'mapping' | 'any';
type Schema = Readonly<Record<string, Kind>>;

const topKeys: Schema = {
  md5: 'string',
  wdir: 'string',
  deps: 'list',
  outs: 'list',
  locked: 'boolean',
  frozen: 'boolean',
  meta: 'any',
  always_changed: 'boolean',
  desc: 'string',
};

const hashedKeys: Schema = {
  md5: 'string',
  etag: 'string',
  checksum: 'string',
  size: 'integer',
  nfiles: 'integer',
  isexec: 'boolean',
  version_id: 'string',
  path: 'string',
  persist: 'boolean',
  cloud: 'mapping',
  hash: 'string',
  files: 'list',
  fs_config: 'mapping',
};

const outputKeys: Schema = {
  ...hashedKeys,
  desc: 'string',
  type: 'string',
  labels: 'list',
  meta: 'any',
  cache: 'boolean',
  remote: 'string',
  push: 'boolean',
  metric: 'any',
  plot: 'any',
};

const dependencyKeys: Schema = { ...hashedKeys, repo: 'mapping', db: 'mapping' };

type Path = readonly Key[];

function checker(content: string, fileName: string) {
  const fail = (path: Path, problem: string): never => {
    const { line, column } = locateYaml(content, path);
    throw new MillwrightError('DVC_FILE_INVALID', `'${fileName}' validation failed: line ${line}, column ${column}: ${problem}`);
  };
  const mapping = (value: Value | undefined, path: Path): Mapping =>
    isMapping(value) ? value : fail(path, `expected a mapping, found ${describe(value)}`);
  const keys = (value: Mapping, schema: Schema, path: Path): void => {
    for (const [key, item] of value) {
      const kind = typeof key === 'string' ? schema[key] : undefined;
      if (kind === undefined)
        fail([...path, key], `'${String(key)}' is not known here: remove it, or use one of ${Object.keys(schema).join(', ')}`);
      else if (!isOfKind(item, kind)) fail([...path, key], `'${String(key)}' must be a ${kind}, found ${describe(item)}`);
    }
  };
  return {
    mapping,
    keys,
    list: (value: Value | undefined, path: Path): readonly Value[] =>
      value === undefined || value === null ? [] : Array.isArray(value) ? value : fail(path, `expected a list, found ${describe(value)}`),
    entry: (value: Value, schema: Schema, path: Path): Mapping => {
      const entry = mapping(value, path);
      keys(entry, schema, path);
      return entry;
    },
  };
}

/** DVC takes an integer for a hash that looks like one, and null for what is absent. */
function isOfKind(value: Value, kind: Kind): boolean {
  if (value === null || kind === 'any') return true;
  if (kind === 'string') return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint';
  if (kind === 'integer') return typeof value === 'number';
  if (kind === 'list') return Array.isArray(value);
  return kind === 'mapping' ? isMapping(value) : typeof value === 'boolean';
}

function describe(value: Value | undefined): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (isMapping(value)) return 'a mapping';
  return value instanceof Timestamp ? `the date ${value.text}` : `${typeName(value)} '${String(value)}'`;
}
