/** A command that finds no room says so, leaves nothing half-done, and the next run with room completes. */
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DvcWorkspace, filesBelow, ourProgram, type Ran } from '../support/dvc-workspace.ts';
import { mountSmallDisk, type SmallDisk } from '../support/small-disk.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

const contents = new Map<string, Buffer>();
for (let index = 0; index < 40; index += 1) contents.set(`d/${index % 3}/${index}`, Buffer.alloc(8 * KIB, `${index};`));
contents.set('big', Buffer.alloc(6 * MIB, 'big'));

interface Scene {
  readonly workspace: DvcWorkspace;
  readonly remote: string;
  /** A whole cache of the data, to be copied. */
  readonly saved: string;
}

/** A repository with data that was pushed. */
async function prepareScene(parent?: string): Promise<Scene> {
  const workspace = await DvcWorkspace.create({}, parent);
  const scene = { workspace, remote: join(workspace.folder, 'remote'), saved: join(workspace.folder, 'saved') };
  writeContents(workspace);
  await workspace.ours('remote', 'add', '-q', '-d', 'store', scene.remote);
  await workspace.ours('add', '-q', 'd', 'big');
  workspace.write('mine/.gitignore', '# mine\n*.log');
  await workspace.commit('data');
  await workspace.ours('push', '-q');
  cpSync(workspace.path('.dvc/cache'), scene.saved, { recursive: true });
  return scene;
}

function writeContents(workspace: DvcWorkspace): void {
  for (const [path, data] of contents) workspace.write(path, data);
}

interface Verb {
  readonly args: readonly string[];
  readonly prepare: (scene: Scene) => void;
  /** Free bytes with which it cannot end, each at another step. */
  readonly room: readonly number[];
}

const verbs: Readonly<Record<string, Verb>> = {
  add: {
    args: ['add', '-q', 'd', 'big', 'mine/new'],
    prepare: ({ workspace }) => {
      writeContents(workspace);
      workspace.write('mine/new', Buffer.alloc(64 * KIB, 'new'));
      workspace.write('mine/.gitignore', '# mine\n*.log');
      workspace.remove('.dvc/cache', 'd.dvc', 'big.dvc', 'mine/new.dvc', '.gitignore');
    },
    room: [0, 40 * KIB, 2 * MIB, 6 * MIB + 360 * KIB],
  },
  push: {
    args: ['push', '-q'],
    prepare: ({ workspace, remote, saved }) => {
      writeContents(workspace);
      workspace.remove('mine/new.dvc');
      restore(saved, workspace.path('.dvc/cache'));
      rmSync(remote, { recursive: true, force: true });
    },
    room: [0, 5 * MIB],
  },
  pull: {
    args: ['pull', '-q'],
    prepare: ({ workspace, remote, saved }) => {
      restore(saved, remote);
      workspace.remove('.dvc/cache', 'd', 'big', 'mine/new.dvc');
    },
    room: [0, 200 * KIB, 9 * MIB],
  },
  checkout: {
    args: ['checkout', '-q'],
    prepare: ({ workspace, saved }) => {
      restore(saved, workspace.path('.dvc/cache'));
      workspace.remove('d', 'big', 'mine/new.dvc');
    },
    room: [200 * KIB, 3 * MIB],
  },
};

function restore(saved: string, place: string): void {
  rmSync(place, { recursive: true, force: true });
  cpSync(saved, place, { recursive: true });
}

/** What `.dvc` files and Git's files say; a command that fails leaves it as it was. */
function declared({ workspace }: Scene): Record<string, string> {
  const names = ['d.dvc', 'big.dvc', 'mine/new.dvc', '.gitignore', 'mine/.gitignore', '.dvc/config', '.dvc/.gitignore'];
  return Object.fromEntries(
    names.filter((name) => existsSync(workspace.path(name))).map((name) => [name, readFileSync(workspace.path(name), 'utf8')]),
  );
}

