import { expect, test } from 'vitest';
import { age, duration } from './format.ts';

test.each([
  [0, '0 ms'],
  [849.6, '850 ms'],
  [1000, '1.0 s'],
  [59_949, '59.9 s'],
  [59_950, '1 m 0 s'],
  [72_400, '1 m 12 s'],
  [3_600_000, '1 h 0 m'],
  [7_380_000, '2 h 3 m'],
])('%d ms last %s', (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text);
});

test.each([
  [-5000, '0 s ago'],
  [59_000, '59 s ago'],
  [60_000, '1 min ago'],
  [3_600_000, '1 h ago'],
  [86_400_000 * 5, '5 d ago'],
])('what was %d ms before is %s', (milliseconds, text) => {
  expect(age(milliseconds)).toBe(text);
});
