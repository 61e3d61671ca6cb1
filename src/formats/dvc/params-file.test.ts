import { describe, expect, test } from 'vitest';
import { lookUp, parseParamsFile, selectParams } from './params-file.ts';
import { pythonRepr } from './python-text.ts';

describe('parseParamsFile', () => {
  test.each([
    ['p.yaml', 'a: 1\nb: 1.0\n', "{'a': 1, 'b': 1.0}"],
    [
      'p.json',
      '{"2": 1, "1": [1.0, NaN, 1e5, 12345678901234567890], "a": "\\u00e9"}',
      "{'2': 1, '1': [1.0, nan, 100000.0, 12345678901234567890], 'a': 'é'}",
    ],
    ['p.toml', 'a = 1\nb = 1.0\n[x]\ny = [1, 2.5]\n', "{'a': 1, 'b': 1.0, 'x': {'y': [1, 2.5]}}"],
    ['empty.yaml', '', '{}'],
  ])('%s keeps integers apart from floats, and the order of keys', (name, text, repr) => {
    expect(pythonRepr(parseParamsFile(text, name))).toBe(repr);
  });

  test('reads the literals of a Python file and passes over the rest', () => {
    const source = `import os
A = 1  # comment
B: int = -2.5
C = "x" 'y'
D = {"a": [1, (2,)],
     'b': None}
E = call(1)
X = Y = 3
def function():
    F = 3
if True:
    G = 4
class Train:
    lr = 1e-3
    class Inner:
        q = True
    def __init__(self):
        self.w = "w"
        local = 3
    def other(self):
        self.v = 1
T = 1, 2
`;
    expect(pythonRepr(parseParamsFile(source, 'p.py'))).toBe(
      "{'A': 1, 'B': -2.5, 'C': 'xy', 'D': {'a': [1, [2]], 'b': None}, 'Train': {'lr': 0.001, 'Inner': {'q': True}, 'w': 'w'}, 'T': [1, 2]}",
    );
  });

  test.each([
    ['p.json', '{"a": }', "'p.json' is invalid JSON in line 1, column 7: expected a value"],
    ['p.toml', 'a = \n', "'p.toml' is invalid TOML in line 1"],
    ['p.yaml', 'a: [\n', "'p.yaml' is invalid YAML in line 2"],
  ])('%s with a fault is refused by file, line and column', (name, text, message) => {
    expect(() => parseParamsFile(text, name)).toThrow(message);
  });
});

describe('lookUp', () => {
  const params = parseParamsFile('a: {b: [10, {c: 1}], bb: 2}\n1: one\n', 'p.yaml');

  test.each([
    ['a.b.1.c', 1],
    ['a.b.0', 10],
    ['a.bb*', 2],
    ['1', 'one'],
    ['a.x', undefined],
    ['a.bb.c', undefined],
  ])('finds %s', (path, value) => {
    expect(lookUp(params, path)).toBe(value);
  });

  test('refuses a pattern that matches more than one key', () => {
    expect(() => lookUp(params, 'a.b*')).toThrow("the parameter 'a.b*' matches 2 keys");
  });

  test('keys are kept as they were asked for', () => {
    expect(pythonRepr(selectParams(params, ['a.bb', 'missing']))).toBe("{'a.bb': 2}");
  });
});
