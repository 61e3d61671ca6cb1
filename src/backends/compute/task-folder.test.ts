import { expect, test } from 'vitest';
import { parseExitRecord } from './task-folder.ts';

test('an exit record gives the code and the processor time of the command', () => {
  expect(parseExitRecord('exit 3\n0m0.010000s 0m0.000000s\n1m2.250000s 0m0.750000s\nend\n')).toEqual({ exitCode: 3, cpuSeconds: 63 });
});

test('an exit record is read in a locale whose numbers have a comma', () => {
  expect(parseExitRecord('exit 0\n0m0,000s 0m0,000s\n0m1,500s 0m0,500s\nend\n')).toEqual({ exitCode: 0, cpuSeconds: 2 });
});

test.each(['', 'exit 0', 'exit 0\n', 'exit 0\n0m0.0s 0m0.0s\n0m0.0s 0m0.0s\n', 'exit 0\n0m0.0s 0m0.0s\n0m0.0s 0m0.0s\nend'])(
  'an exit record cut off as %j does not count',
  (text) => {
    expect(parseExitRecord(text)).toBeUndefined();
  },
);
