import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Locks } from './backends/locks/locks.ts';
import { ownState, readOwnerToken, readServerFile, stateLocked } from './state-directory.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'state-directory-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Locks of one process: a path is held until its holder lets it go. */
function memoryLocks(): Locks {
  const held = new Set<string>();
  return {
    tryLock(path) {
      if (held.has(path)) return undefined;
      held.add(path);
      return { release: () => void held.delete(path) };
    },
  };
}

const server = { url: 'http://127.0.0.1:5000', pid: 42, endsWhenIdle: false };

describe('a state directory', () => {
  test('has one owner at a time', () => {
    const locks = memoryLocks();
    const first = ownState(folder, locks);
    expect(first?.directory).toBe(folder);
    expect(ownState(folder, locks)).toBeUndefined();
    first?.release();
    expect(ownState(folder, locks)).toBeDefined();
  });

  test('is made with its parents, for its user alone, and stays out of Git', () => {
    const directory = join(folder, 'a', 'b');
    ownState(directory, memoryLocks());
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(directory, '.gitignore'), 'utf8')).toBe('*\n');
  });

  test('tells others where its owner answers, and the token only to its user', () => {
    ownState(folder, memoryLocks())?.publish(server, 'mw_secret');
    expect(readServerFile(folder)).toEqual(server);
    expect(readOwnerToken(folder)).toBe('mw_secret');
    expect(statSync(join(folder, 'token')).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'server.json')).mode & 0o777).toBe(0o644);
    expect(readdirSync(folder).toSorted()).toEqual(['.gitignore', 'server.json', 'token']);
  });

  test('forgets where its owner answered, and keeps its token, when the owner lets go', () => {
    const state = ownState(folder, memoryLocks());
    state?.publish(server, 'mw_secret');
    state?.release();
    expect(readServerFile(folder)).toBeUndefined();
    expect(readOwnerToken(folder)).toBe('mw_secret');
  });

  test('has no owner to tell of before there is one', () => {
    expect(readServerFile(join(folder, 'nowhere'))).toBeUndefined();
    expect(readOwnerToken(join(folder, 'nowhere'))).toBeUndefined();
  });

  test('refuses a place where no folder can be', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(() => ownState(join(file, 'state'), memoryLocks())).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: `the state cannot be kept in ${join(file, 'state')} (ENOTDIR): choose another folder with --state`,
      }),
    );
  });

  test('names its owner to whoever cannot have it', () => {
    expect(stateLocked(folder).message).toBe(`${folder} belongs to another process: use that server, stop it, or choose another folder`);
    ownState(folder, memoryLocks())?.publish(server, 'mw_secret');
    expect(stateLocked(folder)).toMatchObject({
      code: 'STATE_LOCKED',
      message: `${folder} belongs to the server at http://127.0.0.1:5000 (process 42): use that server, stop it, or choose another folder`,
    });
  });
});
