import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createGitFinder } from '../../src/backends/git/git-binary.ts';

let root: string;
const git = (...args: string[]): void => void execFileSync('git', ['-C', root, ...args]);
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'git-'));
  mkdirSync(join(root, 'deep/folder'), { recursive: true });
  writeFileSync(join(root, 'deep/folder/file'), 'text');
  git('init', '-q');
});
afterEach(() => rmSync(root, { recursive: true }));

test('a path is tracked when the index holds it or something below it, and as soon as it does', async () => {
  const opened = createGitFinder(process.env).open(root);
  const ask = (path: string): Promise<boolean> => opened.isTracked(join(root, path));
  expect(await ask('deep/folder/file')).toBe(false);
  git('add', 'deep/folder/file');
  expect([await ask('deep/folder/file'), await ask('deep/folder'), await ask('deep'), await ask('dee')]).toEqual([true, true, true, false]);
  git('rm', '-q', '--cached', 'deep/folder/file');
  expect(await ask('deep')).toBe(false);
});

test('a Git that Ctrl-C ended before our own signal was heard is an interruption', async () => {
  git('add', 'deep');
  writeFileSync(join(root, 'git'), '#!/bin/sh\nkill -INT $$\n', { mode: 0o755 });
  const interrupted = createGitFinder({ ...process.env, PATH: `${root}:${process.env['PATH']}` }).open(root);
  await expect(interrupted.isTracked(join(root, 'deep'))).rejects.toMatchObject({ code: 'INTERRUPTED', message: 'interrupted by SIGINT' });
});
