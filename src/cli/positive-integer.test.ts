import { expect, test } from 'vitest';
import { positiveIntegerUpTo } from './positive-integer.ts';

test('a number of rows is bounded, and the message says what to do', () => {
  const read = positiveIntegerUpTo(1000);
  expect(read('1000')).toBe(1000);
  expect(() => read('1001')).toThrow('It must be 1000 at most: go on where a page ends with --cursor.');
  for (const text of ['0', '-1', '1.5', 'many', '']) expect(() => read(text)).toThrow('It must be a whole number, 1 or more.');
});
