/**
 * An append log in segments. Invariants:
 * - `append` resolves when write(2) has taken the frame: `kill -9` loses no acknowledged frame.
 * - What is written is synced within `syncEveryMs`: power loss loses at most that.
 * - One write is in flight; frames that come meanwhile go together in the next.
 * - A write that fails is cut off again before its frames are refused, so that a segment holds whole frames only.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, truncate, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as immediate } from 'node:timers/promises';
import { errnoOf, MillwrightError } from '../../errors.ts';
import { syncFolder } from '../../lib/durable-folders.ts';
import { encodeFrame, isForeign, scanFrames, segmentMagic } from './frame.ts';
import { openSegmentFile, type OpenSegmentFile, type SegmentFile } from './segment-file.ts';

export interface AppendLogOptions {
  readonly folder: string;
  readonly maxSegmentBytes: number;
  readonly maxSegmentAgeMs: number;
  readonly now: () => number;
  /** Meets each payload of the segments found at opening, so that facts kept in memory are whole again. */
  readonly found: (segment: string, payload: Buffer) => void;
  /** A segment that takes no more frames. */
  readonly rotated: (segment: string) => void;
  readonly failed: (error: unknown, doing: string) => void;
  readonly openFile?: OpenSegmentFile;
}

/** A segment and how many of its bytes are whole frames. */
export interface SegmentExtent {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
}

interface Waiting {
  readonly frame: Buffer;
  /** Told the segment before the append resolves. */
  readonly written: (segment: string) => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface Current {
  readonly name: string;
  readonly file: SegmentFile;
  readonly openedAt: number;
  bytes: number;
}

const syncEveryMs = 500;
const waitingLimitBytes = 64 * 1024 * 1024;

export class AppendLog {
  readonly #options: AppendLogOptions;
  /** Rotated segments, until they are removed. */
  readonly #full = new Map<string, number>();
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #current: Current | undefined;
  #writing: Promise<void> | undefined;
  #rotateAsked = false;
  #syncTimer: NodeJS.Timeout | undefined;
  #ageTimer: NodeJS.Timeout | undefined;
  #closed = false;

  private constructor(options: AppendLogOptions) {
    this.#options = options;
  }

  /** Opens the folder: cuts torn tails, and takes every segment that is there as full. */
  static async open(options: AppendLogOptions): Promise<AppendLog> {
    const log = new AppendLog(options);
    await mkdir(options.folder, { recursive: true });
    for (const name of (await readdir(options.folder)).filter((file) => file.endsWith('.seg')).sort()) await log.#take(name);
    return log;
  }

  /**
   * @param written told the segment's name once the frame lies in it, before this resolves
   * @throws TEMPORARILY_UNAVAILABLE where it cannot be kept
   */
  append(parts: readonly Uint8Array[], written: (segment: string) => void): Promise<void> {
    if (this.#closed) return Promise.reject(new MillwrightError('TEMPORARILY_UNAVAILABLE', 'the store of records is closing: send again'));
    const frame = encodeFrame(parts);
    if (this.#waitingBytes + frame.length > waitingLimitBytes) {
      const message = `more than ${waitingLimitBytes} bytes of records wait for the disk of ${this.#options.folder}: send again later`;
      return Promise.reject(new MillwrightError('TEMPORARILY_UNAVAILABLE', message));
    }
    this.#waitingBytes += frame.length;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ frame, written, resolve, reject });
      this.#writing ??= this.#writeAll();
    });
  }