/** No damaged object, no unfinished file anywhere, every file of the work tree whole or absent, and the lock free for the real tool. */
function expectNothingHalfDone(scene: Scene, where: string): void {
  const { workspace, remote } = scene;
  expect(workspace.damagedObjects(workspace.path('.dvc/cache')), where).toEqual([]);
  expect(workspace.damagedObjects(remote), where).toEqual([]);
  const left = filesBelow(workspace.folder).filter((path) => /\.tmp$|\.dvc\/tmp\/millwright\//.test(path));
  expect(left, where).toEqual([]);
  for (const [path, data] of contents)
    if (existsSync(workspace.path(path))) expect(readFileSync(workspace.path(path)).equals(data), `${where}: ${path}`).toBe(true);
}

/** Every file is there, every object in the cache and in the remote. */
async function expectWhole(scene: Scene, name: string, where: string): Promise<void> {
  const { workspace, remote, saved } = scene;
  expectNothingHalfDone(scene, where);
  for (const [path, data] of contents) expect(readFileSync(workspace.path(path)).equals(data), `${where}: ${path}`).toBe(true);
  expect(workspace.files('.dvc/cache')).toEqual(expect.arrayContaining(filesBelow(saved)));
  if (name === 'push') expect(filesBelow(remote), where).toEqual(filesBelow(saved));
}

function expectFull(ran: Ran, problem: string, remedy: string, where: string): void {
  expect([ran.status, ran.stdout], `${where}: ${ran.stderr}`).toEqual([74, '']);
  expect(ran.stderr, where).toMatch(/^millwright: cannot (copy|write) '\/[^\n]*\n$/);
  expect(ran.stderr, where).toContain(`${problem}; nothing half-done was left: ${remedy}`);
}

// Tried here and given back at once: what is collected need not run.
const probe = mountSmallDisk(MIB);
if (typeof probe !== 'string') probe.dispose();
// The limit on a file's size below needs no right, so nothing goes untried.
else process.stderr.write(`full-disk: a disk of its own cannot be mounted here, so only file-size limits are tried: ${probe}\n`);

describe.runIf(typeof probe !== 'string')('on a full disk', () => {
  let small: SmallDisk;
  let scene: Scene;
  beforeAll(async () => {
    const mounted = mountSmallDisk(64 * MIB);
    if (typeof mounted === 'string') throw new Error(mounted);
    small = mounted;
    scene = await prepareScene(small.folder);
  });
  afterAll(() => small?.dispose());

  test.each(Object.entries(verbs))('%s names the file and the remedy with 74, and completes when there is room', async (name, verb) => {
    const { workspace } = scene;
    verb.prepare(scene);
    // What the first run of a machine writes into the user's cache is there
    await workspace.ours(...verb.args);
    for (const room of verb.room) {
      const where = `${name} with ${room / KIB} KiB free`;
      small.empty();
      verb.prepare(scene);
      const before = declared(scene);
      small.fillUpTo(room);
      const ran = await workspace.tryOurs(...verb.args);
      expectFull(ran, 'the disk is full', 'free some space and run the command again', where);
      expectNothingHalfDone(scene, where);
      const after = declared(scene);
      if (name === 'add') expectSettledOnly(before, after, where);
      else expect(after, where).toEqual(before);
      small.empty();
      if (room === verb.room.at(-1)) expect((await workspace.tryDvc('status')).status, where).toBe(0);
      await workspace.ours(...verb.args);
      await expectWhole(scene, name, where);
    }
    expect(await workspace.dvc('status')).toBe('Data and pipelines are up to date.\n');
  });

  test('repro names the stage or the file, keeps the lock file whole, and goes on from there', async () => {
    const { workspace } = scene;
    const stage = (name: string, from: string): string =>
      `  ${name}:\n    cmd: (cat ${from} && echo ${name}) > ${name}\n    deps: [${from}]\n    outs: [${name}]\n`;
    writeContents(workspace);
    workspace.write('dvc.yaml', `stages:\n${stage('one', 'big')}${stage('two', 'one')}`);
    workspace.remove('.dvc/cache', 'dvc.lock', 'one', 'two');
    await workspace.ours('repro', '-q');
    const wanted = readFileSync(workspace.path('dvc.lock'), 'utf8');
    for (const [room, status] of [
      [0, 255],
      [3 * MIB, 255],
      [9 * MIB, 74],
      [15 * MIB, 255],
      [21 * MIB, 74],
    ] as const) {
      const where = `repro with ${room / KIB} KiB free`;
      small.empty();
      restore(scene.saved, workspace.path('.dvc/cache'));
      workspace.remove('dvc.lock', 'one', 'two', '.gitignore');
      small.fillUpTo(room);
      const ran = await workspace.tryOurs('repro', '-q');
      expect(ran.status, `${where}: ${ran.stderr}`).toBe(status);
      expect(ran.stderr, where).toMatch(
        status === 74
          ? /the disk is full; nothing half-done was left: free some space/
          : /failed to run: .cat .*, exited with 1; the disk of '.*\/\.dvc\/tmp' is full, .*: free some space and run it again/,
      );
      expect(workspace.damagedObjects(workspace.path('.dvc/cache')), where).toEqual([]);
      if (existsSync(workspace.path('dvc.lock')))
        for (const line of readFileSync(workspace.path('dvc.lock'), 'utf8').split('\n')) expect(wanted, where).toContain(line);
      small.empty();
      await workspace.ours('repro', '-q');
      expect(readFileSync(workspace.path('dvc.lock'), 'utf8'), where).toBe(wanted);
    }
    expect(await workspace.dvc('status')).toBe('Data and pipelines are up to date.\n');
    workspace.remove('dvc.yaml', 'dvc.lock', 'one', 'two');
  });

  test('a change of the configuration that finds no room leaves the file as it was', async () => {
    const { workspace } = scene;
    const before = readFileSync(workspace.path('.dvc/config'), 'utf8');
    small.fillUpTo(0);
    const ran = await workspace.tryOurs('remote', 'add', 'other', '/tmp/other');
    expectFull(ran, 'the disk is full', 'free some space and run the command again', 'remote add');
    expect(readFileSync(workspace.path('.dvc/config'), 'utf8')).toBe(before);
    small.empty();
  });
});

/** Of several targets, those before the one that found no room are added, and nothing else is changed. */
function expectSettledOnly(before: Record<string, string>, after: Record<string, string>, where: string): void {
  const { '.gitignore': ignored = '', ...rest } = after;
  const added = ['d', 'big'].filter((name) => `${name}.dvc` in after);
  expect(ignored, where).toBe(added.map((name) => `/${name}\n`).join(''));
  expect({ ...rest, 'd.dvc': undefined, 'big.dvc': undefined }, where).toEqual({ ...before, 'd.dvc': undefined, 'big.dvc': undefined });
}

describe('under a limit on the size of files', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await prepareScene();
  });
  afterAll(() => scene?.workspace.dispose());

  test.each(Object.entries(verbs))('%s names the file and the remedy with 74, and completes without it', async (name, verb) => {
    const { workspace } = scene;
    verb.prepare(scene);
    const before = declared(scene);
    const script = `ulimit -f ${(4 * MIB) / 512} && exec "$0" "$@"`;
    const ran = await workspace.start('sh', ['-c', script, ourProgram, ...verb.args]).ended;
    expectFull(ran, 'the file is larger than the limit', "raise it ('ulimit -f')", name);
    expect(ran.stderr).toContain(name === 'push' || name === 'pull' ? '/files/md5' : '/big');
    expectNothingHalfDone(scene, name);
    if (name === 'add') expectSettledOnly(before, declared(scene), name);
    else expect(declared(scene)).toEqual(before);
    expect((await workspace.tryDvc('status')).status).toBe(0);
    await workspace.ours(...verb.args);
    await expectWhole(scene, name, name);
    expect(await workspace.dvc('status')).toBe('Data and pipelines are up to date.\n');
  });
});
