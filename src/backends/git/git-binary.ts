import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { MillwrightError } from '../../errors.ts';
import { parseBatch, parseTree } from './cat-file.ts';
import type { Git, GitFinder } from './git.ts';

/** Settings that no repository may override: no hooks, no external programs, file names as bytes. */
const guarded = ['-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false', '-c', 'core.quotePath=false', '--no-optional-locks'];

export function createGitFinder(env: Readonly<Record<string, string | undefined>>): GitFinder {
  return {
    open: (root) => gitAt(root, commonDirOf(root), childEnv(env)),
  };
}

/** Makes an empty repository of an existing folder. */
export async function initGitRepository(folder: string, env: Readonly<Record<string, string | undefined>>): Promise<void> {
  await runGit(folder, ['init', '--quiet'], childEnv(env));
}

/** `.git` itself, or what the file of that name points to, and from a linked work tree on to the main one. */
function commonDirOf(root: string): string {
  const dotGit = join(root, '.git');
  if (statSync(dotGit).isDirectory()) return dotGit;
  const pointer = /^gitdir: (.*)$/m.exec(readFileSync(dotGit, 'utf8'))?.[1] ?? '.';
  const gitDir = resolve(root, pointer);
  const common = join(gitDir, 'commondir');
  return existsSync(common) ? resolve(gitDir, readFileSync(common, 'utf8').trim()) : gitDir;
}

function gitAt(root: string, commonDir: string, env: NodeJS.ProcessEnv): Git {
  const run = (args: readonly string[], input?: string): Promise<Buffer> => runGit(root, args, env, input);
  return {
    root,
    commonDir,
    isTracked: async (path) => (await run(['ls-files', '-z', '--', `:(literal)${path}`])).length > 0,
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
    child.on('close', (status) => resolvePromise({ status, stdout: Buffer.concat(out), stderr: Buffer.concat(errors).toString('utf8') }));
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
