import { expect, test } from 'vitest';
import { shellWord } from './shell-word.ts';

test.each([
  ['models:/load-forecaster@champion', 'models:/load-forecaster@champion'],
  ['data/a b.csv', "'data/a b.csv'"],
  ['$(id)', "'$(id)'"],
  ["it's", String.raw`'it'\''s'`],
  ['two\nlines', "'two\nlines'"],
  ['', "''"],
])('%j is the word %s', (text, word) => expect(shellWord(text)).toBe(word));
