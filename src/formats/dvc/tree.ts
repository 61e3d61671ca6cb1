import { createHash } from 'node:crypto';

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
  const sorted = [...files].sort((a, b) => compareCodePoints(a.relpath, b.relpath));
  const items = sorted.map((file) => `{"md5": "${file.md5}", "relpath": ${pythonJsonString(file.relpath)}}`);
  return Buffer.from(`[${items.join(', ')}]`, 'latin1');
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
  return relpath !== '' && !relpath.startsWith('/') && !relpath.includes('\0') && !relpath.split('/').some((part) => part === '..' || part === '');
}

/** Orders as Python does: by code point, where JavaScript's `<` goes by UTF-16 unit. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x, a, i) - rank(y, b, i);
  }
  return a.length - b.length;
}

/** Half of a surrogate pair stands for a code point above every single unit; a lone one for itself. */
function rank(unit: number, text: string, index: number): number {
  const paired =
    (unit >= 0xd800 && unit < 0xdc00 && isLow(text.charCodeAt(index + 1))) ||
    (isLow(unit) && index > 0 && text.charCodeAt(index - 1) >= 0xd800 && text.charCodeAt(index - 1) < 0xdc00);
  return paired ? unit + 0x10000 : unit;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}

const shortEscapes: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\b': '\\b', '\f': '\\f' };

/** A string as Python's `json.dumps` writes it: ASCII only, DEL escaped too. */
function pythonJsonString(text: string): string {
  const escaped = text.replace(/[^ !#-[\]-~]/g, (unit) => shortEscapes[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `"${escaped}"`;
}
