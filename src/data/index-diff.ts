import { compareCodePoints } from '../lib/code-points.ts';
import type { DataIndex, IndexEntry } from './data-index.ts';
import { sameHash } from './output.ts';

export type ChangeKind = 'added' | 'deleted' | 'modified' | 'renamed' | 'unchanged' | 'unknown';

export interface IndexChange {
  readonly kind: ChangeKind;
  readonly old: IndexEntry | undefined;
  readonly new: IndexEntry | undefined;
}

/**
 * Every entry of two indexes, with how it changed, in DVC's order: by path, part for part; what was added, renamed and deleted last.
 * An entry inside a folder whose files one side does not know is `unknown`: it may or may not have changed.
 */
export function compareIndexes(old: DataIndex, current: DataIndex, kindOf = recordedKind): IndexChange[] {
  const unknown = [...old.unknown, ...current.unknown];
  const paths = [...new Set([...old.entries.keys(), ...current.entries.keys()])].sort(compareByParts);
  const changes = paths.map((path) => {
    const [before, now] = [old.entries.get(path), current.entries.get(path)];
    const isUnknown = unknown.some((folder) => path.startsWith(`${folder}/`));
    return { kind: isUnknown ? ('unknown' as const) : kindOf(before, now), old: before, new: now };
  });
  return withRenames(changes);
}

/** What only is declared counts as not there: the rule of `data status`. */
function recordedKind(old: IndexEntry | undefined, current: IndexEntry | undefined): ChangeKind {
  if (old?.hash === undefined) return current?.hash === undefined ? 'unchanged' : 'added';
  if (current?.hash === undefined) return 'deleted';
  return sameHash(old.hash, current.hash) ? 'unchanged' : 'modified';
}

/** What is declared counts as there, whatever is recorded of it: the rule of `diff`. */
export function declaredKind(old: IndexEntry | undefined, current: IndexEntry | undefined): ChangeKind {
  if (old === undefined) return current === undefined ? 'unchanged' : 'added';
  if (current === undefined) return 'deleted';
  const isSame = old.hash === undefined ? current.hash === undefined : current.hash !== undefined && sameHash(old.hash, current.hash);
  return isSame ? 'unchanged' : 'modified';
}

/** An entry that came with the hash of one that went is that one renamed. */
function withRenames(changes: readonly IndexChange[]): IndexChange[] {
  const deleted = new Map<string, IndexChange[]>();
  for (const change of changes) {
    if (change.kind !== 'deleted') continue;
    const key = contentOf(change.old);
    deleted.set(key, [...(deleted.get(key) ?? []), change]);
  }
  const result = changes.filter(({ kind }) => kind !== 'added' && kind !== 'deleted');
  for (const change of changes) {
    if (change.kind !== 'added') continue;
    const source = change.new?.hash === undefined ? undefined : deleted.get(contentOf(change.new))?.shift();
    result.push(source === undefined ? change : { kind: 'renamed', old: source.old, new: change.new });
  }
  for (const rest of deleted.values()) result.push(...rest.toReversed());
  return result;
}

function contentOf(entry: IndexEntry | undefined): string {
  return entry?.hash === undefined ? '' : `${entry.hash.algorithm}:${entry.hash.value}`;
}

/** As Python orders tuples of path parts: `a/b` before `a-1/b`. */
export function compareByParts(a: string, b: string): number {
  const [x, y] = [a.split('/'), b.split('/')];
  for (let i = 0; i < Math.min(x.length, y.length); i += 1) {
    const order = compareCodePoints(x[i]!, y[i]!);
    if (order !== 0) return order;
  }
  return x.length - y.length;
}

/** As DVC shows an entry: a folder ends with a slash. */
export function shownEntry(entry: IndexEntry): string {
  return entry.isDirectory ? `${entry.path}/` : entry.path;
}
