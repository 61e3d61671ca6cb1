/** The shape of dvc.yaml and dvc.lock, checked with a message that names file, line, column and key. */
import { MillwrightError } from '../../errors.ts';
import { isMapping, typeName, type Key, type Mapping, type Value } from './value.ts';
import { locateYaml } from './yaml.ts';

interface Problem {
  readonly path: readonly Key[];
  readonly text: string;
  /** What to write instead, where the text alone does not say it. */
  readonly remedy?: string;
}

/** A problem's path begins where the check does: most values have none, and cost no path. */
type Check = (value: Value) => Problem | undefined;

const any: Check = () => undefined;
const string = kind('a string', (value) => typeof value === 'string');
const boolean = kind('true or false', (value) => typeof value === 'boolean');
const mapping = kind('a mapping', isMapping);

function kind(what: string, test: (value: Value) => boolean): Check {
  return (value) => (test(value) ? undefined : unexpected(what, value));
}

function unexpected(what: string, value: Value): Problem {
  const remedy = remedies.get(what);
  return { path: [], text: `expected ${what}, found ${described(value)}`, ...(remedy === undefined ? {} : { remedy }) };
}

function below(key: Key, problem: Problem): Problem {
  return { ...problem, path: [key, ...problem.path] };
}

const remedies: ReadonlyMap<string, string> = new Map([
  ['a mapping', "write 'KEY: VALUE' lines below it"],
  ['a list', "write '- VALUE' lines below it"],
  ['a string', 'put it in quotes'],
]);

function described(value: Value): string {
  if (value === null) return 'nothing';
  return isMapping(value) || Array.isArray(value)
    ? `a ${typeName(value) === 'dict' ? 'mapping' : 'list'}`
    : `${typeName(value)} ${String(value)}`;
}

function listOf(item: Check): Check {
  return (value) => {
    if (!Array.isArray(value)) return unexpected('a list', value);
    for (let index = 0; index < value.length; index += 1) {
      const problem = item(value[index]!);
      if (problem !== undefined) return below(index, problem);
    }
    return undefined;
  };
}

function mapOf(item: Check): Check {
  return (value) => {
    if (!isMapping(value)) return unexpected('a mapping', value);
    for (const [key, element] of value) {
      if (typeof key !== 'string') return { path: [key], text: `the key ${String(key)} must be a string: put it in quotes` };
      const problem = item(element);
      if (problem !== undefined) return below(key, problem);
    }
    return undefined;
  };
}

function record(fields: Readonly<Record<string, Check>>, required: readonly string[] = []): Check {
  const checks = new Map<Key, Check>(Object.entries(fields));
  return (value) => {
    if (!isMapping(value)) return unexpected('a mapping', value);
    const missing = required.find((key) => !value.has(key));
    if (missing !== undefined) return { path: [], text: `required key not provided: add '${missing}:'` };
    for (const [key, element] of value) {
      const check = checks.get(key);
      if (check === undefined) {
        const known = Object.keys(fields).join(', ');
        return { path: [key], text: `extra keys not allowed: remove or rename '${String(key)}' (known here: ${known})` };
      }
      const problem = check(element);
      if (problem !== undefined) return below(key, problem);
    }
    return undefined;
  };
}

function either(what: string, ...checks: readonly Check[]): Check {
  return (value) => {
    let deeper: Problem | undefined;
    for (const check of checks) {
      const problem = check(value);
      if (problem === undefined) return undefined;
      // A problem deeper inside says more than the list of kinds
      if (problem.path.length > 0) deeper ??= problem;
    }
    return deeper ?? unexpected(what, value);
  };
}

function nullable(check: Check): Check {
  return (value) => (value === null ? undefined : check(value));
}

