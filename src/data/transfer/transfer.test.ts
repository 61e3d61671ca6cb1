import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { filesystemBlobs } from '../../backends/blobs/filesystem.ts';
import { MillwrightError } from '../../errors.ts';
import type { HashAlgorithm } from '../../formats/dvc/entry.ts';
import { encodeTree, treeHash } from '../../formats/dvc/tree.ts';
import { cacheAt, objectPath, writeObject } from '../cache.ts';
import { createFilePool } from '../file-pool.ts';
import { blobStore } from './blob-store.ts';
import { collectFromCache, collectFromRemote, keptNotIn, keptObjects } from './collect-garbage.ts';
import { compareWithRemote } from './compare.ts';
import { fetch } from './fetch.ts';
import { folderStore } from './folder-store.ts';
import type { ObjectStore } from './object-store.ts';
import { push } from './push.ts';
import { fetchRunCache, pushRunCache } from './run-cache.ts';
import type { TransferContext } from './transfer.ts';
import type { UsedOutput } from './used-objects.ts';

const never = new AbortController().signal;
const silent = { start: () => ({ advance: () => undefined, finish: () => undefined }) };

let folder: string;
let warnings: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'transfer-'));
  warnings = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

function contextAt(name: string): TransferContext {
  const cacheDir = join(folder, name);
  return {
    caches: (algorithm) => cacheAt(cacheDir, algorithm, false),
    cacheDir,
    signal: never,
    progress: silent,
    warn: (message) => warnings.push(message),
  };
}

const pool = () => createFilePool({ signal: never, fileWorker: '/nothing', syncFileSystem: () => false, progress: silent });
const kinds: readonly (readonly [string, () => ObjectStore])[] = [
  ['a folder', () => folderStore(join(folder, 'remote'), pool())],
  ['blobs', () => blobStore('remote', filesystemBlobs({ root: join(folder, 'remote') }), 4)],
];

function keep(context: TransferContext, text: string, algorithm: HashAlgorithm = 'md5'): string {
  const value = createHash('md5')
    .update(algorithm === 'md5' ? text : text.replaceAll('\r\n', '\n'))
    .digest('hex');
  writeObject(context.caches(algorithm), value, Buffer.from(text));
  return value;
}

/** A directory output with these files, in the cache. */
function directory(context: TransferContext, name: string, files: Record<string, string>, algorithm: HashAlgorithm = 'md5'): UsedOutput {
  const bytes = encodeTree(Object.entries(files).map(([relpath, text]) => ({ relpath, md5: keep(context, text, algorithm) })));
  const value = treeHash(bytes);
  writeObject(context.caches(algorithm), value, bytes);
  return { name, hash: { algorithm, value } };
}

const file = (name: string, value: string): UsedOutput => ({ name, hash: { algorithm: 'md5', value } });

function below(root: string): string[] {
  if (!existsSync(root)) return [];
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory());
  return entries.map((entry) => relative(root, join(entry.parentPath, entry.name))).toSorted();
}

