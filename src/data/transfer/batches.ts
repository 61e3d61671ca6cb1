import { join, relative } from 'node:path';
import { MillwrightError } from '../../errors.ts';
import type { OutputEntry, TrackedDependency, TrackedOutput } from '../output.ts';
import type { Repository } from '../repository.ts';
import { commitsOf, outputsOfCommit, type CommittedOutput, type RevisionScope } from './revisions.ts';
import type { UsedOutput } from './used-objects.ts';

/** A stage, or a `.dvc` file as one, whose outputs are meant. */
export interface OutputTarget {
  readonly stage: { readonly address: string; readonly deps: readonly TrackedDependency[]; readonly outs: readonly TrackedOutput[] };
  /** Absolute path of one of its outputs, or inside one: only that is meant. */
  readonly only?: string | undefined;
}

/** An output of the work tree or of a commit, before it is known where its objects go. */
export interface WantedOutput extends UsedOutput {
  readonly push: boolean;
  readonly remote: string | undefined;
  /** Made by `import` from another repository, whose remote has its objects. */
  readonly isImport: boolean;
  readonly entry: OutputEntry | undefined;
}

/** The outputs that targets mean in the work tree. Outputs that nothing was recorded for are warned about and left out. */
export function wantedOutputs(repository: Repository, targets: readonly OutputTarget[], cwd: string): WantedOutput[] {
  return targets.flatMap(({ stage, only }) => {
    const isImport = stage.deps.some(({ entry }) => entry.repo !== undefined);
    const outs = stage.outs.filter((out) => out.entry.cache && (only === undefined || isAtOrAbove(out.path, only)));
    return outs.flatMap((out) => {
      const { hash, push, remote } = out.entry;
      if (hash === undefined) {
        repository.effects.warn(
          `Output '${relative(cwd, out.path)}' (${stage.address}) has no recorded hash: run 'millwright repro' or 'millwright commit' first`,
        );
        return [];
      }
      return [{ hash, push, remote, isImport, entry: out.entry, name: relative(cwd, out.path), ...filterOf(out, only) }];
    });
  });
}

function isAtOrAbove(path: string, inner: string): boolean {
  return path === inner || inner.startsWith(`${path}/`);
}

function filterOf(out: TrackedOutput, only: string | undefined): Pick<UsedOutput, 'includes'> {
  if (only === undefined || only === out.path) return {};
  const wanted = only.slice(out.path.length + 1);
  return { includes: (relpath) => relpath === wanted || relpath.startsWith(`${wanted}/`) };
}

/**
 * The outputs that commits record.
 * @param failed told of a commit whose files cannot be read; it decides by throwing or not
 */
export async function committedOutputs(
  repository: Repository,
  scope: RevisionScope,
  cwd: string,
  failed: (commit: string, error: MillwrightError) => void,
): Promise<WantedOutput[]> {
  const { git, root } = repository;
  if (!scope.allBranches && !scope.allTags && !scope.allCommits && scope.revision === undefined && scope.since === undefined) return [];
  if (git === undefined) {
    const message = `'${root}' is in no Git repository, so it has no branches, tags or commits`;
    if (scope.revision !== undefined || scope.since !== undefined)
      throw new MillwrightError('DATA_ERROR', `${message}: leave those options out`);
    repository.effects.warn(message);
    return [];
  }
  const prefix = root === git.root ? '' : `${relative(git.root, root)}/`;
  const wanted: WantedOutput[] = [];
  for (const commit of await commitsOf(git, scope)) {
    repository.effects.signal.throwIfAborted();
    let outputs: readonly CommittedOutput[];
    try {
      outputs = await outputsOfCommit(git, commit, prefix);
    } catch (error) {
      if (!(error instanceof MillwrightError)) throw error;
      failed(commit, error);
      continue;
    }
    for (const { path, hash, ...rest } of outputs)
      if (hash !== undefined) wanted.push({ ...rest, hash, entry: undefined, name: relative(cwd, join(root, path)) });
  }
  return wanted;
}

/** Which remote each output's objects are in. With `chosen`, outputs that belong to another remote are left out, as DVC does. */
export function byRemote(
  repository: Repository,
  outputs: readonly WantedOutput[],
  chosen: string | undefined,
): Map<string, WantedOutput[]> {
  const groups = new Map<string, WantedOutput[]>();
  for (const output of outputs) {
    if (chosen !== undefined && output.remote !== undefined && output.remote !== chosen) continue;
    const name = output.remote ?? chosen ?? defaultRemote(repository);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [output]);
    else group.push(output);
  }
  return groups;
}

/** Throws DVC_CONFIG_INVALID where there is none. */
export function defaultRemote(repository: Repository): string {
  const { remote, remotes } = repository.config;
  if (remote !== undefined) return remote;
  const remedy =
    remotes.size > 0
      ? `choose one with 'millwright remote default NAME', or name one with -r`
      : `add one with 'millwright remote add -d NAME URL'`;
  throw new MillwrightError('DVC_CONFIG_INVALID', `config file error: no remote specified in ${repository.root}: ${remedy}`);
}
