import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withPathClaims } from './locking.ts';
import { openRepository, type Repository } from './repository.ts';

let root: string;
let repository: Repository;
let file: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'locking-'));
  mkdirSync(join(root, '.dvc/tmp'), { recursive: true });
  file = join(root, '.dvc/tmp/rwlock');
  repository = openRepository(root, {
    env: { HOME: root },
    userCacheDir: join(root, '.dvc/tmp/user'),
    git: {
      open: () => {
        throw new Error('no Git here');
      },
    },
    locks: { tryLock: () => ({ release: () => undefined }) },
    signal: new AbortController().signal,
    fileWorker: '/nothing',
    syncFileSystem: () => false,
    progress: { start: () => ({ advance: () => undefined, finish: () => undefined }) },
    warn: () => undefined,
  });
});
afterEach(() => rmSync(root, { recursive: true }));

const claims = (write: string): { read: string[]; write: string[]; command: string } => ({
  read: ['/in'],
  write: [write],
  command: 'repro',
});
const written = (): unknown => JSON.parse(readFileSync(file, 'utf8'));
const self = { pid: process.pid, cmd: 'repro' };

test('claims stand in the file while the work runs, and the file is the same one from stage to stage', async () => {
  await withPathClaims(repository, claims('/out'), async () => {
    expect(written()).toEqual({ write: { '/out': self }, read: { '/in': [self] } });
  });
  expect(written()).toEqual({ write: {}, read: {} });
  const { ino, size } = statSync(file);
  await withPathClaims(repository, claims('/another/output'), async () => {
    expect(written()).toEqual({ write: { '/another/output': self }, read: { '/in': [self] } });
    expect(statSync(file)).toMatchObject({ ino, size });
  });
  expect(written()).toEqual({ write: {}, read: {} });
});

test('claims of others stay, in a file without room as in one with more than a page', async () => {
  const others = (count: number): object =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`/other/${index}`, [{ pid: process.pid, cmd: 'another' }]]));
  for (const count of [1, 100]) {
    writeFileSync(file, JSON.stringify({ write: {}, read: others(count) }));
    await withPathClaims(repository, claims('/out'), async () => {
      expect(written()).toEqual({ write: { '/out': self }, read: { ...others(count), '/in': [self] } });
    });
    expect(written()).toEqual({ write: {}, read: others(count) });
  }
});

test('an interrupted command gives its claims up', async () => {
  const interrupt = new AbortController();
  const interrupted: Repository = { ...repository, effects: { ...repository.effects, signal: interrupt.signal } };
  const work = withPathClaims(interrupted, claims('/out'), () => {
    interrupt.abort(new Error('interrupted'));
    return Promise.reject(new Error('interrupted'));
  });
  await expect(work).rejects.toThrow('interrupted');
  expect(written()).toEqual({ write: {}, read: {} });
});