const annotations = { desc: string, type: string, labels: listOf(string), meta: any };
const outputFlags = { ...annotations, cache: boolean, persist: boolean, checkpoint: boolean, remote: string, push: boolean };
const output = either('a path or a mapping of a path to its options', string, mapOf(record(outputFlags)));
const plotFlags = record({
  ...outputFlags,
  ...{ template: string, x: string, y: string, x_label: string, y_label: string, title: string, header: boolean },
});
const plot = either('a path or a mapping of a path to its options', string, mapOf(either('options', plotFlags, listOf(plotFlags))));
const vars = listOf(either('a file or a mapping', string, mapping));
const command = either('a command or a list of commands', string, listOf(any));

const stage = record(
  {
    matrix: mapOf(either('a list or an expression', string, listOf(any))),
    ...{ cmd: command, wdir: string, deps: listOf(string) },
    params: listOf(either('a parameter or a mapping of a file to its parameters', string, mapping)),
    ...{ vars, frozen: boolean, meta: any, desc: string, always_changed: boolean },
    ...{ outs: listOf(output), metrics: listOf(output), plots: listOf(plot) },
  },
  ['cmd'],
);
const generated = record({ foreach: either('a list, a mapping or an expression', mapping, listOf(any), string), do: stage }, [
  'foreach',
  'do',
]);

const plotSource = either('a field or a mapping of a file to its field', string, mapOf(string));
const plotSources = either(
  'a field, a list of fields or a mapping of files to fields',
  string,
  listOf(string),
  mapOf(either('a field or a list of fields', string, listOf(string))),
);
const plotDefinition = record({ x: plotSource, y: plotSources, x_label: string, y_label: string, title: string, template: string });

const pipelineFile = record({
  datasets: any,
  plots: listOf(either('a path or a mapping of an id to its definition', string, mapOf(nullable(plotDefinition)))),
  stages: mapOf((value) => (isMapping(value) && (value.has('foreach') || value.has('do')) ? generated : stage)(value)),
  vars,
  params: listOf(string),
  metrics: listOf(string),
  artifacts: mapOf(record({ path: string, ...annotations }, ['path'])),
});

const lockItem = record(
  {
    ...Object.fromEntries(['size', 'nfiles', 'isexec', 'version_id', 'cloud', 'files', 'dataset'].map((key) => [key, any])),
    path: string,
    hash: string,
    md5: any,
    etag: any,
    checksum: any,
  },
  ['path'],
);
const lockStage = record({ cmd: command, deps: listOf(lockItem), params: mapOf(mapping), outs: listOf(lockItem) }, ['cmd']);
const lockVersion: Check = (value) => (value === '2.0' ? undefined : { path: [], text: "invalid schema version, expected '2.0'" });
const lockFile = record({ schema: lockVersion, datasets: any, stages: mapOf(lockStage) }, ['schema']);
const lockRoot: Check = (value) =>
  isMapping(value) && !value.has('schema')
    ? {
        path: [],
        text: "required key not provided: 'schema'",
        remedy: "put its stages below 'stages:' and \"schema: '2.0'\" above them, or remove the file and run `millwright repro`",
      }
    : lockFile(value);

export function checkPipelineFile(value: Value, text: string, fileName: string): Mapping {
  return checked(pipelineFile, value, text, fileName);
}

export function checkLockFile(value: Value, text: string, fileName: string): Mapping {
  return checked(lockRoot, value, text, fileName);
}

function checked(check: Check, value: Value, text: string, fileName: string): Mapping {
  const problem = check(value);
  if (problem === undefined && isMapping(value)) return value;
  const path = problem?.path ?? [];
  const { line, column } = locateYaml(text, path);
  const remedy = problem?.remedy === undefined ? '' : `: ${problem.remedy}`;
  const where = path.length === 0 ? '' : ` in ${path.map(String).join(' -> ')}`;
  throw new MillwrightError(
    'DVC_FILE_INVALID',
    `'${fileName}' validation failed: ${problem?.text ?? ''}${where}, line ${line}, column ${column}${remedy}`,
    {
      details: { file: fileName, line, column },
    },
  );
}