  /** Every segment that holds frames, oldest first. */
  segments(): SegmentExtent[] {
    const extents = [...this.#full].map(([name, bytes]) => this.#extent(name, bytes));
    if (this.#current !== undefined) extents.push(this.#extent(this.#current.name, this.#current.bytes));
    return extents;
  }

  /** The segments that take no more frames. */
  full(): SegmentExtent[] {
    return [...this.#full].map(([name, bytes]) => this.#extent(name, bytes));
  }

  async remove(name: string): Promise<void> {
    await unlink(join(this.#options.folder, name)).catch((error: unknown) => {
      if (errnoOf(error) !== 'ENOENT') throw error;
    });
    this.#full.delete(name);
  }

  /** Ends the current segment, if there is one, so that it can be sealed. */
  async rotate(): Promise<void> {
    this.#rotateAsked = true;
    this.#writing ??= this.#writeAll();
    await this.#writing;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#writing;
    clearTimeout(this.#syncTimer);
    clearTimeout(this.#ageTimer);
    await this.#current?.file.sync();
    await this.#current?.file.close();
    this.#current = undefined;
  }

  async #take(name: string): Promise<void> {
    const path = join(this.#options.folder, name);
    const bytes = await readFile(path);
    if (isForeign(bytes)) {
      const message = `${path} was written by another version: open it with that one, which seals it, or move it away`;
      return this.#options.failed(new MillwrightError('STATE_NEWER', message), 'read a segment of records, which is left as it is');
    }
    const { payloads, end } = scanFrames(bytes, 0);
    if (payloads.length === 0) return unlink(path);
    if (end < bytes.length) await truncate(path, end);
    for (const payload of payloads) this.#options.found(name, payload);
    this.#full.set(name, end);
  }

  async #writeAll(): Promise<void> {
    // Frames of the same turn of the event loop go in one write: of eight busy connections one call of the system, not eight.
    await immediate();
    for (;;) {
      if (this.#rotateAsked || (this.#current?.bytes ?? 0) >= this.#options.maxSegmentBytes) await this.#end();
      if (this.#waiting.length === 0) break;
      const group = this.#waiting;
      this.#waiting = [];
      await this.#writeGroup(group);
      for (const { frame } of group) this.#waitingBytes -= frame.length;
    }
    this.#writing = undefined;
  }

  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    let segment: string;
    try {
      segment = await this.#write(group.map(({ frame }) => frame));
    } catch (error) {
      const refusal = this.#refusal(error);
      for (const { reject } of group) reject(refusal);
      return;
    }
    for (const { written, resolve } of group) {
      written(segment);
      resolve();
    }
  }

  async #end(): Promise<void> {
    this.#rotateAsked = false;
    const current = this.#current;
    if (current === undefined) return;
    this.#current = undefined;
    clearTimeout(this.#ageTimer);
    if (current.bytes > 0) this.#full.set(current.name, current.bytes);
    try {
      await current.file.sync();
      await current.file.close();
    } catch (error) {
      this.#options.failed(error, `end the segment ${current.name}`);
    }
    if (current.bytes > 0) this.#options.rotated(current.name);
  }

  async #write(frames: readonly Buffer[]): Promise<string> {
    const current = this.#current ?? (await this.#begin());
    const buffers = current.bytes === 0 ? [segmentMagic, ...frames] : frames;
    try {
      await current.file.write(buffers, current.bytes);
    } catch (error) {
      await this.#cutOff(current);
      throw error;
    }
    for (const { length } of buffers) current.bytes += length;
    this.#syncTimer ??= setTimeout(() => void this.#sync(), syncEveryMs);
    return current.name;
  }

  async #begin(): Promise<Current> {
    const openedAt = this.#options.now();
    // Unique over all processes that share one database: what was sealed is known by the segment's name.
    const name = `${String(openedAt).padStart(14, '0')}-${randomBytes(8).toString('hex')}.seg`;
    const file = await (this.#options.openFile ?? openSegmentFile)(join(this.#options.folder, name));
    await syncFolder(this.#options.folder);
    this.#ageTimer = setTimeout(() => void this.rotate(), this.#options.maxSegmentAgeMs).unref();
    this.#current = { name, file, openedAt, bytes: 0 };
    return this.#current;
  }

  /** Where even that fails the segment is left behind as it is: opening cuts its tail, and the next write begins another. */
  async #cutOff(current: Current): Promise<void> {
    try {
      await current.file.truncate(current.bytes);
    } catch (error) {
      this.#options.failed(error, `cut the segment ${current.name} back to its last whole record`);
      this.#current = undefined;
      if (current.bytes > 0) this.#full.set(current.name, current.bytes);
      await current.file.close();
    }
  }

  async #sync(): Promise<void> {
    this.#syncTimer = undefined;
    try {
      await this.#current?.file.sync();
    } catch (error) {
      this.#options.failed(error, `sync the records in ${this.#options.folder}`);
    }
  }

  #refusal(error: unknown): MillwrightError {
    const errno = errnoOf(error);
    const { folder } = this.#options;
    if (errno === 'ENOSPC' || errno === 'EDQUOT') {
      const full = new MillwrightError('DISK_FULL', `the disk of ${folder} is full`, { cause: error });
      const message = `the record of this prediction cannot be kept: the disk of ${folder} is full; make room there and send again`;
      return new MillwrightError('TEMPORARILY_UNAVAILABLE', message, { cause: full, details: { cause: 'DISK_FULL', folder } });
    }
    const reason = error instanceof Error ? error.message : String(error);
    const message = `the record of this prediction cannot be kept: ${reason}; look after ${folder} and send again`;
    return new MillwrightError('TEMPORARILY_UNAVAILABLE', message, { cause: error, details: { cause: errno ?? 'IO', folder } });
  }

  #extent(name: string, bytes: number): SegmentExtent {
    return { name, path: join(this.#options.folder, name), bytes };
  }
}
