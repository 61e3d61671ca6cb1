import { createHash } from 'node:crypto';
import { compareCodePoints } from '../../lib/code-points.ts';
import { pythonJsonString } from './python-json.ts';

/** One file of a directory object. */
export interface TreeFile {
  /** POSIX, relative to the directory. Bytes that are not UTF-8 are lone surrogates U+DC80..U+DCFF, as in Python. */
  readonly relpath: string;
  readonly md5: string;
}

/**
 * The bytes of a directory object (`xx/yyy.dir`): Python's `json.dumps(files, sort_keys=True)`, files in code-point order of their paths.
 * Its md5 plus `.dir` is the hash of the directory.
 */
export function encodeTree(files: readonly TreeFile[]): Buffer {
  const items = sortTree(files).map((file) => `{"md5": "${file.md5}", "relpath": ${pythonJsonString(file.relpath)}}`);
  return Buffer.from(`[${items.join(', ')}]`, 'latin1');
}

/** In the order of the directory object. */
export function sortTree(files: readonly TreeFile[]): TreeFile[] {
  return [...files].sort((a, b) => compareCodePoints(a.relpath, b.relpath));
}

export function treeHash(bytes: Uint8Array): string {
  return `${createHash('md5').update(bytes).digest('hex')}.dir`;
}

/** @returns undefined where the bytes are no directory object */
export function decodeTree(bytes: Uint8Array): TreeFile[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (!Array.isArray(parsed)) return undefined;
  const files: TreeFile[] = [];
  for (const item of parsed as unknown[]) {
    const file = treeFile(item);
    if (file === undefined) return undefined;
    files.push(file);
  }
  return files;
}

function treeFile(item: unknown): TreeFile | undefined {
  if (typeof item !== 'object' || item === null || !('relpath' in item) || typeof item.relpath !== 'string') return undefined;
  const md5 = 'md5' in item ? item.md5 : 'md5-dos2unix' in item ? item['md5-dos2unix'] : undefined;
  return typeof md5 === 'string' && isInside(item.relpath) ? { relpath: item.relpath, md5 } : undefined;
}

/** A path that cannot leave the directory: a cache or a remote is not to be trusted with `..`. */
function isInside(relpath: string): boolean {
  if (relpath === '' || relpath.startsWith('/') || relpath.endsWith('/') || relpath.includes('\0') || relpath.includes('//')) return false;
  return !relpath.includes('..') || !relpath.split('/').includes('..');
}
