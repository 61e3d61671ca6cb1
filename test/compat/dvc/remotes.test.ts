import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ListMultipartUploadsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { startCuttingProxy } from '../../support/cutting-proxy.ts';
import { DvcWorkspace, filesBelow } from '../../support/dvc-workspace.ts';
import { startSeaweedFs, type SeaweedFs } from '../../support/seaweedfs.ts';

let server: SeaweedFs;
let bucketCount = 0;
let workspace: DvcWorkspace;
beforeAll(async () => {
  server = await startSeaweedFs();
});
afterAll(() => server?.stop());
beforeEach(async () => {
  workspace = await DvcWorkspace.create();
});
afterEach(() => workspace.dispose());

interface RemoteKind {
  /** Makes it the default remote of the workspace. */
  readonly add: () => Promise<void>;
  /** Keys of all that is in it. */
  readonly keys: () => Promise<string[]>;
}

function folderRemote(): RemoteKind {
  const folder = join(workspace.folder, 'remote');
  return {
    add: async () => void (await workspace.ours('remote', 'add', '-q', '-d', 'store', folder)),
    keys: async () => filesBelow(folder),
  };
}

function s3Remote(endpoint = server.endpoint): RemoteKind {
  const bucket = `remote-${bucketCount++}`;
  return {
    add: async () => {
      await server.createBucket(bucket);
      await workspace.ours('remote', 'add', '-q', '-d', 'store', `s3://${bucket}/some/where`);
      await workspace.ours('remote', 'modify', '-q', 'store', 'endpointurl', endpoint);
      await workspace.ours('remote', 'modify', '-q', '--local', 'store', 'access_key_id', server.accessKeyId);
      await workspace.ours('remote', 'modify', '-q', '--local', 'store', 'secret_access_key', server.secretAccessKey);
    },
    keys: async () => {
      const { Contents = [] } = await server.client.send(new ListObjectsV2Command({ Bucket: bucket }));
      return Contents.map(({ Key }) => Key!.replace('some/where/', '')).toSorted();
    },
  };
}

const contents: Readonly<Record<string, string | Buffer>> = {
  a: 'one\n',
  'd/x': 'two\n',
  'd/sub/ü name': 'three\n',
  big: randomBytes(20_000_000),
};

async function addContents(): Promise<void> {
  for (const [path, data] of Object.entries(contents)) workspace.write(path, data);
  await workspace.ours('add', '-q', 'a', 'd', 'big');
}

function loseLocalData(): void {
  workspace.remove('.dvc/cache', 'a', 'd', 'big');
}

function expectContents(): void {
  for (const [path, data] of Object.entries(contents))
    expect(readFileSync(workspace.path(path)).equals(Buffer.from(data)), path).toBe(true);
}

describe.each([
  ['a folder', folderRemote],
  ['S3', s3Remote],
] as const)('a remote on %s', (_, makeRemote) => {
  test('what dvc pushes ours pulls, and finds nothing to push', async () => {
    await makeRemote().add();
    await addContents();
    await workspace.dvc('push', '-q');
    loseLocalData();
    expect(await workspace.ours('pull')).toContain('5 files fetched and 4 files added');
    expectContents();
    expect(await workspace.ours('push')).toBe('Everything is up to date.\n');
    expect(await workspace.ours('pull')).toBe('Everything is up to date.\n');
    expect(await workspace.dvc('status')).toBe('Data and pipelines are up to date.\n');
    expect(workspace.damagedObjects(workspace.path('.dvc/cache'))).toEqual([]);
  });

  test('what ours pushes dvc pulls, and finds nothing to push', async () => {
    const remote = makeRemote();
    await remote.add();
    await addContents();
    expect(await workspace.ours('push')).toBe('5 files pushed\n');
    expect(await remote.keys()).toEqual(workspace.files('.dvc/cache').filter((path) => path.startsWith('files/')));
    expect(await workspace.dvc('push')).toBe('Everything is up to date.\n');
    expect(await workspace.dvc('status', '-c')).toBe("Cache and remote 'store' are in sync.\n");
    expect(await workspace.ours('status', '-c')).toBe("Cache and remote 'store' are in sync.\n");
    loseLocalData();
    await workspace.dvc('pull', '-q');
    expectContents();
  });

  test('garbage goes from the remote, and what is used stays', async () => {
    const remote = makeRemote();
    await remote.add();
    await addContents();
    await workspace.ours('push');
    const used = await remote.keys();
    workspace.write('a', 'other\n');
    workspace.write('d/x', 'other two\n');
    await workspace.ours('add', '-q', 'a', 'd');
    await workspace.ours('push');
    workspace.write('a', contents['a']!);
    workspace.write('d/x', contents['d/x']!);
    await workspace.ours('add', '-q', 'a', 'd');
    expect(await workspace.ours('gc', '-w', '-c', '-f')).toMatch(/Removed 3 objects from repo cache\.[^]*Removed 3 objects from remote\./);
    expect(await remote.keys()).toEqual(used);
    expect(await workspace.dvc('status', '-c')).toBe("Cache and remote 'store' are in sync.\n");
  });

  test('the run cache crosses in both directions', async () => {
    const remote = makeRemote();
    await remote.add();
    workspace.write('in', '1\n');
    workspace.write('dvc.yaml', 'stages:\n  s:\n    cmd: cat in > out\n    deps: [in]\n    outs: [out]\n');
    await workspace.dvc('repro', '-q');
    expect(await workspace.ours('push', '--run-cache')).toBe('2 files pushed\n');
    const runs = workspace.files('.dvc/cache/runs');
    expect(runs).toHaveLength(1);
    workspace.remove('.dvc/cache', 'out', 'dvc.lock');
    await workspace.dvc('fetch', '-q', '--run-cache');
    expect(workspace.files('.dvc/cache/runs')).toEqual(runs);
    workspace.remove('.dvc/cache');
    await workspace.ours('fetch', '--run-cache');
    expect(workspace.files('.dvc/cache/runs')).toEqual(runs);
  });

  test('a repository of DVC 2 is pushed and pulled in its own layout', async () => {
    const remote = makeRemote();
    await remote.add();
    legacyRepository();
    await workspace.commit('2.x');
    expect(await workspace.dvc('data', 'status', '--json')).toBe('{}\n');
    expect(await workspace.ours('push')).toBe('4 files pushed\n');
    expect((await remote.keys()).every((key) => /^[0-9a-f]{2}\/[0-9a-f]{30}(\.dir)?$/.test(key))).toBe(true);
    expect(await workspace.dvc('push')).toBe('Everything is up to date.\n');
    workspace.remove('.dvc/cache', 'a', 'd');
    expect(await workspace.ours('pull')).toContain('4 files fetched and 3 files added');
    expect(readFileSync(workspace.path('d/windows'), 'utf8')).toBe('one\r\ntwo\r\n');
    expect(await workspace.dvc('status')).toBe('Data and pipelines are up to date.\n');
  });

  test('transfers reach over branches, tags and commits', async () => {
    const remote = makeRemote();
    await remote.add();
    for (const [branch, text] of [
      ['main', 'm'],
      ['side', 's'],
      ['tagged', 't'],
      ['top', 'p'],
    ] as const) {
      if (branch !== 'main') await workspace.run('git', 'checkout', '-q', '-b', branch);
      workspace.write('a', text);
      await workspace.ours('add', '-q', 'a');
      await workspace.commit(branch);
    }
    await workspace.run('git', 'tag', 'v1', 'tagged');
    await workspace.run('git', 'branch', '-q', '-D', 'tagged');
    expect(await workspace.ours('push')).toBe('1 file pushed\n');
    expect(await workspace.ours('push', '-a')).toBe('2 files pushed\n');
    expect(await workspace.ours('push', '-T')).toBe('1 file pushed\n');
    workspace.remove('.dvc/cache');
    expect(await workspace.ours('fetch', '-A')).toBe('4 files fetched\n');
    expect(await workspace.ours('gc', '-T', '-f')).toContain('Removed 2 objects from repo cache.');
    expect(await workspace.ours('gc', '-w', '-f', '--rev', 'HEAD', '-n', '2')).toContain("No unused 'repo' cache to remove.");
    expect(await workspace.ours('gc', '-w', '--not-in-remote', '-f')).toContain('Removed 2 objects from repo cache.');
  });
});

