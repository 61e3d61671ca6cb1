import { describe, expect, test } from 'vitest';
import { pythonJson } from './python-json.ts';
import { resolvePipeline, type ResolvedStage } from './templating.ts';
import { parseParamsFile } from './params-file.ts';
import type { Mapping } from './value.ts';
import { parseYaml } from './yaml.ts';

interface Given {
  readonly files?: Readonly<Record<string, string>>;
  readonly bool?: 'boolean_optional';
  readonly warnings?: string[];
}

function resolve(text: string, { files = {}, bool, warnings = [] }: Given = {}): readonly ResolvedStage[] {
  const load = (path: string) => (files[path] === undefined ? ('missing' as const) : parseParamsFile(files[path], path));
  const parsing = { bool: bool ?? 'store_true', list: 'nargs' } as const;
  return resolvePipeline(parseYaml(text, 'dvc.yaml') as Mapping, text, { folder: '', load, parsing, warn: (line) => warnings.push(line) })
    .stages;
}

const commands = (text: string, given?: Given): Record<string, unknown> =>
  Object.fromEntries(resolve(text, given).map(({ name, definition }) => [name, JSON.parse(pythonJson(definition.get('cmd') ?? null))]));

describe('expressions', () => {
  test('take values from params.yaml, vars files and inline vars, by keys and positions', () => {
    const text = 'vars: [other.json, {x: {y: [1, {z: two}]}}]\nstages:\n  s: {cmd: "${lr} ${ o.k } ${x.y[1].z} ${x.y[0]}"}\n';
    expect(commands(text, { files: { 'params.yaml': 'lr: 1e-5\n', 'other.json': '{"o": {"k": true}}' } })).toEqual({
      s: '1e-05 true two 1',
    });
  });

  test('keep the type of a lone value, and leave escaped ones and the environment alone', () => {
    const [stage] = resolve('vars: [{f: true, d: out}]\nstages:\n  s: {cmd: "echo \\\\${X} $HOME", frozen: "${f}", outs: ["${d}/a"]}\n');
    expect(pythonJson(stage!.definition)).toBe('{"cmd": "echo ${X} $HOME", "frozen": true, "outs": ["out/a"]}');
    expect(stage!.isParametrized).toBe(true);
  });

  test('unpack a dictionary in cmd into flags', () => {
    const files = {
      'params.yaml': 'd:\n  foo: foo\n  on: true\n  off: false\n  n: {baz: b a z}\n  list: [2, q x]\n  none: null\n  f: 1.0\n',
    };
    expect(commands('stages:\n  s: {cmd: "run ${d}"}\n', { files })).toEqual({
      s: "run --foo foo --on --n.baz 'b a z' --list 2 'q x' --none None --f 1.0",
    });
    expect(commands('stages:\n  s: {cmd: "run ${d}"}\n', { files, bool: 'boolean_optional' })['s']).toContain('--on --no-off ');
  });
});

describe('foreach and matrix', () => {
  test('name stages by value, key or position', () => {
    const text = `stages:
  list: {foreach: [a, 3, 1.5, true, null, a], do: {cmd: "\${item}"}}
  dict: {foreach: {uk: {n: 1}, 2: {n: 2}}, do: {cmd: "\${key} \${item.n}"}}
  complex: {foreach: [{a: 1}, x], do: {cmd: c}}
  none: {foreach: [], do: {cmd: c}}
`;
    expect(commands(text)).toEqual({
      'list@a': 'a',
      'list@3': 3,
      'list@1.5': 1.5,
      'list@true': true,
      'list@None': null,
      'dict@uk': 'uk 1',
      'complex@0': 'c',
      'complex@1': 'c',
      ...{ 'dict@2': '2 2' },
    });
  });

  test('name stages by truth values of an expression as Python writes them', () => {
    const text =
      'vars: [{on: [true, x]}]\nstages:\n  f: {foreach: "${on}", do: {cmd: "${item}"}}\n  m:\n    matrix: {a: [true, "${on[0]}"]}\n    cmd: "${key} ${item.a}"\n';
    expect(commands(text)).toEqual({ 'f@True': true, 'f@x': 'x', 'm@true': 'true true', 'm@True': 'True true' });
  });

  test('multiply the values of a matrix in the order of its variables', () => {
    const text =
      'vars: [{ms: [cnn, xgb]}]\nstages:\n  m:\n    matrix: {model: "${ms}", c: [{n: 1}, {n: 2}]}\n    cmd: "${key} ${item.model} ${item.c.n}"\n';
    expect(commands(text)).toEqual({
      'm@cnn-c0': 'cnn-c0 cnn 1',
      'm@cnn-c1': 'cnn-c1 cnn 2',
      'm@xgb-c0': 'xgb-c0 xgb 1',
      'm@xgb-c1': 'xgb-c1 xgb 2',
    });
  });

  test('warn where they hide a variable', () => {
    const warnings: string[] = [];
    resolve('vars: [{item: 1}]\nstages:\n  f: {foreach: [1], do: {cmd: "x"}}\n', { warnings });
    expect(warnings).toEqual(["item is already specified, will be overwritten for stages generated from 'f'"]);
  });
});

