import { posix } from 'node:path';
import type { Git } from '../../backends/git/git.ts';
import { MillwrightError } from '../../errors.ts';
import { parseDvcFile } from '../../formats/dvc/dvc-file.ts';
import { readHashed } from '../../formats/dvc/entry-codec.ts';
import type { Hash } from '../../formats/dvc/entry.ts';
import { LockFile } from '../../formats/dvc/lock-file.ts';
import { parseParamsFile } from '../../formats/dvc/params-file.ts';
import { parsePipelineFile } from '../../formats/dvc/pipeline-file.ts';
import type { StageDefinition } from '../../formats/dvc/stage-definition.ts';
import type { LoadFile } from '../../formats/dvc/templating-context.ts';
import { isMapping } from '../../formats/dvc/value.ts';

/** Which commits a command means besides the work tree. */
export interface RevisionScope {
  readonly allBranches: boolean;
  readonly allTags: boolean;
  readonly allCommits: boolean;
  readonly revision?: string | undefined;
  /** How many commits back from `revision` and from each branch. */
  readonly count: number;
  /** Commits of this day, in local time, and later: `yyyy-mm-dd`. */
  readonly since?: string | undefined;
}

/** Full hashes, each once. Throws DATA_ERROR where a revision is not known. */
export async function commitsOf(git: Git, scope: RevisionScope): Promise<readonly string[]> {
  const commits = new Set<string>();
  const add = async (names: readonly string[], count: number): Promise<void> => {
    for (const name of names) for (const commit of await git.firstParents(await resolve(git, name), count)) commits.add(commit);
  };
  if (scope.revision !== undefined) await add([scope.revision], scope.count);
  if (scope.allCommits) for (const commit of await git.revisions('commits')) commits.add(commit);
  if (scope.allBranches) await add(await git.revisions('branches'), scope.count);
  if (scope.allTags) await add(await git.revisions('tags'), 1);
  if (scope.since !== undefined) for (const commit of await git.commitsSince(secondsOf(scope.since))) commits.add(commit);
  return [...commits];
}

async function resolve(git: Git, name: string): Promise<string> {
  const commit = await git.resolve(name);
  if (commit === undefined) throw new MillwrightError('DATA_ERROR', `unknown Git revision '${name}': give a branch, a tag or a commit`);
  return commit;
}

function secondsOf(day: string): number {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00`) : Number.NaN;
  if (Number.isNaN(time)) throw new MillwrightError('DATA_ERROR', `'${day}' is no date: write it as yyyy-mm-dd, such as 2026-01-31`);
  return time / 1000;
}

/** An output as a commit records it. */
export interface CommittedOutput {
  /** POSIX, relative to the root of the repository. */
  readonly path: string;
  /** Undefined where the commit declares the output and records nothing of it. */
  readonly hash: Hash | undefined;
  readonly push: boolean;
  readonly remote: string | undefined;
  readonly isImport: boolean;
}

/**
 * The cached outputs that a commit's `.dvc` files and pipelines declare.
 * @param prefix the repository's folder in the Git work tree: empty, or ending in `/`
 */
export async function outputsOfCommit(git: Git, commit: string, prefix: string): Promise<CommittedOutput[]> {
  const files = await commitFiles(git, commit, prefix);
  const outputs: CommittedOutput[] = [];
  for (const path of files.paths) {
    const name = posix.basename(path);
    if (name.endsWith('.dvc')) outputs.push(...dvcFileOutputs(path, await files.text(path)));
    else if (name === 'dvc.yaml') outputs.push(...(await pipelineOutputs(path, files)));
  }
  return outputs;
}

interface CommitFiles {
  /** Relative to the root of the repository; what lies in repositories below is left out. */
  readonly paths: readonly string[];
  text(path: string): Promise<string>;
}

async function commitFiles(git: Git, commit: string, prefix: string): Promise<CommitFiles> {
  const blobs = new Map<string, string>();
  for (const [path, blob] of await git.listFiles(commit)) if (path.startsWith(prefix)) blobs.set(path.slice(prefix.length), blob);
  const nested = [...blobs.keys()].filter((path) => path.endsWith('/.dvc/config')).map((path) => path.slice(0, -'.dvc/config'.length));
  const own = [...blobs.keys()].filter((path) => !nested.some((folder) => path.startsWith(folder)) && !path.startsWith('.dvc/'));
  const wanted = own.filter((path) => /(^|\/)(dvc\.yaml|dvc\.lock|params\.yaml|[^/]+\.dvc)$/.test(path)).map((path) => blobs.get(path)!);
  const contents = new Map(await git.readBlobs([...new Set(wanted)]));
  return {
    paths: own,
    text: async (path) => {
      const blob = blobs.get(path)!;
      if (!contents.has(blob)) for (const [id, bytes] of await git.readBlobs([blob])) contents.set(id, bytes);
      return contents.get(blob)!.toString('utf8');
    },
  };
}

function dvcFileOutputs(path: string, text: string): CommittedOutput[] {
  const file = parseDvcFile(text, path);
  const isImport = file.deps.some((dep) => dep.repo !== undefined);
  return file.outs.flatMap(({ hash, cache, push, remote, path: out }) => {
    if (!cache) return [];
    return [{ path: posix.join(posix.dirname(path), file.wdir, out), hash, push, remote, isImport }];
  });
}

async function pipelineOutputs(path: string, files: CommitFiles): Promise<CommittedOutput[]> {
  const lockPath = path.replace(/\.yaml$/, '.lock');
  const lock = files.paths.includes(lockPath) ? LockFile.parse(await files.text(lockPath), lockPath) : new LockFile();
  const stages = await resolvedStages(path, files);
  return stages.flatMap((stage) => stageOutputs(stage, posix.dirname(path), lock));
}

/** Templating asks for parameter files one by one and cannot wait: what it lacks is read, and it begins again. */
async function resolvedStages(path: string, files: CommitFiles): Promise<readonly StageDefinition[]> {
  const known = new Map<string, string>();
  const text = await files.text(path);
  for (;;) {
    const lacking: string[] = [];
    const load: LoadFile = (wanted) => {
      const file = posix.normalize(wanted);
      if (!files.paths.includes(file)) return 'missing';
      const content = known.get(file);
      if (content !== undefined) return parseParamsFile(content, file);
      lacking.push(file);
      return new Map();
    };
    const folder = posix.dirname(path) === '.' ? '' : posix.dirname(path);
    try {
      const { stages } = parsePipelineFile(text, { folder, load, parsing: { bool: 'store_true', list: 'nargs' }, warn: () => undefined });
      if (lacking.length === 0) return stages;
    } catch (error) {
      if (lacking.length === 0) throw error;
    }
    for (const file of lacking) known.set(file, await files.text(file));
  }
}

function stageOutputs(stage: StageDefinition, folder: string, lock: LockFile): CommittedOutput[] {
  const recorded = lock.get(stage.name)?.get('outs');
  const entries = (Array.isArray(recorded) ? recorded : []).filter(isMapping).map(readHashed);
  const hashes = new Map(entries.map((entry) => [entry.path, entry.hash]));
  return stage.outs.flatMap(({ path, cache, push, remote }) => {
    if (!cache) return [];
    return [{ path: posix.join(folder, stage.wdir, path), hash: hashes.get(path), push, remote, isImport: false }];
  });
}
