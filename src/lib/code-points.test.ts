import { expect, test } from 'vitest';
import { compareCodePoints } from './code-points.ts';

test('strings sort as Python sorts them: by code point, not by UTF-16 unit', () => {
  const sorted = ['', 'A', 'Z', 'a', 'aa', 'é', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{1f600}'];
  expect(sorted.toReversed().toSorted(compareCodePoints)).toEqual(sorted);
});
