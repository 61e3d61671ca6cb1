import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pythonJson } from './python-json.ts';
import { readCanonical } from './yaml-canonical.ts';
import { composeYaml } from './yaml-compose.ts';
import { parseJson } from './json-text.ts';
import { editYaml, emitYaml, locateYaml, parseYaml } from './yaml.ts';
import { Float, isMapping, type Mapping, type Value } from './value.ts';

const checkout = join(import.meta.dirname, '../../..');
const golden = (name: string): unknown => JSON.parse(readFileSync(join(checkout, 'test/golden/dvc-yaml', name), 'utf8'));

/** Undoes the encoding of `test/golden/dvc-yaml/record.py`. */
function decode(encoded: unknown): Value {
  if (Array.isArray(encoded)) return encoded.map(decode);
  if (typeof encoded !== 'object' || encoded === null) return encoded as string | boolean | null;
  if ('f' in encoded) return new Float(Number(String(encoded.f).replace('inf', 'Infinity')));
  if ('i' in encoded) return Number.isSafeInteger(Number(encoded.i)) ? Number(encoded.i) : BigInt(String(encoded.i));
  const entries = (encoded as { m: [unknown, unknown][] }).m;
  return new Map(entries.map(([key, value]) => [decode(key) as string, decode(value)]));
}

/** The recorded value holds one mapping twice, which JSON cannot say. */
function share(value: Value): Value {
  if (isMapping(value) && value.has('one')) value.set('two', [value.get('one') ?? null]);
  return value;
}

describe('emitYaml', () => {
  const cases = golden('emit.json') as { value: unknown; shared: boolean; yaml: string; sound: boolean }[];

  test('writes what ruamel writes, for values of all kinds', () => {
    expect(cases).toHaveLength(250);
    for (const { value, shared, yaml } of cases) expect(emitYaml(shared ? share(decode(value)) : decode(value))).toBe(yaml);
  });

  test('is read back as the same value by both readers', () => {
    for (const { value, shared, yaml } of cases.filter(({ sound }) => sound)) {
      const json = pythonJson(shared ? share(decode(value)) : decode(value));
      expect(pythonJson(parseYaml(yaml, 'x'))).toBe(json);
      expect(pythonJson(composeYaml(yaml, 'x').value)).toBe(json);
    }
  });

  test("folds and quotes as DVC's own vector has it", (context) => {
    const folder = join(checkout, '../shared/golden/dvc');
    if (!existsSync(folder)) return context.skip('the shared golden vectors are not beside this checkout');
    const value = parseJson(readFileSync(join(folder, 'fold.in.json'), 'utf8'), 'fold.in.json');
    expect(emitYaml(value)).toBe(readFileSync(join(folder, 'fold.out.yaml'), 'utf8'));
  });
});

describe('editYaml', () => {
  test("leaves what ruamel's round trip leaves: comments, flow style, anchors, block scalars, numbers as written", () => {
    const cases = golden('edit.json') as { text: string; value: unknown; edited: string }[];
    expect(cases.length).toBeGreaterThan(30);
    for (const { text, value, edited } of cases) expect(editYaml(text, decode(value))).toBe(edited);
  });
});

describe('parseYaml', () => {
  const one = (text: string): Value => (parseYaml(`k: ${text}\n`, 'x') as Mapping).get('k') ?? null;

  test.each([
    ['yes', 'yes'],
    ['True', true],
    ['~', null],
    ['014', 14],
    ['0o14', 12],
    ['0xFF', 255],
    ['1_000', 1000],
    ['1:30', '1:30'],
    ['1e3', new Float(1000)],
    ['1.0', new Float(1)],
    ['.5', new Float(0.5)],
    ['123456789012345678901234567890', 123456789012345678901234567890n],
    ["'1'", '1'],
  ])('reads %s by YAML 1.2 as ruamel does', (text, value) => {
    expect(one(text)).toEqual(value);
  });

  test('shares aliased collections and merges `<<` before own keys', () => {
    const value = parseYaml('base: &b {x: 1, y: [2]}\nd:\n  z: 3\n  <<: *b\n  x: 9\ne: *b\n', 'x') as Mapping;
    expect(value.get('e')).toBe(value.get('base'));
    expect([...(value.get('d') as Mapping)]).toEqual([
      ['x', 9],
      ['y', [2]],
      ['z', 3],
    ]);
  });

  test.each([
    ['a: 1\na: 2\n', "line 2, column 1: the key 'a' stands twice"],
    ['a: [1\n', "'params.yaml' is invalid YAML in line 2, column 1"],
    ['a: *nobody\n', 'the alias *nobody has no anchor &nobody before it'],
    ['<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> b\n', 'merge conflict markers'],
  ])('refuses %j naming the place', (text, message) => {
    expect(() => parseYaml(text, 'params.yaml')).toThrow(message);
  });

  test('locates a key by line and column', () => {
    expect(locateYaml('a:\n  b:\n  - x\n  - y: 1\n', ['a', 'b', 1, 'y'])).toEqual({ line: 4, column: 5 });
  });
});

describe('readCanonical', () => {
  test.each([
    'k: a\n  b\n',
    '# c\nk: 1\n\n# d\nl: [a, 1, 2.5]\n',
    'k: "a b"\nl:\n- x: 1\n  y:\n  - - 1\n    - 2\n- \n',
    "k: 'it''s # no comment'\n",
  ])('reads %j as the general reader does', (text) => {
    const read = readCanonical(text);
    expect(read).toBeDefined();
    expect(pythonJson(read!.value)).toBe(pythonJson(composeYaml(text, 'x').value));
  });

  test.each([
    'k: a # c\n',
    'k: a\n\n  b\n',
    'k: |\n  a\n',
    'k: &a 1\n',
    'k: {a: 1}\n',
    'k: a\n  # c\n  b\n',
    '? k\n: v\n',
    '---\nk: 1\n',
    'k: "a\\tb"\n',
  ])('leaves %j to the general reader', (text) => {
    expect(readCanonical(text)).toBeUndefined();
  });
});