/** Entries without `hash:`, objects at the root of the cache: what DVC 2 left. */
function legacyRepository(): void {
  const put = (text: string, hashed: string, suffix = ''): string => {
    const md5 = createHash('md5').update(hashed).digest('hex') + suffix;
    const path = workspace.path('.dvc/cache', md5.slice(0, 2), md5.slice(2));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode: 0o444 });
    return md5;
  };
  workspace.write('a', 'text\r\n');
  workspace.write('d/windows', 'one\r\ntwo\r\n');
  workspace.write('d/binary', 'a\0\r\n');
  const a = put('text\r\n', 'text\n');
  const windows = put('one\r\ntwo\r\n', 'one\ntwo\n');
  const binary = put('a\0\r\n', 'a\0\r\n');
  const tree = `[{"md5": "${binary}", "relpath": "binary"}, {"md5": "${windows}", "relpath": "windows"}]`;
  const d = put(tree, tree, '.dir');
  workspace.write('a.dvc', `outs:\n- md5: ${a}\n  size: 6\n  path: a\n`);
  workspace.write('d.dvc', `outs:\n- md5: ${d}\n  size: 14\n  nfiles: 2\n  path: d\n`);
  workspace.write('.gitignore', '/a\n/d\n');
}

test('an S3 endpoint that fails half-way leaves nothing half-done, and the next push and pull complete', async () => {
  const proxy = await startCuttingProxy(Number(new URL(server.endpoint).port));
  try {
    const remote = s3Remote(`http://127.0.0.1:${proxy.port}`);
    await remote.add();
    await addContents();
    proxy.cutAfter(3_000_000);
    const push = await workspace.tryOurs('push');
    expect(push.status).toBe(75);
    expect(push.stderr).toContain('files had been pushed: run it again to go on');
    expect((await remote.keys()).filter((key) => key.startsWith('files/md5/') && key.endsWith('.dir'))).toEqual([]);
    const { Uploads = [] } = await server.client.send(new ListMultipartUploadsCommand({ Bucket: `remote-${bucketCount - 1}` }));
    expect(Uploads).toEqual([]);
    proxy.cutAfter(undefined);
    await workspace.ours('push');
    expect(await workspace.dvc('status', '-c')).toBe("Cache and remote 'store' are in sync.\n");

    loseLocalData();
    await workspace.ours('fetch', 'a');
    proxy.cutAfter(500);
    const pull = await workspace.tryOurs('pull');
    expect(pull.status).toBe(75);
    expect(workspace.damagedObjects(workspace.path('.dvc/cache'))).toEqual([]);
    expect(workspace.files('.dvc/cache').filter((path) => path.endsWith('.tmp'))).toEqual([]);
    expect(proxy.cuts()).toBeGreaterThan(2);
    proxy.cutAfter(undefined);
    await workspace.ours('pull');
    expectContents();
    expect(await workspace.dvc('status')).toBe('Data and pipelines are up to date.\n');
  } finally {
    await proxy.stop();
  }
});
