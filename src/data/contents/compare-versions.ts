import { compareIndexes } from '../index-diff.ts';
import type { DataIndex } from '../data-index.ts';
import type { HashAlgorithm } from '../output.ts';
import type { TableProfile } from './profile.ts';
import type { VersionFile } from './version.ts';

export interface FileChange {
  readonly kind: 'added' | 'deleted' | 'modified' | 'renamed';
  readonly path: string;
  /** Of a renamed file: what it was called. */
  readonly oldPath: string | null;
  readonly oldSizeBytes: number | null;
  readonly newSizeBytes: number | null;
}

export interface FilesCompared {
  readonly counts: {
    readonly added: number;
    readonly deleted: number;
    readonly modified: number;
    readonly renamed: number;
    readonly unchanged: number;
  };
  readonly changes: readonly FileChange[];
}

/** Which files came, went, changed or have another name. */
export function compareFiles(old: readonly VersionFile[], current: readonly VersionFile[]): FilesCompared {
  const [oldSizes, newSizes] = [sizesOf(old), sizesOf(current)];
  const counts = { added: 0, deleted: 0, modified: 0, renamed: 0, unchanged: 0 };
  const changes: FileChange[] = [];
  for (const change of compareIndexes(indexOf(old), indexOf(current))) {
    // No folder's files are unknown here: who lists them throws.
    if (change.kind === 'unknown') continue;
    counts[change.kind] += 1;
    if (change.kind === 'unchanged') continue;
    const [before, now] = [change.old?.path, change.new?.path];
    changes.push({
      kind: change.kind,
      path: now ?? before!,
      oldPath: change.kind === 'renamed' ? before! : null,
      oldSizeBytes: before === undefined ? null : (oldSizes.get(before) ?? null),
      newSizeBytes: now === undefined ? null : (newSizes.get(now) ?? null),
    });
  }
  return { counts, changes };
}

function sizesOf(files: readonly VersionFile[]): ReadonlyMap<string, number | null> {
  return new Map(files.map(({ path, sizeBytes }) => [path, sizeBytes]));
}

function indexOf(files: readonly VersionFile[]): DataIndex {
  const algorithm: HashAlgorithm = 'md5';
  return {
    entries: new Map(files.map(({ path, hash }) => [path, { path, hash: { algorithm, value: hash }, isDirectory: false }])),
    unknown: [],
  };
}

type ColumnFacts = Pick<TableProfile['columns'][number], 'type' | 'missing' | 'mean'>;

export interface ColumnChange {
  readonly name: string;
  readonly kind: 'added' | 'deleted' | 'modified' | 'unchanged';
  readonly old: ColumnFacts | null;
  readonly new: ColumnFacts | null;
}

export interface TablesCompared {
  readonly oldRows: number;
  readonly newRows: number;
  /** False where only the beginning of one was read: then the rows are those of the beginnings. */
  readonly isComplete: boolean;
  readonly columns: readonly ColumnChange[];
}

/** What two tables have in common: columns by name, and how many rows. */
export function compareTables(old: TableProfile, current: TableProfile): TablesCompared {
  const [before, now] = [old, current].map(({ columns }) => new Map(columns.map((column) => [column.name, factsOf(column)])));
  const names = [...new Set([...now!.keys(), ...before!.keys()])];
  return {
    oldRows: old.rows,
    newRows: current.rows,
    isComplete: old.isComplete && current.isComplete,
    columns: names.map((name) => {
      const [was, is] = [before!.get(name) ?? null, now!.get(name) ?? null];
      return { name, kind: kindOf(was, is), old: was, new: is };
    }),
  };
}

function factsOf({ type, missing, mean }: ColumnFacts): ColumnFacts {
  return { type, missing, mean };
}

function kindOf(was: ColumnFacts | null, is: ColumnFacts | null): ColumnChange['kind'] {
  if (was === null) return 'added';
  if (is === null) return 'deleted';
  return was.type === is.type && was.missing === is.missing && Object.is(was.mean, is.mean) ? 'unchanged' : 'modified';
}
