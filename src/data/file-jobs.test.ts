import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cacheAt } from './cache.ts';
import { runHashJob, type JobControl } from './file-jobs.ts';
import { settleObjects } from './settle-objects.ts';

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
const job = (names: readonly string[], cache: ReturnType<typeof cacheAt> | undefined) => ({
  kind: 'hash' as const,
  algorithm: 'md5' as const,
  cache,
  paths: names.map((name) => join(folder, name)),
});

test('without a cache files are hashed and nothing is written', () => {
  const { files, staged } = runHashJob(job(['a', 'b'], undefined), control());
  expect(files.map(({ md5 }) => md5)).toEqual([helloMd5, helloMd5]);
  expect(files[0]!.stamp).toMatchObject({ inode: statSync(join(folder, 'a')).ino, size: 5 });
  expect(staged).toEqual([]);
  expect(readdirSync(folder)).toEqual(['a', 'b']);
});

test('content that two files share is staged once, and has its name and mode 0444 only when it is settled', () => {
  const cache = cacheAt(join(folder, 'cache'), 'md5', false);
  const { staged } = runHashJob(job(['a', 'b'], cache), control());
  const object = join(folder, 'cache/files/md5/5d/41402abc4b2a76b9719d911017c592');
  expect(staged.map(({ path }) => path)).toEqual([object]);
  expect(existsSync(object)).toBe(false);
  settleObjects(staged, cache.folder, () => false);
  expect(readFileSync(object, 'utf8')).toBe('hello');
  expect(statSync(object).mode & 0o777).toBe(0o444);
  expect(readdirSync(join(folder, 'cache/files/md5/5d'))).toEqual(['41402abc4b2a76b9719d911017c592']);
  expect(runHashJob(job(['a'], cache), control()).staged).toEqual([]);
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
  const [text, unix, binary, other] = runHashJob({ ...job(names, undefined), algorithm: 'md5-dos2unix' }, control()).files;
  expect(text!.md5).toBe(unix!.md5);
  expect(binary!.md5).not.toBe(other!.md5);
});
