import { mkdtempSync, rmSync, writeFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openState, stateKey } from './state.ts';

const longAgo = { inode: 7, mtimeMs: 1_700_000_000_123.5, size: 3 };
const md5 = '0123456789abcdef0123456789abcdef';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'state-'))));
afterEach(() => rmSync(folder, { recursive: true }));

test('a flushed hash is known to the next command as long as inode, time and size stay', () => {
  const state = openState(folder, '/repository');
  state.set('/repository/a', longAgo, md5);
  state.flush();
  const next = openState(folder, '/repository');
  expect(next.get('/repository/a', longAgo)).toBe(md5);
  for (const other of [{ inode: 8 }, { mtimeMs: longAgo.mtimeMs + 1 }, { size: 4 }])
    expect(next.get('/repository/a', { ...longAgo, ...other })).toBeUndefined();
});

test('a file that changed just now could change again unseen: its hash is not remembered', () => {
  const state = openState(folder, '/repository');
  const fresh = { ...longAgo, mtimeMs: Date.now() + 1000 };
  state.set('/repository/a', fresh, md5);
  expect(state.get('/repository/a', fresh)).toBeUndefined();
});

test('hashes of 2.x stand beside those of 3.x, and repositories beside each other', () => {
  const state = openState(folder, '/repository');
  state.set(stateKey('md5-dos2unix', '/repository/a'), longAgo, md5);
  state.flush();
  expect(openState(folder, '/repository').get(stateKey('md5', '/repository/a'), longAgo)).toBeUndefined();
  expect(openState(folder, '/other').get(stateKey('md5-dos2unix', '/repository/a'), longAgo)).toBeUndefined();
});

test('a memory of another version counts as empty', () => {
  const state = openState(folder, '/repository');
  state.set('/repository/a', longAgo, md5);
  state.flush();
  const [name] = readdirSync(join(folder, 'hashes'));
  writeFileSync(join(folder, 'hashes', name!, 'files'), `millwright hashes 0\0/repository/a\0mark\0${md5}\0`);
  expect(openState(folder, '/repository').get('/repository/a', longAgo)).toBeUndefined();
});

test('a memory that cannot be written fails nothing', () => {
  writeFileSync(join(folder, 'hashes'), 'no folder');
  const state = openState(folder, '/repository');
  state.set('/repository/a', longAgo, md5);
  expect(() => state.flush()).not.toThrow();
});
