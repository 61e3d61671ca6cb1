/** Files of runs and logged models, by the paths that clients use: streamed both ways, whole or absent. */
import type { Scope } from '../access/index.ts';
import type { Blobs, ByteRange } from '../backends/blobs/port.ts';
import type { Db } from '../backends/db/port.ts';
import { MillwrightError } from '../errors.ts';
import { artifactKey, artifactPathOf, checkArtifactPath } from './artifact-path.ts';
import { findArtifactOwner, type ArtifactOwner } from './artifact-queries.ts';

/** What the operations on artifacts need. */
export interface ArtifactContext {
  readonly db: Db;
  readonly blobs: Blobs;
}

export interface ArtifactEntry {
  /** Relative to what was listed from. */
  readonly path: string;
  readonly isDirectory: boolean;
  readonly sizeBytes: number | undefined;
}

export interface ArtifactPage {
  readonly entries: readonly ArtifactEntry[];
  readonly nextPageToken: string | undefined;
}

/** One answer of a listing holds no more. */
const entriesInPage = 10_000;

/**
 * The checked path, and the run or logged model that it names: the id before its segment `artifacts`.
 * @throws INVALID_PARAMETER_VALUE for a path that names neither, RESOURCE_DOES_NOT_EXIST where there is none in the workspace
 */
export async function findOwner(ctx: ArtifactContext, scope: Scope, path: string): Promise<{ path: string; owner: ArtifactOwner }> {
  const checked = checkArtifactPath(path);
  const id = /(?:^|\/)([0-9a-f]{32}|m-[0-9a-f]{32})\/artifacts(?:\/|$)/.exec(checked)?.[1];
  if (id === undefined) {
    throw new MillwrightError(
      'INVALID_PARAMETER_VALUE',
      `Invalid path: '${shown(path)}' names no run and no logged model; the forms are <experiment>/<run>/artifacts/… and <experiment>/models/<model>/artifacts/…`,
    );
  }
  const owner = await ctx.db.read(findArtifactOwner, { scope, id });
  const root = owner && artifactPathOf(owner.artifactUri);
  if (owner === undefined || root === undefined || !(checked === root || checked.startsWith(`${root}/`))) {
    throw new MillwrightError('RESOURCE_DOES_NOT_EXIST', `no run or logged model has artifacts at '${shown(path)}'`);
  }
  return { path: checked, owner };
}

/**
 * Stores a file, durably when it resolves; a stream that breaks off, and a guard that throws, leave nothing.
 * @param guard asked before the first byte and after the last
 */
export async function putArtifact(
  ctx: ArtifactContext,
  scope: Scope,
  path: string,
  upload: {
    readonly stream: AsyncIterable<Uint8Array>;
    readonly sizeBytes: number | undefined;
    readonly signal: AbortSignal;
    readonly guard: () => Promise<void>;
  },
): Promise<void> {
  await upload.guard();
  const { sizeBytes, signal } = upload;
  const source = guarded(upload.stream, upload.guard);
  await ctx.blobs.put(artifactKey(scope, path), source, { signal, ...(sizeBytes === undefined ? {} : { expectedSizeBytes: sizeBytes }) });
}

async function* guarded(stream: AsyncIterable<Uint8Array>, guard: () => Promise<void>): AsyncGenerator<Uint8Array> {
  yield* stream;
  await guard();
}

/** Size, modification time and the way to read it. @throws RESOURCE_DOES_NOT_EXIST; INVALID_PARAMETER_VALUE for a folder */
export async function findArtifact(ctx: ArtifactContext, scope: Scope, path: string) {
  const key = artifactKey(scope, path);
  const stat = await ctx.blobs.stat(key);
  if (stat === undefined) throw await noFile(ctx, key, path);
  return {
    ...stat,
    async open(range: ByteRange | undefined, signal: AbortSignal) {
      const read = await ctx.blobs.get(key, range === undefined ? { signal } : { range, signal });
      if (read === undefined) throw await noFile(ctx, key, path);
      return read;
    },
  };
}

async function noFile(ctx: ArtifactContext, key: string, path: string): Promise<MillwrightError> {
  const below = await ctx.blobs.list(`${key}/`, { limit: 1 });
  if (below.blobs.length > 0) return new MillwrightError('INVALID_PARAMETER_VALUE', `'${shown(path)}' is a folder: ask for a file in it`);
  return new MillwrightError('RESOURCE_DOES_NOT_EXIST', `No such artifact: '${shown(path)}'`);
}

/** One level of a folder, by name; what is not there is empty, as in MLflow. */
export async function listArtifacts(ctx: ArtifactContext, scope: Scope, folder: string, pageToken?: string): Promise<ArtifactPage> {
  const root = `${artifactKey(scope, folder)}/`;
  const entries: ArtifactEntry[] = [];
  let cursor = pageToken;
  do {
    const page = await ctx.blobs.list(root, { delimiter: '/', ...(cursor === undefined ? {} : { cursor }) });
    for (const prefix of page.prefixes) entries.push({ path: prefix.slice(root.length, -1), isDirectory: true, sizeBytes: undefined });
    for (const { key, sizeBytes } of page.blobs) entries.push({ path: key.slice(root.length), isDirectory: false, sizeBytes });
    cursor = page.cursor;
  } while (cursor !== undefined && entries.length < entriesInPage);
  return { entries: entries.toSorted((a, b) => (a.path < b.path ? -1 : 1)), nextPageToken: cursor };
}

/** Deletes a file, or a folder with all below it; what is not there is deleted already. */
export async function deleteArtifacts(ctx: ArtifactContext, scope: Scope, path: string): Promise<void> {
  const key = artifactKey(scope, path);
  await ctx.blobs.delete(key);
  await ctx.blobs.deletePrefix(`${key}/`);
}

function shown(path: string): string {
  return path.length > 200 ? `${path.slice(0, 200)}…` : path;
}