describe('faults', () => {
  test.each([
    [
      'stages:\n  s: {cmd: "${nokey}"}\n',
      "failed to parse 'stages.s.cmd' in 'dvc.yaml', line 2, column 13: Could not find 'nokey': define 'nokey' in params.yaml or under 'vars:'",
    ],
    [
      'stages:\n  f: {foreach: [1], do: {cmd: "${item.b}"}}\n',
      "failed to parse 'stages.f@1.cmd' in 'dvc.yaml', line 2, column 32: Could not find 'item.b': 'item' is a single value, which has no 'b'",
    ],
    [
      'stages:\n  s: {cmd: "${a.}"}\n',
      "failed to parse 'stages.s.cmd' in 'dvc.yaml', line 2, column 13:\n${a.}\n   ^\nParseException: Expected end of text, found '.'  (at char 3), (line:1, col:4)",
    ],
    [
      'stages:\n  s: {cmd: "${}"}\n',
      "failed to parse 'stages.s.cmd' in 'dvc.yaml', line 2, column 13:\n${}\n  ^\nParseException: Expected !W:(.[]), found '}'  (at char 2), (line:1, col:3)",
    ],
    [
      'vars: [{d: {a: 1}}]\nstages:\n  s: {cmd: c, outs: ["${d}"]}\n',
      "failed to parse 'stages.s.outs' in 'dvc.yaml', line 3, column 23:\nCannot interpolate data of type 'dict': name one of its keys",
    ],
    [
      'vars: [{lr: {rate: 1}}]\nstages:\n  s:\n    # ${lr.rat}\n    cmd: echo ${lr.rat}\n',
      "failed to parse 'stages.s.cmd' in 'dvc.yaml', line 5, column 15: Could not find 'lr.rat': did you mean 'lr.rate'?",
    ],
    [
      'vars: [no.yaml]\n',
      "failed to parse 'vars' in 'dvc.yaml', line 1, column 1: 'no.yaml' does not exist: create it, or take it out of 'vars:'",
    ],
    [
      'vars: [{a: 1}, {a: 2}]\n',
      "failed to parse 'vars' in 'dvc.yaml', line 1, column 1:\ncannot redefine 'a' from 'vars[1]' as it already exists in 'vars[0]': rename one of them",
    ],
    ['vars: ["${x}"]\n', "failed to parse 'vars' in 'dvc.yaml', line 1, column 9: interpolating is not allowed: write the value itself"],
    [
      'vars: [{x: 1}]\nstages:\n  f: {foreach: "${x}", do: {cmd: c}}\n',
      "failed to resolve 'stages.f.foreach' in 'dvc.yaml', line 3, column 7: expected list/dictionary, got int: write one, or name one with ${}",
    ],
    [
      'stages:\n  f: {foreach: [1], do: {cmd: c, vars: [{item: 2}]}}\n',
      "failed to parse stage 'f@1' in 'dvc.yaml', line 2, column 21: attempted to modify reserved key item: choose another name",
    ],
  ])('%j is refused as DVC refuses it', (text, message) => {
    expect(() => resolve(text)).toThrow(message);
  });
});
