import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DvcWorkspace, filesBelow, ourProgram } from '../support/dvc-workspace.ts';

/** `make soak` looks longer. */
const rounds = process.env['MILLWRIGHT_SOAK'] === '1' ? 100 : 10;
const fileCount = 120;

let workspace: DvcWorkspace;
let remote: string;
/** The files as they must be at the end of every round. */
const contents = new Map<string, Buffer>();

beforeAll(async () => {
  workspace = await DvcWorkspace.create();
  remote = join(workspace.folder, 'remote');
  for (let index = 0; index < fileCount; index += 1) contents.set(`d/${index % 7}/${index}`, Buffer.from(`${index}\n`.repeat(200)));
  contents.set('big', Buffer.alloc(20_000_000, 'big'));
  await workspace.ours('remote', 'add', '-q', '-d', 'store', remote);
  restoreWork();
  await workspace.ours('add', '-q', 'd', 'big');
  await workspace.commit('data');
  await workspace.ours('push');
  cpSync(workspace.path('.dvc/cache'), savedCache(), { recursive: true });
});
afterAll(() => workspace?.dispose());

function savedCache(): string {
  return join(workspace.folder, 'saved');
}

function restoreWork(): void {
  for (const [path, data] of contents) workspace.write(path, data);
}

function restoreCache(): void {
  workspace.remove('.dvc/cache');
  cpSync(savedCache(), workspace.path('.dvc/cache'), { recursive: true });
}

function restoreRemote(): void {
  rmSync(remote, { recursive: true, force: true });
  cpSync(savedCache(), remote, { recursive: true });
}

interface Verb {
  readonly args: readonly string[];
  /** Makes the state that the verb has work in. */
  readonly prepare: () => void;
  /** What must hold however the verb was killed, beyond sound objects. */
  readonly afterKill?: () => void;
  /** What must hold after the next run. */
  readonly afterNext?: () => void;
}

const verbs: Readonly<Record<string, Verb>> = {
  add: {
    args: ['add', '-q', 'd', 'big'],
    prepare: () => {
      restoreWork();
      workspace.remove('.dvc/cache', 'd.dvc', 'big.dvc', '.gitignore');
    },
    afterKill: () => expectWork(),
  },
  checkout: {
    args: ['checkout', '-q'],
    prepare: () => {
      restoreCache();
      workspace.remove('d', 'big');
    },
    afterKill: () => expectNoHalfFiles(),
  },
  push: {
    args: ['push', '-q'],
    prepare: () => {
      restoreCache();
      restoreWork();
      rmSync(remote, { recursive: true, force: true });
    },
    afterNext: () => expect(filesBelow(remote)).toEqual(objectsOf(savedCache())),
  },
  pull: {
    args: ['pull', '-q'],
    prepare: () => {
      restoreRemote();
      workspace.remove('.dvc/cache', 'd', 'big');
    },
    afterKill: () => expectNoHalfFiles(),
  },
  gc: {
    args: ['gc', '-q', '-w', '-c', '-f'],
    prepare: () => {
      restoreCache();
      restoreWork();
      restoreRemote();
      for (const folder of [workspace.path('.dvc/cache'), remote]) putGarbage(folder);
    },
    afterKill: () => {
      for (const folder of [workspace.path('.dvc/cache'), remote]) {
        const left = new Set(objectsOf(folder));
        expect(objectsOf(savedCache()).filter((path) => !left.has(path))).toEqual([]);
      }
    },
    afterNext: () => {
      expect(filesBelow(remote)).toEqual(objectsOf(savedCache()));
      expect(workspace.files('.dvc/cache')).toEqual(objectsOf(savedCache()));
    },
  },
};

test.each(Object.entries(verbs))(
  'a killed %s leaves a sound repository, and the next run completes',
  async (name, verb) => {
    verb.prepare();
    const began = performance.now();
    await workspace.ours(...verb.args);
    const wholeMs = performance.now() - began;
    let killed = 0;
    for (let round = 0; round < rounds; round += 1) {
      verb.prepare();
      // Spread over the whole run, the first part of which is the start of Node.
      const delayMs = ((round + Math.random()) / rounds) * wholeMs;
      const running = workspace.start(ourProgram, verb.args);
      const timer = setTimeout(() => running.kill(), delayMs);
      const ended = await running.ended;
      clearTimeout(timer);
      if (ended.status === null) killed += 1;
      const where = `${name} killed after ${Math.round(delayMs)} of ${Math.round(wholeMs)} ms`;
      expectSound(where);
      verb.afterKill?.();
      // Real dvc must be able to read what was left; that costs seconds, so not every time.
      if (round % 4 === 2) expect((await workspace.tryDvc('status')).status, where).toBe(0);
      ageLeftOvers();
      await workspace.ours(...verb.args);
      expectSound(where);
      verb.afterNext?.();
      expectWork();
      if (round % 4 === 3) expect(await workspace.dvc('status'), where).toBe('Data and pipelines are up to date.\n');
    }
    expect(await workspace.dvc('status')).toBe('Data and pipelines are up to date.\n');
    expect(await workspace.dvc('data', 'status', '--json', '--granular')).toBe('{}\n');
    expect(killed).toBeGreaterThan(rounds / 3);
  },
  rounds * 60_000,
);

/** No object under a wrong name, and no directory object in the remote without its files. */
function expectSound(where: string): void {
  expect(workspace.damagedObjects(workspace.path('.dvc/cache')), where).toEqual([]);
  expect(workspace.damagedObjects(remote), where).toEqual([]);
  const there = new Set(objectsOf(remote));
  for (const path of there) {
    if (!path.endsWith('.dir')) continue;
    const tree = JSON.parse(readFileSync(join(remote, path), 'utf8')) as { md5: string }[];
    const lost = tree.filter(({ md5 }) => !there.has(`files/md5/${md5.slice(0, 2)}/${md5.slice(2)}`));
    expect(lost, where).toEqual([]);
  }
}

/** Every file is there with its bytes. */
function expectWork(): void {
  for (const [path, data] of contents) expect(readFileSync(workspace.path(path)).equals(data), path).toBe(true);
}

/** Files may be missing; none is half there. */
function expectNoHalfFiles(): void {
  const found = [...contents].filter(([path]) => existsSync(workspace.path(path)));
  for (const [path, data] of found) expect(readFileSync(workspace.path(path)).equals(data), path).toBe(true);
}

function objectsOf(folder: string): string[] {
  return filesBelow(folder).filter((path) => /^files\/md5\/[0-9a-f]{2}\/[0-9a-f]{30}(\.dir)?$/.test(path));
}

/** Objects that nothing uses: files and a directory object that names them. */
function putGarbage(folder: string): void {
  const put = (text: string, suffix = ''): string => {
    const md5 = createHash('md5').update(text).digest('hex') + suffix;
    const path = join(folder, 'files/md5', md5.slice(0, 2), md5.slice(2));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.part`, text);
    chmodSync(`${path}.part`, 0o444);
    renameSync(`${path}.part`, path);
    return md5;
  };
  const files = Array.from({ length: fileCount }, (_, index) => ({ md5: put(`garbage ${index}`), relpath: `${index}` }));
  put(JSON.stringify(files), '.dir');
}

/** Temporary files of the killed process look as if it had been killed long ago: only then are they removed. */
function ageLeftOvers(): void {
  const longAgo = new Date(Date.now() - 2 * 60 * 60 * 1000);
  for (const folder of [workspace.path('.dvc/cache'), remote]) {
    for (const path of filesBelow(folder)) if (path.endsWith('.tmp')) utimesSync(join(folder, path), longAgo, longAgo);
  }
}
