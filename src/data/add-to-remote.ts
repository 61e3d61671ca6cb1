import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MillwrightError } from '../errors.ts';
import { encodeTree } from '../formats/dvc/tree.ts';
import { cacheAt, objectPath, writeObject, type Cache } from './cache.ts';
import { hashPath } from './hash.ts';
import type { HashedPath, OutputEntry, TrackedOutput } from './output.ts';
import type { Repository } from './repository.ts';
import { recorded, stagingFolder } from './save-output.ts';
import type { ObjectStore } from './transfer/object-store.ts';

/** `add --to-remote`: sends data from where it lies, without a copy in the cache or the work tree. @returns the entry to write */
export async function addToRemote(repository: Repository, source: string, output: TrackedOutput, store: ObjectStore): Promise<OutputEntry> {
  const hashed = await hashPath(repository, source, 'md5');
  if (hashed === undefined)
    throw new MillwrightError('DATA_ERROR', `'${source}' does not exist: there is nothing to send to ${store.place}`);
  const staging = stagingFolder(repository);
  mkdirSync(staging, { recursive: true });
  const folder = mkdtempSync(join(staging, 'to-remote-'));
  try {
    await send(repository, linkedObjects(folder, source, hashed), hashed, store);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return recorded(output.entry, hashed);
}

/** A cache whose objects are links to the data: what is sent is read once, and verified on its way. */
function linkedObjects(folder: string, source: string, { hash, tree }: HashedPath): Cache {
  const objects = cacheAt(folder, 'md5', false);
  const files =
    tree === undefined ? [{ md5: hash.value, path: source }] : tree.map(({ md5, relpath }) => ({ md5, path: join(source, relpath) }));
  for (const [value, path] of new Map(files.map(({ md5, path }) => [md5, path]))) {
    mkdirSync(dirname(objectPath(objects, value)), { recursive: true });
    symlinkSync(path, objectPath(objects, value));
  }
  if (tree !== undefined) writeObject(objects, hash.value, encodeTree(tree));
  return objects;
}

/** All files, then the directory object that vouches for them. */
async function send({ effects }: Repository, objects: Cache, { hash, tree }: HashedPath, store: ObjectStore): Promise<void> {
  const files = [...new Set(tree?.map(({ md5 }) => md5) ?? [])];
  const there = await store.existing('md5', [...files, hash.value], effects.signal);
  const progress = effects.progress.start(`Sending to ${store.place}`, 'files', files.length + 1);
  const work = { signal: effects.signal, done: () => progress.advance(1) };
  const absent = (values: readonly string[]): string[] => values.filter((value) => !there.has(value));
  try {
    await store.upload(objects, absent(files), work);
    await store.upload(objects, absent([hash.value]), work);
  } finally {
    progress.finish();
  }
}
