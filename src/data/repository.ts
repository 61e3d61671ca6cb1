import { existsSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Git } from '../backends/git/git.ts';
import { MillwrightError, errnoOf } from '../errors.ts';
import type { HashAlgorithm } from '../formats/dvc/entry.ts';
import { cacheAt, type Cache } from './cache.ts';
import { loadConfig, type DvcConfig } from './config.ts';
import type { DataEffects } from './effects.ts';
import { createFilePool, type FilePool } from './file-pool.ts';
import { dvcIgnore, gitIgnore, type IgnoreTree } from './ignore.ts';
import { openState, type HashState } from './state.ts';

/** A DVC repository in the work tree. Everything below it is opened once, with the repository. */
export interface Repository {
  readonly root: string;
  readonly dvcDir: string;
  /** `.dvc/tmp`: the only place in the work tree where files of ours may lie. */
  readonly tmpDir: string;
  /** The root of the cache, `.dvc/cache` unless `cache.dir` says otherwise. */
  readonly cacheDir: string;
  readonly cache: (algorithm: HashAlgorithm) => Cache;
  readonly config: DvcConfig;
  /** Undefined with `core.no_scm`, and where no Git work tree surrounds the repository. */
  readonly git: Git | undefined;
  readonly ignore: IgnoreTree;
  /** What Git ignores; undefined without Git. */
  readonly gitIgnore: IgnoreTree | undefined;
  readonly state: HashState;
  readonly files: FilePool;
  readonly siteCacheDir: string;
  readonly effects: DataEffects;
}

/** Opens the repository that `cwd` is in. Throws NOT_A_REPOSITORY, DVC_CONFIG_INVALID. */
export function openRepository(cwd: string, effects: DataEffects): Repository {
  const root = findRoot(cwd);
  const dvcDir = join(root, '.dvc');
  const config = loadConfig(dvcDir, effects.env);
  const cacheDir = config.cacheDir ?? join(dvcDir, 'cache');
  const git = config.noScm ? undefined : findGit(root, effects);
  return {
    root,
    dvcDir,
    tmpDir: join(dvcDir, 'tmp'),
    cacheDir,
    cache: (algorithm) => cacheAt(cacheDir, algorithm, config.isCacheShared),
    config,
    git,
    ignore: dvcIgnore(root),
    gitIgnore: git === undefined ? undefined : gitIgnore(git.root, excludeFiles(git, effects.env)),
    state: openState(effects.userCacheDir, root),
    files: createFilePool(effects),
    siteCacheDir: effects.env['DVC_SITE_CACHE_DIR'] ?? config.siteCacheDir ?? '/var/tmp/dvc',
    effects,
  };
}

/** The nearest folder above with a `.dvc` folder, on the same file system. */
export function findRoot(cwd: string): string {
  const start = resolve(cwd);
  const device = statSync(start).dev;
  for (let folder = start; ; folder = dirname(folder)) {
    if (statSync(join(folder, '.dvc'), { throwIfNoEntry: false })?.isDirectory() === true) return folder;
    const above = dirname(folder);
    if (above === folder || statSync(above).dev !== device) {
      throw new MillwrightError(
        'NOT_A_REPOSITORY',
        `you are not inside of a DVC repository (checked up to mount point '${folder}'): run 'millwright init' in its root`,
      );
    }
  }
}

/** The Git work tree that a folder is in, found without starting Git. */
export function findGit(root: string, effects: DataEffects): Git | undefined {
  for (let folder = root; ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return effects.git.open(folder);
    if (folder === dirname(folder)) return undefined;
  }
}

/** The pattern files that hold for every folder, weakest first. */
export function excludeFiles(git: Git, env: DataEffects['env']): string[] {
  const home = env['HOME'] ?? homedir();
  const configured = [join(home, '.gitconfig'), join(git.commonDir, 'config')].flatMap((file) => configuredExcludes(file, home));
  const user = configured.at(-1) ?? join(env['XDG_CONFIG_HOME'] ?? join(home, '.config'), 'git', 'ignore');
  return [user, join(git.commonDir, 'info', 'exclude')];
}

function configuredExcludes(file: string, home: string): string[] {
  try {
    return [...readFileSync(file, 'utf8').matchAll(/^\s*excludesfile\s*=\s*"?([^"\n]+?)"?\s*$/gim)].map((match) =>
      match[1]!.replace(/^~(?=\/)/, home),
    );
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return [];
  }
}
