import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cacheAt } from './cache.ts';
import { packStamps, runHashJob, stampAt, type FileStamp, type JobControl } from './file-jobs.ts';
import { nameObjects } from './settle-objects.ts';

const helloMd5 = '5d41402abc4b2a76b9719d911017c592';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'file-jobs-'));
  writeFileSync(join(folder, 'a'), 'hello');
  writeFileSync(join(folder, 'b'), 'hello');
});
afterEach(() => rmSync(folder, { recursive: true }));

const control = (stopsAfter = Infinity): JobControl => {
  let asked = 0;
  return {
    madeFolders: new Set(),
    advance: () => undefined,
    throwIfStopped: () => {
      asked += 1;
      if (asked > stopsAfter) throw new Error('stopped');
    },
  };
};
const stampOf = (path: string): FileStamp => {
  const { ino, mtimeMs, size } = statSync(path);
  return { inode: ino, mtimeMs, size };
};
const job = (names: readonly string[], cache: ReturnType<typeof cacheAt> | undefined) => ({
  kind: 'hash' as const,
  algorithm: 'md5' as const,
  cache,
  paths: names.map((name) => join(folder, name)),
  stamps: packStamps(names.map((name) => stampOf(join(folder, name)))),
  foldersBefore: undefined,
});

test('without a cache files are hashed and nothing is written', () => {
  const { md5s, stamps, staged } = runHashJob(job(['a', 'b'], undefined), control());
  expect(md5s).toEqual([helloMd5, helloMd5]);
  expect(stampAt(stamps, 0)).toEqual(stampOf(join(folder, 'a')));
  expect(staged).toEqual([]);
  expect(readdirSync(folder)).toEqual(['a', 'b']);
});

test('content that two files share is staged once, and has its name and mode 0444 only when it is named', () => {
  const cache = cacheAt(join(folder, 'cache'), 'md5', false);
  const { staged } = runHashJob(job(['a', 'b'], cache), control());
  const object = join(folder, 'cache/files/md5/5d/41402abc4b2a76b9719d911017c592');
  expect(staged.map(({ path }) => path)).toEqual([object]);
  expect(existsSync(object)).toBe(false);
  nameObjects(staged, cache.folder, () => false);
  expect(readFileSync(object, 'utf8')).toBe('hello');
  expect(statSync(object).mode & 0o777).toBe(0o444);
  expect(readdirSync(join(folder, 'cache/files/md5/5d'))).toEqual(['41402abc4b2a76b9719d911017c592']);
  expect(runHashJob(job(['a'], cache), control()).staged).toEqual([]);
});

test('a file that changed since it was found is read as it is now', () => {
  const found = job(['a', 'b'], undefined);
  writeFileSync(join(folder, 'a'), 'hello, and more');
  const { md5s, stamps } = runHashJob(found, control());
  expect(md5s).toEqual(['de47413b678bf8acd8d334b206072cf1', helloMd5]);
  expect(stampAt(stamps, 0)).toEqual(stampOf(join(folder, 'a')));
});

test('objects are looked for in the folders that the cache had', () => {
  const cache = cacheAt(join(folder, 'cache'), 'md5', false);
  nameObjects(runHashJob(job(['a'], cache), control()).staged, cache.folder, () => false);
  const staged = (foldersBefore: string[]): unknown[] => [...runHashJob({ ...job(['a'], cache), foldersBefore }, control()).staged];
  expect(staged(['5d'])).toEqual([]);
  expect(staged(['5e'])).toHaveLength(1);
});

test('a job that is stopped half-way leaves no unfinished object behind', () => {
  const cache = cacheAt(join(folder, 'cache'), 'md5', false);
  expect(() => runHashJob(job(['a', 'b'], cache), control(1))).toThrow('stopped');
  expect(readdirSync(join(folder, 'cache/files/md5/5d'))).toEqual([]);
});

test('2.x hashes read CRLF as LF in text and leave binary data alone', () => {
  mkdirSync(join(folder, 'old'));
  writeFileSync(join(folder, 'old/text'), 'x\r\n');
  writeFileSync(join(folder, 'old/unix'), 'x\n');
  writeFileSync(join(folder, 'old/binary'), '\0\r\n');
  writeFileSync(join(folder, 'old/other'), '\0\n');
  const names = ['old/text', 'old/unix', 'old/binary', 'old/other'];
  const [text, unix, binary, other] = runHashJob({ ...job(names, undefined), algorithm: 'md5-dos2unix' }, control()).md5s;
  expect(text).toBe(unix);
  expect(binary).not.toBe(other);
});
