import { posix } from 'node:path';
import { MillwrightError } from '../../errors.ts';
import { isDirectoryHash } from '../output.ts';
import { compareFiles, compareTables, type FilesCompared, type TablesCompared } from './compare-versions.ts';
import { locateObject, openCache, type OpenCache, type ProjectFolder } from './objects.ts';
import { previewFile, type Preview } from './preview.ts';
import { profileTable, type TableProfile } from './profile.ts';
import { tableFormatOf } from './read-rows.ts';
import { filesOfVersion, hashOfFile, notHere, type StoredVersion, type VersionFile } from './version.ts';

/** What of a version's files is wanted, in which order. */
export interface FileListing {
  readonly filter: string;
  readonly order: 'path' | 'size';
  readonly isDescending: boolean;
  readonly offset: number;
  readonly limit: number;
}

/** The questions about the bytes of a version; `Answers` has what each gives. Plain data, for threads. */
export type ContentsJob =
  | { readonly kind: 'files'; readonly version: StoredVersion; readonly listing: FileListing }
  | { readonly kind: 'preview' | 'profile' | 'locate'; readonly version: StoredVersion; readonly file: string | null }
  | { readonly kind: 'compareFiles'; readonly old: StoredVersion; readonly current: StoredVersion; readonly limit: number }
  | { readonly kind: 'compareTables'; readonly old: StoredVersion; readonly current: StoredVersion; readonly file: string | null };

export interface Answers {
  readonly files: {
    readonly items: readonly VersionFile[];
    /** Of those that the filter lets through. */
    readonly total: number;
    readonly totalBytes: number;
    /** How many are not in the cache. */
    readonly notHere: number;
  };
  readonly preview: Preview;
  readonly profile: TableProfile;
  readonly locate: { readonly path: string; readonly sizeBytes: number };
  readonly compareFiles: FilesCompared & { readonly isComplete: boolean };
  readonly compareTables: TablesCompared;
}

/** Reads what a job asks for. @throws DATA_NOT_HERE, RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE, DVC_CONFIG_INVALID */
export function runContentsJob(project: ProjectFolder, job: ContentsJob): Answers[ContentsJob['kind']] {
  const open = openCache(project);
  switch (job.kind) {
    case 'files':
      return list(filesOfVersion(open, job.version), job.listing);
    case 'preview':
      return readFile(open, job, (hash, file) => previewFile(open, hash, file));
    case 'profile':
      return profileOf(open, job.version, job.file);
    case 'locate':
      return readFile(open, job, (hash) => locateObject(open, hash));
    case 'compareFiles': {
      const { counts, changes } = compareFiles(filesOfVersion(open, job.old), filesOfVersion(open, job.current));
      return { counts, changes: changes.slice(0, job.limit), isComplete: changes.length <= job.limit };
    }
    case 'compareTables':
      return compareTables(profileOf(open, job.old, job.file), profileOf(open, job.current, job.file));
  }
}

function list(all: readonly VersionFile[], { filter, order, isDescending, offset, limit }: FileListing): Answers['files'] {
  const needle = filter.toLowerCase();
  const found = needle === '' ? all : all.filter(({ path }) => path.toLowerCase().includes(needle));
  // A tree is in the order of its paths.
  const bySize = order === 'size' ? found.toSorted((a, b) => (a.sizeBytes ?? -1) - (b.sizeBytes ?? -1)) : found;
  const ordered = isDescending ? bySize.toReversed() : bySize;
  return {
    items: ordered.slice(offset, offset + limit),
    total: found.length,
    totalBytes: found.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0),
    notHere: found.filter(({ isHere }) => !isHere).length,
  };
}

type FileOf = { readonly version: StoredVersion; readonly file: string | null };

function readFile<T>(open: OpenCache, { version, file }: FileOf, read: (hash: StoredVersion['hash'], file: string) => T | undefined): T {
  const name = fileName(version, file);
  const result = read(hashOfFile(open, version, name), name);
  if (result === undefined) throw notHere(version, name);
  return result;
}

function profileOf(open: OpenCache, version: StoredVersion, file: string | null): TableProfile {
  return readFile(open, { version, file }, (hash, name) => {
    const format = tableFormatOf(name);
    if (format !== undefined) return profileTable(open, hash, format);
    throw new MillwrightError(
      'INVALID_PARAMETER_VALUE',
      `'${name}' is no table that can be profiled: CSV (.csv, .tsv) and JSON lines (.jsonl, .ndjson) can`,
    );
  });
}

/** @throws INVALID_PARAMETER_VALUE where a folder is meant as a file */
function fileName({ path, hash }: StoredVersion, file: string | null): string {
  if (file !== null) return file;
  if (!isDirectoryHash(hash)) return posix.basename(path);
  throw new MillwrightError('INVALID_PARAMETER_VALUE', `${path} is a folder: name one of its files ('file')`);
}
