import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { errnoOf } from '../../errors.ts';

/** Names of this process differ from those of an earlier one with its pid (pids start again after a reboot). */
const incarnation = randomBytes(6).toString('hex');
let count = 0;

/** Where a filesystem store writes what is not whole yet: `<root>/.tmp`, in the same file system as the blobs. */
export class TemporaryFiles {
  readonly #folder: string;
  #ready: Promise<void> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The path of a file that does not exist; its folder does. The first call also removes what killed processes left. */
  async next(): Promise<string> {
    this.#ready ??= this.#open();
    await this.#ready;
    return join(this.#folder, `${process.pid}-${incarnation}-${count++}@${hostname()}`);
  }

  /** Removes the folder where nobody else uses it. */
  async close(): Promise<void> {
    if (this.#ready === undefined) return;
    this.#ready = undefined;
    try {
      await rmdir(this.#folder);
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(errnoOf(error) ?? '')) throw error;
    }
  }

  /** Another process that closed may have removed the folder: makes it again. */
  async reopen(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
  }

  async #open(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    for (const name of await readdir(this.#folder)) {
      if (isLeftOver(name)) await rm(join(this.#folder, name), { force: true });
    }
  }
}

/** Whether the process of this machine that made the file is gone. Files of other machines are theirs to remove. */
function isLeftOver(name: string): boolean {
  const parts = /^(\d+)-([0-9a-f]+)-\d+@(.*)$/s.exec(name);
  if (parts === null || parts[3] !== hostname()) return false;
  const pid = Number(parts[1]);
  if (pid === process.pid) return parts[2] !== incarnation;
  return !isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) !== 'ESRCH';
  }
}
