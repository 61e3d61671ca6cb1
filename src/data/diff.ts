import { relative, resolve } from 'node:path';
import { MillwrightError } from '../errors.ts';
import { compareCodePoints } from '../lib/code-points.ts';
import { hasObject } from './cache.ts';
import {
  declaredOutputs,
  isWithin,
  recordedIndex,
  selectOutputs,
  workspaceIndex,
  type DataIndex,
  type DeclaredOutput,
  type ListInRemote,
} from './data-index.ts';
import { committedOutputs } from './data-status.ts';
import { compareIndexes, declaredKind, shownEntry, type IndexChange } from './index-diff.ts';
import type { Repository } from './repository.ts';
import type { TrackedStage } from './stages.ts';

export interface DiffInput {
  readonly from: string;
  /** Undefined: the work tree. */
  readonly to: string | undefined;
  /** Only these, as the user writes them. */
  readonly targets: readonly string[];
  readonly cwd: string;
  readonly listInRemote: ListInRemote;
}

export interface DiffItem {
  readonly path: string | { readonly old: string; readonly new: string };
  readonly hash: string | null | { readonly old: string | null; readonly new: string | null };
}

export const diffSections = ['added', 'deleted', 'modified', 'renamed', 'not in cache'] as const;
/** The document of `dvc diff --json --show-hash`; undefined where nothing differs. */
export type Diff = Readonly<Record<(typeof diffSections)[number], readonly DiffItem[]>>;

/** How the data of two commits differ, or of a commit and the work tree. */
export async function diff(repository: Repository, stages: readonly TrackedStage[], input: DiffInput): Promise<Diff | undefined> {
  if (repository.git === undefined) throw new MillwrightError('DATA_ERROR', 'failed to get diff - only supported for Git repositories');
  if ((await repository.git.resolve('HEAD')) === undefined) return undefined;
  const paths = input.targets.map((target) => relative(repository.root, resolve(input.cwd, target)));
  const before = await outputsAt(repository, input.from);
  const now =
    input.to === undefined
      ? declaredOutputs(
          repository,
          stages.flatMap((stage) => stage.outs),
        )
      : await outputsAt(repository, input.to);
  refuseUnknown(input.targets, paths, [...before, ...now]);
  const granular = { isGranular: true, listInRemote: input.listInRemote };
  const old = await recordedIndex(repository, selectOutputs(before, paths), granular);
  const current: DataIndex =
    input.to === undefined
      ? await workspaceIndex(repository, selectOutputs(now, paths), granular)
      : await recordedIndex(repository, selectOutputs(now, paths), granular);
  const changes = compareIndexes(old, current, declaredKind).filter(
    ({ old: entry, new: other }) => paths.length === 0 || paths.some((path) => isWithin((other ?? entry)!.path, path)),
  );
  const sections = {
    added: items(changes, 'added', ({ new: entry }) => ({ path: shownEntry(entry!), hash: entry!.hash?.value ?? null })),
    deleted: items(changes, 'deleted', ({ old: entry }) => ({ path: shownEntry(entry!), hash: entry!.hash?.value ?? null })),
    modified: items(changes, 'modified', (change) => ({
      path: shownEntry(change.old!),
      hash: { old: change.old!.hash?.value ?? null, new: change.new!.hash?.value ?? null },
    })),
    renamed: items(changes, 'renamed', (change) => ({
      path: { old: shownEntry(change.old!), new: shownEntry(change.new!) },
      hash: change.old!.hash?.value ?? null,
    })),
    'not in cache': input.to === undefined ? missing(repository, changes) : [],
  };
  return Object.values(sections).some((list) => list.length > 0) ? sections : undefined;
}

async function outputsAt(repository: Repository, revision: string): Promise<readonly DeclaredOutput[]> {
  const outputs = await committedOutputs(repository, revision);
  if (outputs === undefined || outputs === 'no git') {
    throw new MillwrightError('DATA_ERROR', `failed to get diff - unknown Git revision '${revision}': give a branch, a tag or a commit`);
  }
  return outputs;
}

function refuseUnknown(targets: readonly string[], paths: readonly string[], outputs: readonly DeclaredOutput[]): void {
  const index = paths.findIndex((path) => !outputs.some((output) => isWithin(path, output.path) || isWithin(output.path, path)));
  if (index !== -1)
    throw new MillwrightError(
      'DATA_ERROR',
      `failed to get diff - '${targets[index]!}' is tracked on neither side: 'dvc diff' names what is`,
    );
}

function items(changes: readonly IndexChange[], kind: IndexChange['kind'], item: (change: IndexChange) => DiffItem): DiffItem[] {
  return byPath(changes.filter((change) => change.kind === kind).map(item));
}

function missing(repository: Repository, changes: readonly IndexChange[]): DiffItem[] {
  const entries = changes
    .map((change) => change.old)
    .filter((entry) => entry?.hash !== undefined && !hasObject(repository.cache(entry.hash.algorithm), entry.hash.value));
  return byPath(entries.map((entry) => ({ path: shownEntry(entry!), hash: entry!.hash?.value ?? null })));
}

function byPath(list: DiffItem[]): DiffItem[] {
  const key = ({ path }: DiffItem): string => (typeof path === 'string' ? path : path.old);
  return list.sort((a, b) => compareCodePoints(key(a), key(b)));
}
