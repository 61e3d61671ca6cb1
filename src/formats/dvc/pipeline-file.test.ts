import { expect, test } from 'vitest';
import { LockFile } from './lock-file.ts';
import { parsePipelineFile, type PipelineFile } from './pipeline-file.ts';
import type { Mapping } from './value.ts';
import { parseYaml } from './yaml.ts';

const options = { folder: '', load: () => 'missing', parsing: { bool: 'store_true', list: 'nargs' }, warn: () => undefined } as const;
const parse = (text: string): PipelineFile => parsePipelineFile(text, options);

test.each([
  ['stages:\n  s:\n    deps: [a]\n', "required key not provided: add 'cmd:' in stages -> s, line 2, column 3"],
  ['stages:\n  s: {cmd: c}\nstags: {}\n', "extra keys not allowed: remove or rename 'stags' (known here: datasets, plots, stages"],
  ['stages:\n  s:\n    cmd: c\n    frozen: 1\n', 'expected true or false, found int 1 in stages -> s -> frozen, line 4, column 5'],
  ['stages:\n  s:\n    cmd: c\n    outs:\n    - a:\n        cach: false\n', "remove or rename 'cach'"],
  ['stages:\n  f:\n    foreach: [1]\n    do: {deps: []}\n', "add 'cmd:' in stages -> f -> do, line 4, column 5"],
])('%j is refused with the place of its fault', (text, message) => {
  expect(() => parse(text)).toThrow(message);
});

test('a parameters file that is tracked whole loses its single keys', () => {
  const { stages } = parse('stages:\n  s: {cmd: c, params: [a, b.c, {o.yaml: [x]}, {o.yaml: null}, {p.json: [y]}]}\n');
  expect(stages[0]!.params).toEqual([
    { path: 'params.yaml', keys: ['a', 'b.c'] },
    { path: 'o.yaml', keys: [] },
    { path: 'p.json', keys: ['y'] },
  ]);
});

const entry = (cmd: string): Mapping => parseYaml(`cmd: ${cmd}\n`, 'x') as Mapping;

test('a lock file replaces an entry in place, appends new ones, and places one before others on request', () => {
  const lock = LockFile.parse("schema: '2.0'\nstages:\n  a:\n    cmd: one\n  b:\n    cmd: two\n", 'dvc.lock');
  expect(lock.set('a', entry('one'))).toBe(false);
  expect(lock.set('a', entry('changed'))).toBe(true);
  lock.set('d', entry('four'));
  lock.set('c', entry('three'), new Set(['d']));
  expect(lock.toString()).toBe(
    "schema: '2.0'\nstages:\n  a:\n    cmd: changed\n  b:\n    cmd: two\n  c:\n    cmd: three\n  d:\n    cmd: four\n",
  );
});

test('a lock file keeps comments, numbers anchors through the whole file, and is migrated from 1.0', () => {
  const commented = LockFile.parse("schema: '2.0'\nstages:\n  a:\n    cmd: one # why\n", 'dvc.lock');
  commented.set('b', entry('two'));
  expect(commented.toString()).toBe("schema: '2.0'\nstages:\n  a:\n    cmd: one # why\n  b:\n    cmd: two\n");
  const shared = (): Mapping => parseYaml('cmd: c\nparams: {p: {x: &x [1], y: *x}}\n', 'x') as Mapping;
  const anchored = new LockFile();
  anchored.set('a', shared());
  anchored.set('b', shared());
  expect(anchored.toString()).toContain('&id002');
  expect(() => LockFile.parse('a:\n  cmd: one\n', 'dvc.lock')).toThrow("'dvc.lock' validation failed: required key not provided: 'schema'");
});
