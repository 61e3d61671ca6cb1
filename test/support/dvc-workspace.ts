import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { checkout, testProgram } from './test-env.ts';

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A Git repository with DVC data, that the real `dvc` and ours take turns in; homes, caches and settings of the machine stay out. */
export class DvcWorkspace {
  /** Holds the repository and what surrounds it: remotes, homes. */
  readonly folder: string;
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;

  private constructor(env: Readonly<Record<string, string>>, parent: string) {
    this.folder = mkdtempSync(join(parent, 'dvc-'));
    this.root = join(this.folder, 'repository');
    mkdirSync(this.root);
    this.env = { ...surroundings(this.folder), ...env };
  }

  /** A new repository: `git init` and our `init`, which makes what `dvc init` makes. @param parent where its folder is made */
  static async create(env: Readonly<Record<string, string>> = {}, parent = tmpdir()): Promise<DvcWorkspace> {
    const workspace = new DvcWorkspace(env, parent);
    await workspace.run('git', 'init', '-q', '-b', 'main');
    await workspace.ours('init', '-q');
    await workspace.commit('init');
    return workspace;
  }

  path(...parts: string[]): string {
    return join(this.root, ...parts);
  }

  write(path: string, data: string | Uint8Array): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    rmSync(this.path(path), { force: true });
    writeFileSync(this.path(path), data);
  }

  remove(...paths: string[]): void {
    for (const path of paths) rmSync(this.path(path), { recursive: true, force: true });
  }

  commit(message: string): Promise<string> {
    return this.run('sh', '-c', 'git add -A && git commit -qm "$0"', message);
  }

  /** The real tool. Fails the test where it fails; `tryDvc` does not. */
  async dvc(...args: string[]): Promise<string> {
    return succeeded(['dvc', ...args], await this.tryDvc(...args));
  }

  tryDvc(...args: string[]): Promise<Ran> {
    return this.start(testProgram('dvc'), args).ended;
  }

  /** Ours. */
  async ours(...args: string[]): Promise<string> {
    return succeeded(['millwright', ...args], await this.tryOurs(...args));
  }

  tryOurs(...args: string[]): Promise<Ran> {
    return this.start(ourProgram, args).ended;
  }

  async run(command: string, ...args: string[]): Promise<string> {
    return succeeded([command, ...args], await this.start(command, args).ended);
  }

  /** Begins a command and returns at once; it has a process group of its own, all of which hears what `kill` sends. */
  start(command: string, args: readonly string[]) {
    const child = spawn(command, args, { cwd: this.root, env: this.env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
    const ended = new Promise<Ran>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (status) => resolve({ status, ...output }));
    });
    const kill = (signal: NodeJS.Signals = 'SIGKILL'): void => {
      // A group that has ended meanwhile is none any more: sending to it would throw, out of reach of the test.
      if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, signal);
    };
    return { child, ended, kill };
  }

  /** Relative paths of all files below `path`, sorted; none where it is absent. */
  files(path: string): string[] {
    return filesBelow(this.path(path));
  }

  /** Files whose content does not match the hash that is their name, below a cache or a folder remote; empty where all is sound. */
  damagedObjects(folder: string): string[] {
    return filesBelow(folder).filter((path) => {
      const name = /^(?:files\/md5\/)?([0-9a-f]{2})\/([0-9a-f]{30})(?:\.dir)?$/.exec(path);
      if (name === null) return false;
      const md5 = createHash('md5')
        .update(readFileSync(join(folder, path)))
        .digest('hex');
      return md5 !== `${name[1]!}${name[2]!}`;
    });
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const ourProgram = join(checkout, 'bin/millwright');

function succeeded(command: readonly string[], ran: Ran): string {
  if (ran.status === 0) return ran.stdout;
  throw new Error(`${command.join(' ')} ended with ${ran.status}:\n${ran.stdout}${ran.stderr}`);
}

export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .toSorted();
}

function surroundings(folder: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(DVC|GIT|MILLWRIGHT|AWS|XDG)_/.test(name));
  return {
    ...Object.fromEntries(inherited),
    HOME: join(folder, 'home'),
    LC_ALL: 'C.UTF-8',
    DVC_NO_ANALYTICS: '1',
    DVC_TEST: '1',
    DVC_SITE_CACHE_DIR: join(folder, 'site'),
    DVC_GLOBAL_CONFIG_DIR: join(folder, 'global'),
    DVC_SYSTEM_CONFIG_DIR: join(folder, 'system'),
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@example.org',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@example.org',
  };
}
