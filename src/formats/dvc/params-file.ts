/** Parameters and metrics files: parsed by their suffix, keys looked up by dotted paths. */
import { posix } from 'node:path';
import { parse as parseToml, TomlDate, TomlError } from 'smol-toml';
import { MillwrightError } from '../../errors.ts';
import { parseJson } from './json-text.ts';
import { parsePython } from './python-file.ts';
import { Float, isMapping, Timestamp, type Mapping, type Value } from './value.ts';
import { parseYaml } from './yaml.ts';

/** `.json`, `.toml` and `.py` by their suffix, all else is YAML. An empty file is an empty mapping. */
export function parseParamsFile(text: string, fileName: string): Value {
  switch (posix.extname(fileName).toLowerCase()) {
    case '.json':
      return parseJson(text, fileName);
    case '.toml':
      return fromToml(text, fileName);
    case '.py':
      return parsePython(text);
    default:
      return parseYaml(text, fileName) ?? new Map();
  }
}

function fromToml(text: string, fileName: string): Value {
  try {
    return tomlValue(parseToml(text, { integersAsBigInt: true }));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const problem = error.message.split('\n')[0] ?? '';
    throw new MillwrightError(
      'DVC_FILE_INVALID',
      `'${fileName}' is invalid TOML in line ${error.line}, column ${error.column}: ${problem}`,
      {
        cause: error,
      },
    );
  }
}

function tomlValue(value: unknown): Value {
  if (typeof value === 'bigint') return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
  if (typeof value === 'number') return new Float(value);
  if (value instanceof TomlDate) return new Timestamp(value.toISOString().replace('T', ' '));
  if (Array.isArray(value)) return value.map(tomlValue);
  if (typeof value === 'object' && value !== null) return new Map(Object.entries(value).map(([key, item]) => [key, tomlValue(item)]));
  return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}

/**
 * The value at a dotted path through mappings and lists; `*`, `?` and `[…]` match as in a shell. Undefined where nothing is
 * there. Throws where a pattern matches more than one thing, as DVC does.
 */
export function lookUp(params: Value, path: string): Value | undefined {
  let found: Value[] = [params];
  for (const segment of path.split('.')) found = found.flatMap((value) => children(value, segment));
  if (found.length > 1) {
    throw new MillwrightError('DVC_FILE_INVALID', `the parameter '${path}' matches ${found.length} keys: name one of them`);
  }
  return found[0];
}

function children(value: Value, segment: string): Value[] {
  if (!Array.isArray(value) && !isMapping(value)) return [];
  const pattern = /[*?[]/.test(segment) ? globPattern(segment) : undefined;
  const entries: [unknown, Value][] = [...value.entries()];
  return entries.filter(([key]) => (pattern === undefined ? String(key) === segment : pattern.test(String(key)))).map(([, item]) => item);
}

/** Python's `fnmatch`. */
export function globPattern(glob: string): RegExp {
  const source = glob.replace(
    /\[(!?)([^\]]+)\]|[*?]|[\\^$.|+(){}[\]]/g,
    (part: string, not: string | undefined, set: string | undefined) => {
      if (set !== undefined) return `[${not === '!' ? '^' : ''}${set.replaceAll('\\', '\\\\')}]`;
      if (part === '*') return '.*';
      return part === '?' ? '.' : `\\${part}`;
    },
  );
  return new RegExp(`^${source}$`, 's');
}

/** The values of `keys` (dotted, in their order), or all top-level ones where `keys` is empty. */
export function selectParams(params: Value, keys: readonly string[]): Mapping {
  if (keys.length === 0) return isMapping(params) ? params : new Map();
  const selected: Mapping = new Map();
  for (const key of keys) {
    const value = lookUp(params, key);
    if (value !== undefined) selected.set(key, value);
  }
  return selected;
}
