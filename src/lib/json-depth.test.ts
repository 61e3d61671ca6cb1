import { expect, test } from 'vitest';
import { parseBounded, tooDeep } from './json-depth.ts';
import { parseLossless } from './lossless-json.ts';

const nested = (levels: number): string => `${'['.repeat(levels)}1${']'.repeat(levels)}`;
const objects = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

test('a text is parsed up to the levels allowed, and refused one level further, however long it is', () => {
  for (const padding of ['', ' '.repeat(300_000)]) {
    for (const make of [nested, objects]) {
      expect(parseBounded(make(3) + padding, 3)).toEqual(JSON.parse(make(3)));
      expect(parseBounded(make(4) + padding, 3)).toBe(tooDeep);
      expect(parseBounded(`[${make(3)}, 1]${padding}`, 3)).toBe(tooDeep);
    }
  }
});

test('no depth takes the stack, with a parser that calls itself neither', () => {
  expect(parseBounded(nested(100_000), 64)).toBe(tooDeep);
  expect(parseBounded(`[${'1'.repeat(20)}, ${nested(60_000)}]`, 64, parseLossless)).toBe(tooDeep);
});

test('brackets in strings are no nesting', () => {
  const text = JSON.stringify({ text: '[[[[{"\\"' });
  for (const padding of ['', ' '.repeat(300_000)]) expect(parseBounded(text + padding, 1)).toEqual({ text: '[[[[{"\\"' });
});

test('what is no JSON is a syntax error', () => {
  expect(() => parseBounded('[1', 64)).toThrow(SyntaxError);
});
