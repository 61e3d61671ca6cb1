import { existsSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { objectPath } from './cache.ts';
import {
  declaredOutputs,
  emptyIndex,
  isWithin,
  recordedIndex,
  selectOutputs,
  workspaceIndex,
  type DeclaredOutput,
  type ListInRemote,
} from './data-index.ts';
import { compareIndexes, shownEntry, type ChangeKind, type IndexChange } from './index-diff.ts';
import type { Repository } from './repository.ts';
import type { TrackedStage } from './stages.ts';
import { outputsOfCommit } from './transfer/revisions.ts';

export interface DataStatusInput {
  readonly isGranular: boolean;
  /** Paths relative to the repository's root; all outputs where empty. */
  readonly paths: readonly string[];
  readonly cwd: string;
  readonly listInRemote: ListInRemote;
}

/** Kind of change → paths; a rename is `{old, new}`. Kinds without paths are absent. */
export type Changes = Readonly<
  Partial<Record<Exclude<ChangeKind, 'unchanged'>, readonly (string | { readonly old: string; readonly new: string })[]>>
>;

/** The document of `dvc data status`: sections in the order they are shown. */
export interface DataStatus {
  readonly not_in_cache: readonly string[];
  readonly not_in_remote: readonly string[];
  readonly committed: Changes;
  readonly uncommitted: Changes;
  readonly untracked: readonly string[];
  readonly unchanged: readonly string[];
  readonly git: { readonly isEmpty: boolean; readonly isDirty: boolean } | undefined;
}

/** The last commit against what the files record, and that against the work tree. */
export async function dataStatus(repository: Repository, stages: readonly TrackedStage[], input: DataStatusInput): Promise<DataStatus> {
  const declared = selectOutputs(
    declaredOutputs(
      repository,
      stages.flatMap((stage) => stage.outs),
    ),
    input.paths,
  );
  const recorded = await recordedIndex(repository, declared, input);
  const isShown = ({ old, new: now }: IndexChange): boolean =>
    input.paths.length === 0 || input.paths.some((path) => isWithin((now ?? old)!.path, path));
  const uncommitted = compareIndexes(recorded, await workspaceIndex(repository, declared, input)).filter(isShown);
  const head = await committedOutputs(repository, 'HEAD');
  const committed =
    head === 'no git'
      ? []
      : compareIndexes(
          head === undefined ? emptyIndex : await recordedIndex(repository, selectOutputs(head, input.paths), input),
          recorded,
        ).filter(isShown);
  const unchangedSince = new Set(unchangedPaths(committed));
  const git = await repository.git?.status();
  const untracked = git?.untracked ?? [];
  return {
    not_in_cache: notInCache(repository, uncommitted),
    not_in_remote: [],
    committed: grouped(committed),
    uncommitted: grouped(uncommitted),
    untracked: untracked
      .filter((path) => path.startsWith(repository.root + sep))
      .filter(within(repository, input.paths))
      .map((path) => relative(input.cwd, path)),
    unchanged: unchangedPaths(uncommitted).filter((path) => head === 'no git' || unchangedSince.has(path)),
    git: git === undefined ? undefined : { isEmpty: head === undefined, isDirty: git.hasChanges || untracked.length > 0 },
  };
}

/** @returns undefined where the repository has no such commit */
export async function committedOutputs(repository: Repository, revision: string): Promise<DeclaredOutput[] | undefined | 'no git'> {
  const { git } = repository;
  if (git === undefined) return 'no git';
  const commit = await git.resolve(revision);
  return commit === undefined ? undefined : outputsOfCommit(git, commit, gitPrefix(git.root, repository.root));
}

/** The repository's folder in the Git work tree: empty, or ending in a slash. */
function gitPrefix(gitRoot: string, root: string): string {
  return root === gitRoot ? '' : `${relative(gitRoot, root)}/`;
}

function within(repository: Repository, paths: readonly string[]): (path: string) => boolean {
  return (path) => paths.length === 0 || paths.some((wanted) => isWithin(relative(repository.root, path), wanted));
}

function unchangedPaths(changes: readonly IndexChange[]): string[] {
  return changes.filter((change) => change.kind === 'unchanged' && change.old?.hash !== undefined).map((change) => shownEntry(change.old!));
}

function notInCache(repository: Repository, changes: readonly IndexChange[]): string[] {
  return changes
    .map((change) => change.old)
    .filter((entry) => entry?.hash !== undefined && !existsSync(objectPath(repository.cache(entry.hash.algorithm), entry.hash.value)))
    .map((entry) => shownEntry(entry!));
}

function grouped(changes: readonly IndexChange[]): Changes {
  const groups: Partial<Record<ChangeKind, (string | { old: string; new: string })[]>> = {};
  for (const { kind, old, new: now } of changes) {
    if (kind === 'unchanged' || (kind === 'unknown' && now === undefined)) continue;
    const shown = kind === 'renamed' ? { old: shownEntry(old!), new: shownEntry(now!) } : shownEntry((now ?? old)!);
    (groups[kind] ??= []).push(shown);
  }
  return groups;
}