for (const [kind, openStore] of kinds) {
  describe(`a remote on ${kind}`, () => {
    test('push brings what the remote lacks, in DVC 3 and 2 layout, and fetch brings it back', async () => {
      const here = contextAt('here');
      const store = openStore();
      const outputs = [
        file('a', keep(here, 'one')),
        directory(here, 'd', { x: 'two', 'sub/y': 'three' }),
        directory(here, 'old', { z: 'four\r\nfive\r\n' }, 'md5-dos2unix'),
      ];
      expect(await push(here, { store, outputs })).toBe(6);
      expect(await push(here, { store, outputs })).toBe(0);
      await store.close();
      const objects = below(join(folder, 'remote'));
      expect(objects).toEqual(below(join(folder, 'here')));
      expect(objects.filter((path) => path.startsWith('files/md5/'))).toHaveLength(4);

      const there = contextAt('there');
      expect(await fetch(there, { store, outputs })).toEqual({ fetched: 6, missing: [] });
      expect(await fetch(there, { store, outputs })).toEqual({ fetched: 0, missing: [] });
      expect(below(join(folder, 'there'))).toEqual(objects);
      for (const path of objects) {
        expect(readFileSync(join(folder, 'there', path))).toEqual(readFileSync(join(folder, 'here', path)));
        expect(statSync(join(folder, 'there', path)).mode & 0o777).toBe(0o444);
      }
      expect(warnings).toEqual([]);
    });

    test('a directory object is pushed only when all its files are there', async () => {
      const here = contextAt('here');
      const store = openStore();
      const output = directory(here, 'd', { x: 'two', y: 'three' });
      const lost = createHash('md5').update('three').digest('hex');
      rmSync(objectPath(here.caches('md5'), lost));
      expect(await push(here, { store, outputs: [output] })).toBe(1);
      expect(warnings).toEqual([expect.stringContaining(`md5: ${lost}`)]);
      expect(await store.all('md5', never)).toEqual([createHash('md5').update('two').digest('hex')]);
      keep(here, 'three');
      expect(await push(here, { store, outputs: [output] })).toBe(2);
      expect(await store.all('md5', never)).toContain(output.hash.value);
    });

    test('push of some files of a directory leaves its directory object out', async () => {
      const here = contextAt('here');
      const store = openStore();
      const output = { ...directory(here, 'd', { x: 'two', y: 'three' }), includes: (path: string) => path === 'x' };
      expect(await push(here, { store, outputs: [output] })).toBe(1);
      const there = contextAt('there');
      expect(await fetch(there, { store, outputs: [output] })).toMatchObject({ fetched: 0, missing: [output.hash.value] });
    });

    test('a damaged object is neither pushed nor fetched', async () => {
      const here = contextAt('here');
      const store = openStore();
      const value = keep(here, 'one');
      await push(here, { store, outputs: [file('a', value)] });
      for (const [root, work] of [
        ['here', () => push(here, { store: { ...store, existing: async () => new Set<string>() }, outputs: [file('a', value)] })],
        ['remote', () => fetch(contextAt('there'), { store, outputs: [file('a', value)] })],
      ] as const) {
        const path = join(folder, root, 'files/md5', value.slice(0, 2), value.slice(2));
        rmSync(path);
        writeFileSync(path, 'other', { mode: 0o444 });
        await expect(work()).rejects.toMatchObject({ code: 'DATA_ERROR', message: expect.stringContaining('damaged') });
      }
      expect(existsSync(objectPath(contextAt('there').caches('md5'), value))).toBe(false);
    });

    test('status names what one side lacks, and brings directory objects here', async () => {
      const here = contextAt('here');
      const store = openStore();
      const outputs = [file('a', keep(here, 'one')), directory(here, 'd', { x: 'two', y: 'three' })];
      const all = (state: string) => new Map(['a', 'd/x', 'd/y', 'd'].map((name) => [name, state]));
      expect(await compareWithRemote(here, { store, outputs })).toEqual(all('new'));
      await push(here, { store, outputs });
      expect(await compareWithRemote(here, { store, outputs })).toEqual(new Map());
      rmSync(join(folder, 'here'), { recursive: true });
      const deleted = all('deleted');
      deleted.delete('d');
      expect(await compareWithRemote(here, { store, outputs })).toEqual(deleted);
      rmSync(join(folder, 'remote'), { recursive: true });
      rmSync(join(folder, 'here'), { recursive: true });
      // What was in a directory that neither side can list is not known
      expect(await compareWithRemote(here, { store, outputs })).toEqual(new Map([['a', 'missing']]));
    });

    test('collecting garbage keeps what is used, in the cache and in the remote', async () => {
      const here = contextAt('here');
      const store = openStore();
      const used = directory(here, 'd', { x: 'two' });
      const outputs = [
        used,
        file('a', keep(here, 'one')),
        directory(here, 'gone', { y: 'three' }),
        directory(here, 'old', { z: 'four' }, 'md5-dos2unix'),
      ];
      await push(here, { store, outputs });
      await store.close();
      const kept = await keptObjects(here, [used], false);
      const removing: string[] = [];
      const dry = { isDry: true, removing: (path: string) => removing.push(path) };
      expect([collectFromCache(here, 'md5', kept, dry), await collectFromRemote(here, store, kept, dry)]).toEqual([3, 5]);
      expect(removing).toHaveLength(8);
      expect(removing[0]).toMatch(/\.dir$/);
      expect(below(join(folder, 'remote'))).toHaveLength(7);
      const real = { isDry: false, removing: () => undefined };
      expect(collectFromCache(here, 'md5', kept, real)).toBe(3);
      expect(collectFromCache(here, 'md5-dos2unix', kept, real)).toBe(2);
      expect(await collectFromRemote(here, store, kept, real)).toBe(5);
      expect(below(join(folder, 'here'))).toHaveLength(2);
      expect(below(join(folder, 'remote'))).toEqual(below(join(folder, 'here')));
      expect((await keptNotIn(here, kept, store)).get('md5')).toEqual(new Set());
    });

    test('garbage is not collected where a directory object is nowhere, unless forced', async () => {
      const here = contextAt('here');
      const unknown = { name: 'd', hash: { algorithm: 'md5' as const, value: `${'0'.repeat(32)}.dir` } };
      await expect(keptObjects(here, [unknown], false)).rejects.toMatchObject({ code: 'DATA_ERROR' });
      expect((await keptObjects(here, [unknown], true)).get('md5')).toEqual(new Set([unknown.hash.value]));
    });

    test('the run cache goes and comes, each entry once', async () => {
      const here = contextAt('here');
      const store = openStore();
      const name = `ab/${'ab'.padEnd(64, '0')}/${'c'.repeat(64)}`;
      mkdirSync(join(here.cacheDir, 'runs', name, '..'), { recursive: true });
      writeFileSync(join(here.cacheDir, 'runs', name), 'cmd: true\n');
      writeFileSync(join(here.cacheDir, 'runs', name, '..', '.left-over.tmp'), 'half');
      expect([await pushRunCache(here, store), await pushRunCache(here, store)]).toEqual([1, 0]);
      const there = contextAt('there');
      expect([await fetchRunCache(there, store), await fetchRunCache(there, store)]).toEqual([1, 0]);
      expect(below(join(folder, 'there'))).toEqual([`runs/${name}`]);
      expect(readFileSync(join(folder, 'there/runs', name), 'utf8')).toBe('cmd: true\n');
    });
  });
}

test('a push that fails half-way leaves no directory object, and says how far it came', async () => {
  const here = contextAt('here');
  const store = kinds[0]![1]();
  const output = directory(here, 'd', { x: 'two', y: 'three' });
  const failing: ObjectStore = {
    ...store,
    upload: async (cache, values, work) => {
      await store.upload(cache, values.slice(0, 1), work);
      throw new MillwrightError('TEMPORARILY_UNAVAILABLE', 'the endpoint is gone');
    },
  };
  const message = expect.stringContaining('1 of 3 files had been pushed');
  await expect(push(here, { store: failing, outputs: [output] })).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE', message });
  expect(await store.all('md5', never)).toHaveLength(1);
  expect(await push(here, { store, outputs: [output] })).toBe(2);
});
