import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseDvcFile } from '../formats/dvc/dvc-file.ts';
import { add } from './add.ts';
import { checkoutOutputs } from './checkout-outputs.ts';
import { openRepository, type Repository } from './repository.ts';
import { collectChanges } from './scm-changes.ts';
import type { TrackedStage } from './stages.ts';

let root: string;
let repository: Repository;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'add-'));
  mkdirSync(join(root, '.dvc'));
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

const plain = { glob: false, out: undefined, force: false, commit: true, relink: true, to: undefined };
const addTarget = (target: string, stages: readonly TrackedStage[] = [], options = plain) =>
  add(repository, { ...options, cwd: root, targets: [target] }, stages, collectChanges(repository));

/** What the project would load of `NAME.dvc`. */
function stageOf(name: string): TrackedStage {
  const file = join(root, `${name}.dvc`);
  const outs = parseDvcFile(readFileSync(file, 'utf8'), file).outs.map((entry) => ({ path: join(root, entry.path), entry }));
  return { address: `${name}.dvc`, name: undefined, file, wdir: root, deps: [], outs, frozen: false };
}

const checkout = (name: string, force: boolean) =>
  checkoutOutputs(repository, [{ stage: stageOf(name), only: undefined }], { force, relink: false, removeUnused: undefined });

test('add writes the .dvc file of a file, and its content into the cache', async () => {
  writeFileSync(join(root, 'a'), 'hello');
  expect(await addTarget('a')).toEqual([join(root, 'a.dvc')]);
  expect(readFileSync(join(root, 'a.dvc'), 'utf8')).toBe(
    'outs:\n- md5: 5d41402abc4b2a76b9719d911017c592\n  size: 5\n  hash: md5\n  path: a\n',
  );
  expect(readFileSync(join(root, '.dvc/cache/files/md5/5d/41402abc4b2a76b9719d911017c592'), 'utf8')).toBe('hello');
});

test('add --no-commit records the hash and leaves the cache alone', async () => {
  writeFileSync(join(root, 'a'), 'hello');
  await addTarget('a', [], { ...plain, commit: false });
  expect(readFileSync(join(root, 'a.dvc'), 'utf8')).toContain('md5: 5d41402abc4b2a76b9719d911017c592');
  expect(statSync(join(root, '.dvc/cache/files/md5/5d'), { throwIfNoEntry: false })).toBeUndefined();
});

test('add refuses what is not there, lies outside or belongs to another output, and writes nothing', async () => {
  mkdirSync(join(root, 'data'));
  writeFileSync(join(root, 'data/x'), 'x');
  await addTarget('data/x');
  const inner: TrackedStage = { ...stageOf('data/x'), outs: [{ ...stageOf('data/x').outs[0]!, path: join(root, 'data/x') }] };
  await expect(addTarget('missing')).rejects.toThrow("output 'missing' does not exist");
  await expect(addTarget('../outside')).rejects.toThrow('outside of DVC project');
  await expect(addTarget('data', [inner])).rejects.toThrow("overlapping with other DVC tracked output: 'data/x'");
  expect(statSync(join(root, 'data.dvc'), { throwIfNoEntry: false })).toBeUndefined();
});

test('checkout brings back what is gone or changed, and takes away what was not recorded', async () => {
  mkdirSync(join(root, 'data/sub'), { recursive: true });
  for (const name of ['one', 'two', 'sub/three']) writeFileSync(join(root, 'data', name), name);
  await addTarget('data');
  rmSync(join(root, 'data/sub'), { recursive: true });
  writeFileSync(join(root, 'data/two'), 'one');
  writeFileSync(join(root, 'data/extra'), 'two');
  const report = await checkout('data', false);
  expect(report.stats).toEqual({ added: 1, modified: 1, deleted: 1 });
  expect(['one', 'two', 'sub/three'].map((name) => readFileSync(join(root, 'data', name), 'utf8'))).toEqual(['one', 'two', 'sub/three']);
  expect(statSync(join(root, 'data/extra'), { throwIfNoEntry: false })).toBeUndefined();
});

test('checkout refuses to lose content that is in no cache, unless it is forced to', async () => {
  writeFileSync(join(root, 'a'), 'hello');
  await addTarget('a');
  writeFileSync(join(root, 'a'), 'not saved');
  await expect(checkout('a', false)).rejects.toThrow(join(root, 'a'));
  expect(readFileSync(join(root, 'a'), 'utf8')).toBe('not saved');
  await checkout('a', true);
  expect(readFileSync(join(root, 'a'), 'utf8')).toBe('hello');
});

test('checkout leaves an output alone whose content the cache lacks', async () => {
  writeFileSync(join(root, 'a'), 'hello');
  await addTarget('a');
  rmSync(join(root, 'a'));
  rmSync(join(root, '.dvc/cache'), { recursive: true });
  expect((await checkout('a', false)).failed).toEqual([join(root, 'a')]);
  expect(statSync(join(root, 'a'), { throwIfNoEntry: false })).toBeUndefined();
});
