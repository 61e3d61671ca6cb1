import { createHash, hash as oneShotHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fchmodSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { errnoOf } from '../errors.ts';
import type { HashAlgorithm } from '../formats/dvc/entry.ts';
import { namingFullDisk } from '../lib/full-disk.ts';
import { decodeTree, type TreeFile } from '../formats/dvc/tree.ts';

/**
 * A folder of objects named by their hash. An object is whole or absent: it is written under a temporary name, synced, renamed, and its
 * folder synced. Mode 0444 says that it was whole when it was put there; any other mode makes readers verify it, as DVC does.
 */
export interface Cache {
  readonly algorithm: HashAlgorithm;
  /** `<cache.dir>/files/md5`, or `<cache.dir>` itself for objects of 2.x. */
  readonly folder: string;
  /** `cache.shared = group`: folders are group-writable and keep their group. */
  readonly isShared: boolean;
}

export function cacheAt(directory: string, algorithm: HashAlgorithm, isShared: boolean): Cache {
  return { algorithm, isShared, folder: algorithm === 'md5' ? join(directory, 'files', 'md5') : directory };
}

export function objectPath(cache: Cache, value: string): string {
  return `${cache.folder}/${value.slice(0, 2)}/${value.slice(2)}`;
}

/** Whether the object is there and whole. One that is damaged is removed, so that the next fetch or add replaces it. */
export function hasObject(cache: Cache, value: string): boolean {
  return objectState(cache, value) === 'whole';
}

/** As {@link hasObject}, for those who say why an object is not there. */
export function objectState(cache: Cache, value: string): 'whole' | 'missing' | 'damaged' {
  const path = objectPath(cache, value);
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined || stat.isDirectory()) return 'missing';
  if ((stat.mode & 0o777) === 0o444) return 'whole';
  if (digestOf(path, cache.algorithm) === value.replace(/\.dir$/, '')) {
    protect(path);
    return 'whole';
  }
  unlinkSync(path);
  return 'damaged';
}

/** @returns undefined where the object is missing, damaged or no directory object */
export function readTree(cache: Cache, value: string): TreeFile[] | undefined {
  if (!hasObject(cache, value)) return undefined;
  return decodeTree(readFileSync(objectPath(cache, value)));
}

/** Puts bytes whose hash is known into the cache, unless they are there. Durable on return. */
export function writeObject(cache: Cache, value: string, bytes: Uint8Array): void {
  if (hasObject(cache, value)) return;
  const path = objectPath(cache, value);
  makeFolder(cache, dirname(path));
  writeWhole(path, bytes, 0o444);
}

/** Writes a file into a folder of DVC's that is there: whole or absent, and durable on return. `mode`: whatever the umask says. */
export function writeWhole(path: string, bytes: Uint8Array, mode?: number): void {
  namingFullDisk(path, () => writeRenamed(path, bytes, mode, fsyncSync));
  syncFolder(dirname(path));
}

/** One page: what a file system writes whole or not at all. */
const PAGE = 4096;

/**
 * As {@link writeWhole}, for what can be made again and whose readers take an empty file for none: after a power cut it is whole, empty or absent.
 */
export function writeWholeOrLost(path: string, bytes: Uint8Array): void {
  namingFullDisk(path, () => writeRenamed(path, bytes, undefined, bytes.length <= PAGE ? () => undefined : fsyncSync));
}

function writeRenamed(path: string, bytes: Uint8Array, mode: number | undefined, sync: (descriptor: number) => void): void {
  const temporary = join(dirname(path), temporaryName());
  try {
    const descriptor = openSync(temporary, 'wx', mode);
    try {
      writeAll(descriptor, bytes);
      if (mode !== undefined) fchmodSync(descriptor, mode);
      sync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
  } catch (error) {
    removeIfThere(temporary);
    throw error;
  }
}

export function makeFolder(cache: Cache, folder: string): void {
  const first = mkdirSync(folder, { recursive: true });
  if (first === undefined || !cache.isShared) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) chmodSync(made, 0o2775);
}

let threadName: string | undefined;
let names = 0;

/** The form of the names that DVC gives to files that are not whole yet: its readers skip them, and so do ours. */
export function temporaryName(): string {
  threadName ??= randomBytes(12).toString('base64url');
  names += 1;
  return `.${threadName}${names.toString(36).padStart(6, '0')}.tmp`;
}

export function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
}

/** Makes the renames in a folder survive a power cut. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

export function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}

function protect(path: string): void {
  try {
    chmodSync(path, 0o444);
  } catch (error) {
    // The cache may belong to another user or lie on a read-only disk: then the object is verified again next time.
    if (!['EPERM', 'EACCES', 'EROFS'].includes(errnoOf(error) ?? '')) throw error;
  }
}

const CHUNK = 1 << 20;

/** 32 hex characters: the hash of a file's bytes, CRLF of text files read as LF for 2.x. */
export function digestOf(path: string, algorithm: HashAlgorithm): string {
  const descriptor = openSync(path, 'r');
  try {
    return digestOfOpenFile(descriptor, algorithm);
  } finally {
    closeSync(descriptor);
  }
}

export function digestOfBytes(bytes: Buffer, algorithm: HashAlgorithm): string {
  if (algorithm === 'md5') return oneShotHash('md5', bytes);
  const hash = createHash('md5');
  for (let at = 0; at < bytes.length; at += CHUNK) hash.update(unixLineEnds(bytes.subarray(at, at + CHUNK)));
  return hash.digest('hex');
}

/** @param onChunk sees every block as it was read; the buffer is reused */
export function digestOfOpenFile(descriptor: number, algorithm: HashAlgorithm, onChunk?: (chunk: Uint8Array) => void): string {
  const hash = createHash('md5');
  const buffer = Buffer.allocUnsafe(CHUNK);
  for (;;) {
    const length = readFully(descriptor, buffer);
    if (length === 0) break;
    const chunk = buffer.subarray(0, length);
    hash.update(algorithm === 'md5' ? chunk : unixLineEnds(chunk));
    onChunk?.(chunk);
  }
  return hash.digest('hex');
}

/** 2.x judged and converted each block of 1 MiB on its own, so blocks must be full. */
export function readFully(descriptor: number, buffer: Buffer): number {
  let length = 0;
  while (length < buffer.length) {
    const read = readSync(descriptor, buffer, length, buffer.length - length, null);
    if (read === 0) break;
    length += read;
  }
  return length;
}

function unixLineEnds(chunk: Buffer): Buffer {
  if (!looksLikeText(chunk.subarray(0, 512))) return chunk;
  return Buffer.from(chunk.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
}

/** DVC 2.x: no NUL, and at most 30 % of the first 512 bytes outside printable ASCII and blanks. */
function looksLikeText(block: Uint8Array): boolean {
  let strange = 0;
  for (const byte of block) {
    if (byte === 0) return false;
    if (!(byte >= 0x20 && byte < 0x7f) && ![0x0a, 0x0d, 0x09, 0x0c, 0x08].includes(byte)) strange += 1;
  }
  return strange <= 0.3 * block.length;
}
