/** A repository with data and a folder remote, DVC's data verbs with work to do in it, and what must hold however one of them ended. */
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { DvcWorkspace, filesBelow } from './dvc-workspace.ts';

export interface Verb {
  readonly args: readonly string[];
  /** Makes the state that the verb has work in. */
  readonly prepare: () => void;
  /** What must hold however the verb ended, beyond sound objects and whole files. */
  readonly afterEnd?: () => void;
  /** What must hold after the next run. */
  readonly afterNext?: () => void;
}

export type VerbName = 'add' | 'checkout' | 'push' | 'pull' | 'gc';

export class DataScene {
  readonly workspace: DvcWorkspace;
  readonly remote: string;
  /** The files as they must be at the end of every round. */
  private readonly contents = new Map<string, Buffer>();

  private constructor(workspace: DvcWorkspace, fileCount: number) {
    this.workspace = workspace;
    this.remote = join(workspace.folder, 'remote');
    for (let index = 0; index < fileCount; index += 1) this.contents.set(`d/${index % 7}/${index}`, Buffer.from(`${index}\n`.repeat(200)));
    this.contents.set('big', Buffer.alloc(20_000_000, 'big'));
  }

  /** @param fileCount of the folder `d` */
  static async create(fileCount: number): Promise<DataScene> {
    const scene = new DataScene(await DvcWorkspace.create(), fileCount);
    const { workspace } = scene;
    await workspace.ours('remote', 'add', '-q', '-d', 'store', scene.remote);
    scene.restoreWork();
    await workspace.ours('add', '-q', 'd', 'big');
    await workspace.commit('data');
    await workspace.ours('push');
    cpSync(workspace.path('.dvc/cache'), scene.savedCache, { recursive: true });
    return scene;
  }

  private get savedCache(): string {
    return join(this.workspace.folder, 'saved');
  }

  verb(name: VerbName): Verb {
    const { workspace, remote } = this;
    const verbs: Readonly<Record<VerbName, Verb>> = {
      add: {
        args: ['add', '-q', 'd', 'big'],
        prepare: () => {
          this.restoreWork();
          workspace.remove('.dvc/cache', 'd.dvc', 'big.dvc', '.gitignore');
        },
        afterEnd: () => expect(this.absentFiles()).toEqual([]),
      },
      checkout: {
        args: ['checkout', '-q'],
        prepare: () => {
          this.restoreCache();
          workspace.remove('d', 'big');
        },
      },
      push: {
        args: ['push', '-q'],
        prepare: () => {
          this.restoreCache();
          this.restoreWork();
          rmSync(remote, { recursive: true, force: true });
        },
        afterNext: () => expect(filesBelow(remote)).toEqual(objectsOf(this.savedCache)),
      },
      pull: {
        args: ['pull', '-q'],
        prepare: () => {
          this.restoreRemote();
          workspace.remove('.dvc/cache', 'd', 'big');
        },
      },
      gc: {
        args: ['gc', '-q', '-w', '-c', '-f'],
        prepare: () => {
          this.restoreCache();
          this.restoreWork();
          this.restoreRemote();
          for (const folder of this.stores) putGarbage(folder);
        },
        afterEnd: () => {
          for (const folder of this.stores) {
            const left = new Set(objectsOf(folder));
            expect(objectsOf(this.savedCache).filter((path) => !left.has(path))).toEqual([]);
          }
        },
        afterNext: () => {
          for (const folder of this.stores) expect(filesBelow(folder)).toEqual(objectsOf(this.savedCache));
        },
      },
    };
    return verbs[name];
  }

  /** Objects under a wrong name, and files that a directory object in the remote names and the remote lacks; empty where all is sound. */
  damage(): string[] {
    const damaged = this.stores.flatMap((folder) => this.workspace.damagedObjects(folder));
    const there = new Set(objectsOf(this.remote));
    const lost = [...there]
      .filter((path) => path.endsWith('.dir'))
      .flatMap((path) => {
        const tree = JSON.parse(readFileSync(join(this.remote, path), 'utf8')) as { md5: string }[];
        return tree.map(({ md5 }) => `files/md5/${md5.slice(0, 2)}/${md5.slice(2)}`).filter((file) => !there.has(file));
      });
    return [...damaged, ...lost];
  }

  /** Files of the work tree that are there with other bytes: half of one would be. */
  wrongFiles(): string[] {
    return [...this.contents]
      .filter(([path, data]) => this.isThere(path) && !readFileSync(this.workspace.path(path)).equals(data))
      .map(([path]) => path);
  }

  absentFiles(): string[] {
    return [...this.contents.keys()].filter((path) => !this.isThere(path));
  }

  private isThere(path: string): boolean {
    return existsSync(this.workspace.path(path));
  }

  /** Nothing under the name of an unfinished file, in the cache, the remote or our private folder. */
  unfinishedFiles(): string[] {
    const named = this.stores.flatMap((folder) => filesBelow(folder).filter((path) => path.endsWith('.tmp')));
    return [...named, ...this.workspace.files('.dvc/tmp/millwright')];
  }

  /** Temporary files of a killed process look as if it had been killed long ago: only then are they removed. */
  ageLeftOvers(): void {
    const longAgo = new Date(Date.now() - 2 * 60 * 60 * 1000);
    for (const folder of this.stores)
      for (const path of filesBelow(folder)) if (path.endsWith('.tmp')) utimesSync(join(folder, path), longAgo, longAgo);
  }

  private get stores(): readonly string[] {
    return [this.workspace.path('.dvc/cache'), this.remote];
  }

  private restoreWork(): void {
    for (const [path, data] of this.contents) this.workspace.write(path, data);
  }

  private restoreCache(): void {
    this.workspace.remove('.dvc/cache');
    cpSync(this.savedCache, this.workspace.path('.dvc/cache'), { recursive: true });
  }

  private restoreRemote(): void {
    rmSync(this.remote, { recursive: true, force: true });
    cpSync(this.savedCache, this.remote, { recursive: true });
  }
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
  const files = Array.from({ length: 120 }, (_, index) => ({ md5: put(`garbage ${index}`), relpath: `${index}` }));
  put(JSON.stringify(files), '.dir');
}
