import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { blobsConformance } from './conformance.ts';
import { filesystemBlobs } from './filesystem.ts';

blobsConformance('a filesystem', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'blobs-'));
  const root = join(folder, 'not/there/yet');
  return {
    blobs: filesystemBlobs({ root }),
    residue: () => filesBelow(root),
    dispose: () => rm(folder, { recursive: true }),
  };
});

describe('blobs on a filesystem', () => {
  let folder: string;
  let root: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'blobs-'));
    root = join(folder, 'root');
    await mkdir(join(root, 'sub'), { recursive: true });
    await mkdir(join(folder, 'outside'));
    await writeFile(join(folder, 'outside/secret'), 'secret');
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('no operation follows a link out of the root', async () => {
    const blobs = filesystemBlobs({ root });
    await symlink('../outside', join(root, 'way'));
    await symlink('../../outside/secret', join(root, 'sub/secret'));
    for (const key of ['way/secret', 'way/new', 'way/new/er']) {
      const refused = { code: 'PERMISSION_DENIED' };
      await expect(blobs.get(key)).rejects.toMatchObject(refused);
      await expect(blobs.stat(key)).rejects.toMatchObject(refused);
      await expect(blobs.put(key, Buffer.from('x'))).rejects.toMatchObject(refused);
      await expect(blobs.delete(key)).rejects.toMatchObject(refused);
    }
    await expect(blobs.list('way/')).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    await expect(blobs.deletePrefix('way/')).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    expect(await blobs.get('sub/secret')).toBeUndefined();
    expect(await blobs.stat('sub/secret')).toBeUndefined();
    expect(await blobs.list('')).toEqual({ blobs: [], prefixes: [] });
    await blobs.put('sub/secret', Buffer.from('mine'));
    await blobs.deletePrefix('sub/');
    expect(await readdir(join(folder, 'outside'))).toEqual(['secret']);
    expect(await readFile(join(folder, 'outside/secret'), 'utf8')).toBe('secret');
  });

  test('list is in byte order across pages', async () => {
    const blobs = filesystemBlobs({ root });
    const keys = ['Z', 'a', 'b-c', 'b/1', 'b/2/x', 'b/3', 'b0', 'é', '\uff5e', '\u{1f600}'];
    for (const key of keys.toReversed()) await blobs.put(key, Buffer.from(key));
    const first = await blobs.list('', { limit: 4 });
    const second = await blobs.list('', { cursor: first.cursor! });
    expect([...first.blobs, ...second.blobs].map((blob) => blob.key)).toEqual(keys);
  });

  test('a file and a folder of one name are refused, not mixed', async () => {
    const blobs = filesystemBlobs({ root });
    await blobs.put('a', Buffer.from('x'));
    await blobs.put('d/e', Buffer.from('x'));
    await expect(blobs.put('a/b', Buffer.from('y'))).rejects.toMatchObject({ code: 'RESOURCE_CONFLICT' });
    await expect(blobs.put('d', Buffer.from('y'))).rejects.toMatchObject({ code: 'RESOURCE_CONFLICT' });
    await expect(blobs.put('d', Buffer.from('y'), { ifAbsent: true })).rejects.toMatchObject({ code: 'RESOURCE_CONFLICT' });
  });

  test('what killed processes left is removed at the first put, and the folder for it at the end', async () => {
    const blobs = filesystemBlobs({ root });
    await blobs.put('a', Buffer.from('x'));
    const [own] = await readdirOfOpenPut(blobs, root);
    const machine = own!.slice(own!.indexOf('@'));
    // Pid 4194305 lies beyond what Linux gives out; the second is this process's pid in an earlier life.
    for (const name of [`4194305-abc-0${machine}`, `${process.pid}-abc-0${machine}`, '4194305-abc-0@elsewhere']) {
      await writeFile(join(root, '.tmp', name), 'half');
    }
    const next = filesystemBlobs({ root });
    await next.put('b', Buffer.from('x'));
    expect(await readdir(join(root, '.tmp'))).toEqual(['4194305-abc-0@elsewhere']);
    await rm(join(root, '.tmp/4194305-abc-0@elsewhere'));
    await next.close();
    expect((await readdir(root)).toSorted()).toEqual(['a', 'b', 'sub']);
  });

  test('deleting removes the folders that became empty, and putting at the same time succeeds', async () => {
    const blobs = filesystemBlobs({ root });
    for (let round = 0; round < 20; round += 1) {
      await blobs.put('x/y/a', Buffer.from('x'));
      await Promise.all([blobs.delete('x/y/a'), blobs.put('x/y/b', Buffer.from('x'))]);
      await blobs.delete('x/y/b');
    }
    expect((await readdir(root)).filter((name) => name !== '.tmp')).toEqual(['sub']);
  });
});

/** The names in `.tmp` while a put waits for its source. */
async function readdirOfOpenPut(blobs: ReturnType<typeof filesystemBlobs>, root: string): Promise<string[]> {
  let names: string[] = [];
  await blobs.put(
    'open',
    (async function* look() {
      yield Buffer.from('x');
      names = await readdir(join(root, '.tmp'));
    })(),
  );
  await blobs.delete('open');
  return names;
}

async function filesBelow(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .toSorted();
}
