import { expect, test } from 'vitest';
import { plainText } from './plain-text.ts';

test('colours go, a progress line keeps its last state, markup stays text', () => {
  expect(plainText('\u001b[32mok\u001b[0m\r\n10 %\r50 %\r100 %\n<b>x</b>')).toBe('ok\n100 %\n<b>x</b>');
  expect(plainText('50 %\r')).toBe('50 %');
});
