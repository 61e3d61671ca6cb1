import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf, MillwrightError } from '../errors.ts';
import type { FilePosition } from '../lib/followed-file.ts';
import { replaceFile } from '../lib/replace-file.ts';
import { lockTail } from '../records-app.ts';

/** How far a file was sent; held by one process at a time. */
export interface TailPosition {
  /** Undefined where the file was never followed before. */
  read(): FilePosition | undefined;
  write(position: FilePosition): void;
  release(): void;
}

/**
 * @param file as people name it @param key of what is followed to where
 * @throws STATE_LOCKED where another process follows the same, CONFIG_INVALID where the folder cannot be written
 */
export function holdTailPosition(userDataDir: string, file: string, key: readonly (string | undefined)[]): TailPosition {
  const folder = join(userDataDir, 'tails');
  const name = createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 32);
  const path = join(folder, `${name}.json`);
  const lock = lockIn(folder, `${name}.lock`);
  if (lock === undefined) {
    throw new MillwrightError(
      'STATE_LOCKED',
      `${file} is followed already, by process ${ownerOf(join(folder, `${name}.lock`))}, to the same server and endpoint: end that process first`,
    );
  }
  return {
    read: () => readPosition(path, file),
    write: (position) => replaceFile(path, `${JSON.stringify({ version: 1, position })}\n`, folder, 0o600),
    release: () => lock.release(),
  };
}

function lockIn(folder: string, name: string): ReturnType<typeof lockTail> {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return lockTail(join(folder, name));
  } catch (error) {
    const code = errnoOf(error);
    if (code === undefined) throw error;
    throw new MillwrightError(
      'CONFIG_INVALID',
      `where a file was left cannot be kept in ${folder} (${code}): name another with XDG_DATA_HOME`,
      {
        cause: error,
      },
    );
  }
}

function ownerOf(lock: string): string {
  return /^\d+/.exec(readFileSync(lock, 'utf8'))?.[0] ?? 'unknown';
}

function readPosition(path: string, file: string): FilePosition | undefined {
  try {
    const { version, position } = JSON.parse(readFileSync(path, 'utf8')) as { version?: unknown; position?: unknown };
    if (version === 1 && isPosition(position)) return position;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    if (errnoOf(error) === undefined && !(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error;
  }
  throw new MillwrightError(
    'CONFIG_INVALID',
    `${path} does not tell any more where ${file} was left: remove it, and ${file} is read from its start; a line that was sent before is kept once`,
  );
}

function isPosition(value: unknown): value is FilePosition {
  if (typeof value !== 'object' || value === null) return false;
  const { device, inode, offset, line, before } = value as Record<string, unknown>;
  const isCount = (count: unknown, least: number): boolean => Number.isSafeInteger(count) && Number(count) >= least;
  return (
    typeof device === 'string' &&
    typeof inode === 'string' &&
    isCount(offset, 0) &&
    isCount(line, 1) &&
    (before === undefined || typeof before === 'string')
  );
}
