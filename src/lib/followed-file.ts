/**
 * A file of lines that another program appends to. It is followed over rotation (renamed, and begun anew under its name) and truncation,
 * and from a position that was kept: each whole line comes once.
 */
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { open, readdir, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Of a file, whatever it is called by now. */
interface Identity {
  readonly device: string;
  readonly inode: string;
}

/** Where the next line begins. */
export interface FilePosition extends Identity {
  readonly offset: number;
  /** Number, from 1, of the next line. */
  readonly line: number;
  /** The end of the line before it, digested, with its length: where other bytes stand there, the file was cut off and has grown again. */
  readonly before?: string;
}

export interface FileLine {
  readonly number: number;
  /** Where it begins; with the file's identity, a name for it. */
  readonly position: FilePosition;
  /** Undefined for a line that is longer than the limit, or not UTF-8. */
  readonly text: string | undefined;
  /** Why there is no text. */
  readonly problem?: 'too long' | 'not UTF-8';
  /** What to keep once the line is dealt with. */
  readonly next: FilePosition;
}

interface Current extends Identity {
  readonly handle: FileHandle;
  offset: number;
  line: number;
  /** Inside a line that is longer than the limit. */
  skipping: boolean;
  before: string | undefined;
}

const newline = 0x0a;
const digestedBytes = 256;
const packed = /\.(gz|bz2|xz|zst|zip)$/;

export class FollowedFile {
  readonly #path: string;
  readonly #told: (message: string) => void;
  readonly #chunk: Buffer;
  #resume: FilePosition | undefined;
  #current: Current | undefined;
  /** The file that was read to its end last. */
  #ended: Identity | undefined;
  /** Keys of those that were and are still there: a file's inode is given again only once it is gone. */
  #finished = new Set<string>();

  /**
   * @param position undefined begins with the first line
   * @param told of a file that was cut off, or that is gone with lines that were not read
   */
  constructor(path: string, position: FilePosition | undefined, told: (message: string) => void, limitBytes = 4 * 1024 * 1024) {
    this.#path = path;
    this.#resume = position;
    this.#told = told;
    this.#chunk = Buffer.allocUnsafe(limitBytes);
  }

  /** The next whole lines, as many as fit the limit; none at the end of what is there. A file that is not there yet has none. */
  async read(): Promise<FileLine[]> {
    for (;;) {
      const current = (this.#current ??= await this.#open());
      if (current === undefined) return [];
      const { size } = await current.handle.stat();
      if (size < current.offset || !(await hasBefore(current))) this.#startAgain(current);
      const { bytesRead } = await current.handle.read(this.#chunk, 0, this.#chunk.length, current.offset);
      const bytes = this.#chunk.subarray(0, bytesRead);
      const end = bytes.lastIndexOf(newline) + 1;
      if (end > 0) {
        const lines = this.#take(current, bytes.subarray(0, end));
        if (lines.length > 0) return lines;
      } else if (bytesRead === this.#chunk.length) {
        const lines = this.#skip(current, bytesRead);
        if (lines.length > 0) return lines;
      } else if (!(await this.#isRotated(current))) {
        return [];
      } else if ((await current.handle.stat()).size === current.offset + bytesRead) {
        // Nobody writes to it any more: what stands there without an end is its last line.
        const last = bytesRead === 0 ? [] : this.#take(current, Buffer.concat([bytes, Buffer.of(newline)]), bytesRead);
        await current.handle.close();
        this.#current = undefined;
        this.#ended = current;
        this.#finished.add(keyOf(current));
        if (last.length > 0) return last;
      }
    }
  }

  /** Whether something stands after the last whole line, which no end has come for yet. */
  async hasUnended(): Promise<boolean> {
    const current = this.#current;
    return current !== undefined && !current.skipping && (await current.handle.stat()).size > current.offset;
  }

  async close(): Promise<void> {
    await this.#current?.handle.close();
    this.#current = undefined;
  }

  async #open(): Promise<Current | undefined> {
    const resume = this.#resume;
    this.#resume = undefined;
    // Looked for anew each time: while lines were dealt with, names may have moved on.
    const path = (await this.#nextRotated(resume)) ?? this.#path;
    const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return undefined;
    });
    if (handle === undefined) {
      this.#resume = resume;
      return undefined;
    }
    const { dev, ino } = await handle.stat({ bigint: true });
    const identity = { device: String(dev), inode: String(ino) };
    const isResumed = resume !== undefined && resume.device === identity.device && resume.inode === identity.inode;
    if (resume !== undefined && !isResumed) this.#told(`the file that was read before is gone: lines of it that came later are lost`);
    const { offset, line, before } = isResumed ? resume : { offset: 0, line: 1, before: undefined };
    return { handle, ...identity, offset, line, before, skipping: false };
  }

  /** The file to go on with where it does not bear the name any more: that of the position, else the oldest after the one that ended. */
  async #nextRotated(resume: FilePosition | undefined): Promise<string | undefined> {
    if (resume !== undefined) return (await this.#rotatedSince(resume))[0];
    return this.#ended && (await this.#rotatedSince(this.#ended))[1];
  }

  /** The file, where it bears another name by now, and those that were rotated away after it and not read yet. */
  async #rotatedSince({ device, inode }: Identity): Promise<string[]> {
    const folder = dirname(this.#path);
    const names = (await namesIn(folder)).filter((name) => name.startsWith(basename(this.#path)) && !packed.test(name));
    const files = (await Promise.all(names.map((name) => identityOf(join(folder, name))))).filter((file) => file !== undefined);
    this.#finished = new Set(files.map(keyOf).filter((key) => this.#finished.has(key)));
    const before = files.find((file) => file.device === device && file.inode === inode);
    if (before === undefined || before.path === this.#path) return [];
    // Times are coarse: one that is as old may have come after it. What is read twice so is told by its position.
    const later = files
      .filter((file) => file.path !== this.#path && file !== before && file.changed >= before.changed && !this.#finished.has(keyOf(file)))
      .toSorted((a, b) => Number(a.changed - b.changed));
    return [before, ...later].map(({ path }) => path);
  }

  async #isRotated(current: Current): Promise<boolean> {
    const there = await identityOf(this.#path);
    if (there !== undefined) return keyOf(there) !== keyOf(current);
    return (await this.#rotatedSince(current)).length > 1;
  }

  #startAgain(current: Current): void {
    this.#told(`the file was cut off: it is read from its start`);
    current.offset = 0;
    current.line = 1;
    current.skipping = false;
    current.before = undefined;
  }

  /** @param length of what lies in the file, where an end was added */
  #take(current: Current, bytes: Buffer, length = bytes.length): FileLine[] {
    const lines: FileLine[] = [];
    const from = current.offset;
    for (let at = 0; at < bytes.length;) {
      const end = bytes.indexOf(newline, at);
      const position = positionOf(current);
      const { skipping } = current;
      current.offset = from + Math.min(end + 1, length);
      current.line += 1;
      current.skipping = false;
      current.before = digestOf(bytes.subarray(Math.max(at, end + 1 - digestedBytes), Math.min(end + 1, length)));
      // The end of a line that was told as too long.
      if (!skipping) lines.push({ number: position.line, position, ...textOf(bytes.subarray(at, end)), next: positionOf(current) });
      at = end + 1;
    }
    return lines;
  }

  #skip(current: Current, bytes: number): FileLine[] {
    const position = positionOf(current);
    const isFirst = !current.skipping;
    current.offset += bytes;
    current.skipping = true;
    current.before = undefined;
    return isFirst ? [{ number: position.line, position, text: undefined, problem: 'too long', next: position }] : [];
  }
}

function textOf(line: Buffer): Pick<FileLine, 'text' | 'problem'> {
  return isUtf8(line) ? { text: line.toString('utf8') } : { text: undefined, problem: 'not UTF-8' };
}

function positionOf({ device, inode, offset, line, before }: Current): FilePosition {
  return { device, inode, offset, line, ...(before === undefined ? {} : { before }) };
}

function digestOf(bytes: Uint8Array): string {
  return `${bytes.length}:${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}`;
}

/** Whether the file still is what was read of it, as far as its last line tells. */
async function hasBefore({ handle, offset, before }: Current): Promise<boolean> {
  const length = Number.parseInt(before ?? '0', 10);
  if (length === 0 || length > offset) return true;
  const bytes = Buffer.allocUnsafe(length);
  const { bytesRead } = await handle.read(bytes, 0, length, offset - length);
  return digestOf(bytes.subarray(0, bytesRead)) === before;
}

function keyOf({ device, inode }: Identity): string {
  return `${device} ${inode}`;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return [];
  }
}

async function identityOf(path: string): Promise<(Identity & { path: string; changed: bigint }) | undefined> {
  try {
    const found = await stat(path, { bigint: true });
    return found.isFile() ? { path, device: String(found.dev), inode: String(found.ino), changed: found.mtimeNs } : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  }
}
