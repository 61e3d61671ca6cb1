import { createReadStream, readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { Blobs } from '../../backends/blobs/port.ts';
import { MillwrightError } from '../../errors.ts';
import type { HashAlgorithm } from '../../formats/dvc/entry.ts';
import { forEachBounded } from '../../lib/bounded.ts';
import { digestOf, objectPath, type Cache } from '../cache.ts';
import { receiveObject } from './receive.ts';
import { isObjectName, isRunName, type ObjectStore, type TransferWork } from './object-store.ts';

/** Read whole before they are sent, so that a request can be sent again. */
const smallBytes = 4 * 1024 * 1024;

/** A remote on any store of blobs. @param jobs requests at a time */
export function blobStore(place: string, blobs: Blobs, jobs: number): ObjectStore {
  const upload = async (cache: Cache, values: readonly string[], work: TransferWork): Promise<void> =>
    forEachBounded(values, jobs, work.signal, async (value, signal) => {
      await send(blobs, cache, value, signal);
      work.done(value);
    });
  const download = async (cache: Cache, values: readonly string[], work: TransferWork): Promise<readonly string[]> => {
    const absent: string[] = [];
    await forEachBounded(values, jobs, work.signal, async (value, signal) => {
      const found = await blobs.get(keyOf(cache.algorithm, value), { signal });
      if (found === undefined) absent.push(value);
      else {
        await receiveObject(cache, value, found.stream, place);
        work.done(value);
      }
    });
    return absent;
  };
  return {
    place,
    upload,
    download,
    existing: (algorithm, values, signal) => existing(blobs, algorithm, values, jobs, signal),
    all: (algorithm, signal) => listAll(blobs, algorithm, jobs, signal),
    read: async (algorithm, value) => readWhole(blobs, keyOf(algorithm, value)),
    remove: (algorithm, values, signal) => forEachBounded(values, jobs, signal, (value) => blobs.delete(keyOf(algorithm, value))),
    runs: async (signal) => (await keysBelow(blobs, 'runs/', signal)).map((key) => key.slice('runs/'.length)).filter(isRunName),
    readRun: (name) => readWhole(blobs, `runs/${name}`),
    writeRun: async (name, content) => void (await blobs.put(`runs/${name}`, content)),
    close: () => blobs.close(),
  };
}

function folderOf(algorithm: HashAlgorithm): string {
  return algorithm === 'md5' ? 'files/md5/' : '';
}

function keyOf(algorithm: HashAlgorithm, value: string): string {
  return `${folderOf(algorithm)}${value.slice(0, 2)}/${value.slice(2)}`;
}

async function send(blobs: Blobs, cache: Cache, value: string, signal: AbortSignal): Promise<void> {
  const path = objectPath(cache, value);
  const { size } = await stat(path);
  const options = { expectedSizeBytes: size, signal };
  const key = keyOf(cache.algorithm, value);
  if (cache.algorithm !== 'md5') {
    if (digestOf(path, cache.algorithm) !== value.slice(0, 32)) throw damaged(path);
    await blobs.put(key, size <= smallBytes ? readFileSync(path) : createReadStream(path), options);
  } else if (size <= smallBytes) {
    const bytes = readFileSync(path);
    if (createHash('md5').update(bytes).digest('hex') !== value.slice(0, 32)) throw damaged(path);
    await blobs.put(key, bytes, options);
  } else {
    await blobs.put(key, verified(path, value), options);
  }
}

/** Fails at the end where the bytes were not those of the object: what has been sent is then not stored. */
async function* verified(path: string, value: string): AsyncGenerator<Buffer> {
  const hash = createHash('md5');
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    hash.update(chunk as Buffer);
    yield chunk as Buffer;
  }
  if (hash.digest('hex') !== value.slice(0, 32)) throw damaged(path);
}

function damaged(path: string): MillwrightError {
  return new MillwrightError(
    'DATA_ERROR',
    `the cache object '${path}' is damaged: delete it, then add its data again or fetch it from a remote`,
  );
}

async function readWhole(blobs: Blobs, key: string): Promise<Buffer | undefined> {
  const found = await blobs.get(key);
  return found === undefined ? undefined : buffer(found.stream);
}

/** The store is asked for each object, or listed, whichever takes fewer requests: a page of the list names up to 1000. */
async function existing(
  blobs: Blobs,
  algorithm: HashAlgorithm,
  values: readonly string[],
  jobs: number,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  if (values.length > hexPairs.length && values.length > (await estimatedPages(blobs, algorithm))) {
    const present = new Set(await listAll(blobs, algorithm, jobs, signal));
    return new Set(values.filter((value) => present.has(value)));
  }
  const found = new Set<string>();
  await forEachBounded(values, jobs, signal, async (value) => {
    if ((await blobs.stat(keyOf(algorithm, value))) !== undefined) found.add(value);
  });
  return found;
}

/** Hashes are spread evenly, so one folder of 256 tells the size of all. */
async function estimatedPages(blobs: Blobs, algorithm: HashAlgorithm): Promise<number> {
  const sample = await blobs.list(`${folderOf(algorithm)}00/`);
  if (sample.cursor !== undefined) return Infinity;
  return Math.max(hexPairs.length, (sample.blobs.length * hexPairs.length) / 1000);
}

const hexPairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

async function listAll(blobs: Blobs, algorithm: HashAlgorithm, jobs: number, signal: AbortSignal): Promise<string[]> {
  const values: string[] = [];
  await forEachBounded(hexPairs, jobs, signal, async (pair, stopped) => {
    const prefix = `${folderOf(algorithm)}${pair}/`;
    for (const key of await keysBelow(blobs, prefix, stopped)) {
      const value = `${pair}${key.slice(prefix.length)}`;
      if (isObjectName(value)) values.push(value);
    }
  });
  return values;
}

async function keysBelow(blobs: Blobs, prefix: string, signal: AbortSignal): Promise<string[]> {
  const keys: string[] = [];
  for (let cursor: string | undefined; ;) {
    signal.throwIfAborted();
    const page = await blobs.list(prefix, cursor === undefined ? {} : { cursor });
    keys.push(...page.blobs.map((blob) => blob.key));
    if (page.cursor === undefined) return keys;
    cursor = page.cursor;
  }
}
