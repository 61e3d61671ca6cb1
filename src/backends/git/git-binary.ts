import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { MillwrightError } from '../../errors.ts';
import { parseBatch, parseTree } from './cat-file.ts';
import type { Git, GitFinder } from './git.ts';

/** Settings that no repository may override: no hooks, no external programs, file names as bytes. */
const guarded = ['-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false', '-c', 'core.quotePath=false', '--no-optional-locks'];

export function createGitFinder(env: Readonly<Record<string, string | undefined>>): GitFinder {
  return {
    open: (root) => gitAt(root, gitDirOf(root), childEnv(env)),
  };
}

/** Makes an empty repository of an existing folder. */
export async function initGitRepository(folder: string, env: Readonly<Record<string, string | undefined>>): Promise<void> {
  await runGit(folder, ['init', '--quiet'], childEnv(env));
}

/** `.git` itself, or what the file of that name points to. */
function gitDirOf(root: string): string {
  const dotGit = join(root, '.git');
  if (statSync(dotGit).isDirectory()) return dotGit;
  return resolve(root, /^gitdir: (.*)$/m.exec(readFileSync(dotGit, 'utf8'))?.[1] ?? '.');
}

/** From a linked work tree on to the main one. */
function commonDirOf(gitDir: string): string {
  const common = join(gitDir, 'commondir');
  return existsSync(common) ? resolve(gitDir, readFileSync(common, 'utf8').trim()) : gitDir;
}

function gitAt(root: string, gitDir: string, env: NodeJS.ProcessEnv): Git {
  const run = (args: readonly string[], input?: string): Promise<Buffer> => runGit(root, args, env, input);
  return {
    root,
    commonDir: commonDirOf(gitDir),
    isTracked: trackedPaths(root, resolve(root, env['GIT_INDEX_FILE'] ?? join(gitDir, 'index')), async () =>
      split(await run(['ls-files', '-z'])),
    ),
    add: async (paths) => {
      if (paths.length > 0) await run(['add', '--force', '--', ...paths.map((path) => `:(literal)${path}`)]);
    },
    resolve: (revision) => resolveRevision(root, env, revision),
    listFiles: async (commit) => parseTree(split(await run(['ls-tree', '-r', '-z', '--full-tree', commit]))),
    readBlobs: async (blobs) => (blobs.length === 0 ? new Map() : parseBatch(await run(['cat-file', '--batch'], `${blobs.join('\n')}\n`))),
    status: async () => statusOf(root, split(await run(['status', '--porcelain', '-z', '--untracked-files=all', '--no-renames']))),
    revisions: async (which) => lines(await run(revisionsCommand(which))),
    firstParents: async (commit, count) => lines(await run(['rev-list', '--first-parent', `--max-count=${count}`, commit])),
    // Not --since: it ends at the first older commit, and clocks differ.
    commitsSince: async (seconds) =>
      lines(await run(['log', '--format=%ct %H', '--branches', '--tags', 'HEAD'])).flatMap((line) => {
        const [time = '', commit = ''] = line.split(' ');
        return Number(time) >= seconds ? [commit] : [];
      }),
    branch: async () => {
      const { status, stdout } = await collect(root, ['symbolic-ref', '--quiet', '--short', 'HEAD'], env);
      return status === 0 ? stdout.toString('utf8').trim() : undefined;
    },
    patch: async () => {
      const text = (await run(['diff', '--binary', '--no-ext-diff', '--no-textconv', 'HEAD'])).toString('utf8');
      return text === '' ? undefined : text;
    },
  };
}

/** Git lists the index once for all the stages that ask, and again where the index has changed since. */
function trackedPaths(root: string, index: string, listIndex: () => Promise<readonly string[]>): Git['isTracked'] {
  let seen: { readonly mark: string | undefined; readonly paths: ReadonlySet<string> } | undefined;
  return async (path) => {
    const mark = markOf(index);
    if (seen === undefined || seen.mark !== mark) seen = { mark, paths: withFolders(mark === undefined ? [] : await listIndex()) };
    return seen.paths.has(relative(root, path));
  };
}

/** Git replaces its index whole: another inode, size or time is another index. Undefined where nothing was ever staged. */
function markOf(index: string): string | undefined {
  const stat = statSync(index, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? undefined : `${stat.ino} ${stat.size} ${stat.mtimeNs}`;
}

function withFolders(files: readonly string[]): Set<string> {
  const paths = new Set(files);
  for (const file of files) {
    for (let at = file.lastIndexOf('/'); at > 0; at = file.lastIndexOf('/', at - 1)) {
      const folder = file.slice(0, at);
      if (paths.has(folder)) break;
      paths.add(folder);
    }
  }
  return paths;
}

function statusOf(root: string, entries: readonly string[]): Awaited<ReturnType<Git['status']>> {
  const untracked = entries.filter((entry) => entry.startsWith('?? ')).map((entry) => join(root, entry.slice(3)));
  return { hasChanges: entries.length > untracked.length, untracked };
}

function revisionsCommand(which: 'branches' | 'tags' | 'commits'): readonly string[] {
  if (which === 'commits') return ['rev-list', '--branches', '--tags', 'HEAD'];
  return ['for-each-ref', '--format=%(refname:short)', which === 'branches' ? 'refs/heads' : 'refs/tags'];
}

async function resolveRevision(root: string, env: NodeJS.ProcessEnv, revision: string): Promise<string | undefined> {
  const result = await collect(root, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`], env);
  return result.status === 0 ? result.stdout.toString('utf8').trim() : undefined;
}

async function runGit(root: string, args: readonly string[], env: NodeJS.ProcessEnv, input?: string): Promise<Buffer> {
  const result = await collect(root, args, env, input);
  if (result.status === 0) return result.stdout;
  throw new MillwrightError('DATA_ERROR', `git ${args[0] ?? ''} failed in ${root}: ${result.stderr.trim()}`);
}

function collect(
  root: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  input = '',
): Promise<{ status: number | null; stdout: Buffer; stderr: string }> {
  return new Promise((resolvePromise, reject) => {
    const child = spawn('git', ['-C', root, ...guarded, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    child.on('error', reject);
    child.on('close', (status, killer) => {
      // A terminal's Ctrl-C goes to Git as well, whose end may be heard of before our own signal.
      if (killer === 'SIGINT' || killer === 'SIGTERM') reject(new MillwrightError('INTERRUPTED', `interrupted by ${killer}`));
      else resolvePromise({ status, stdout: Buffer.concat(out), stderr: Buffer.concat(errors).toString('utf8') });
    });
    // A Git that ends before it has read all its input says why on stderr.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

function lines(output: Buffer): string[] {
  return output
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
}

function split(output: Buffer): string[] {
  return output
    .toString('utf8')
    .split('\0')
    .filter((part) => part !== '');
}

/** Git's own variables would point it at another repository than the one at hand. */
function childEnv(env: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  const dropped = new Set(['GIT_DIR', 'GIT_WORK_TREE', 'GIT_PREFIX', 'GIT_LITERAL_PATHSPECS']);
  return { ...Object.fromEntries(Object.entries(env).filter(([name]) => !dropped.has(name))), GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C.UTF-8' };
}
