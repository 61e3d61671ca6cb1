import { expect, test } from 'vitest';
import { MillwrightError } from '../errors.ts';
import { fullDisk, namingFullDisk } from './full-disk.ts';

const failed = (code: string): Error => Object.assign(new Error(code), { code });

test.each([
  ['ENOSPC', "cannot write '/a/b': the disk is full; nothing half-done was left: free some space and run the command again"],
  [
    'EDQUOT',
    "cannot write '/a/b': your quota on this disk is used up; nothing half-done was left: free some space and run the command again",
  ],
  [
    'EFBIG',
    "cannot write '/a/b': the file is larger than the limit; nothing half-done was left: raise it ('ulimit -f'), or use a disk whose file system holds larger files, and run the command again",
  ],
])('%s names the file and the remedy', (errno, message) => {
  const write = (): never => {
    throw failed(errno);
  };
  expect(() => namingFullDisk('/a/b', write)).toThrow(new MillwrightError('DISK_FULL', message));
});

test('other failures, and lacks of room that are named already, stay as they are', () => {
  expect(fullDisk(failed('EACCES'), 'cannot write')).toBeUndefined();
  const named = new MillwrightError('DISK_FULL', "cannot write '/inner'");
  expect(() =>
    namingFullDisk('/outer', () => {
      throw named;
    }),
  ).toThrow(named);
});
