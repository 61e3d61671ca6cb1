import { describe, expect, test } from 'vitest';
import { IgnoreRules, parseIgnoreFile, rebaseRules } from './ignore-patterns.ts';

const rules = (...patterns: string[]): IgnoreRules => new IgnoreRules(parseIgnoreFile(patterns.join('\n'), '.dvcignore'));
const ignores = (patterns: readonly string[], path: string, isDirectory = false): boolean =>
  rules(...patterns).match(path, isDirectory).ignored;

describe('patterns', () => {
  test.each([
    ['*.tmp', 'a.tmp', true],
    ['*.tmp', 'deep/a.tmp', true],
    ['/a', 'b/a', false],
    ['b/a', 'c/b/a', false],
    ['logs', 'logs/x', true],
    ['logs/', 'logs', false],
    ['a/**/b', 'a/b', true],
    ['a/**/b', 'a/x/y/b', true],
    ['**', 'anything', true],
    ['[ab]?.raw', 'a1.raw', true],
    ['[!ab]x', 'ax', false],
    ['[unclosed', '[unclosed', false],
    ['\\#literal', '#literal', true],
    ['ü*', 'über', true],
  ])('%s says of %s: %s', (pattern, path, expected) => {
    expect(ignores([pattern], path)).toBe(expected);
  });

  test('a later rule wins, and a file in an ignored folder cannot be taken back', () => {
    expect(ignores(['*.log', '!keep.log'], 'keep.log')).toBe(false);
    expect(ignores(['logs/', '!logs/keep.log'], 'logs/keep.log')).toBe(true);
  });

  test('the deciding rule names its file, line and pattern', () => {
    expect(rules('# comment', '', '*.tmp').match('x.tmp', false).rules).toEqual([{ pattern: '*.tmp', origin: '.dvcignore:3:*.tmp' }]);
  });

  test('rules of a folder hold below it only', () => {
    const rebased = new IgnoreRules(rebaseRules(parseIgnoreFile('*.bak\n/only', 'sub/.dvcignore'), 'sub'));
    expect(rebased.match('sub/x/y.bak', false).ignored).toBe(true);
    expect(rebased.match('y.bak', false).ignored).toBe(false);
    expect(rebased.match('sub/x/only', false).ignored).toBe(false);
  });
});

test('a plain path names itself and what lies below it, not names that begin alike', () => {
  const plain = rules('/out', '/deep/er', '!/out/kept');
  const ignored = (path: string): boolean => plain.match(path, false).ignored;
  expect(['out', 'out/a', 'deep/er/b'].map(ignored)).toEqual([true, true, true]);
  expect(['outer', 'ou', 'a/out', 'deep', 'deep/era'].map(ignored)).toEqual([false, false, false, false, false]);
  expect(plain.matchesEntry('out/kept', false)).toBe(false);
});
