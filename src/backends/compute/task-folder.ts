/** The files of a process task's folder: `log`, `start`, `exit` (by the wrapper), `stop`, `usage` (by the engine). */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../../errors.ts';
import type { TaskUsage } from './port.ts';

export interface ExitRecord {
  readonly exitCode: number;
  readonly cpuSeconds: number;
  readonly endedAt: number;
}

/** Why the engine ended a task, written before the first signal so that a later engine knows it too. */
export type StopReason = 'cancelled' | 'timed-out';

export const logPath = (folder: string): string => join(folder, 'log');

/** When the command began, or undefined where it never did. */
export function startedAt(folder: string): number | undefined {
  return modifiedAt(join(folder, 'start'));
}

/** The wrapper's record; undefined while the command runs, and for a record cut off by a kill or a full disk. */
export function exitRecord(folder: string): ExitRecord | undefined {
  const path = join(folder, 'exit');
  const parsed = parseExitRecord(readText(path) ?? '');
  const endedAt = modifiedAt(path);
  return parsed === undefined || endedAt === undefined ? undefined : { ...parsed, endedAt };
}

/** `exit CODE`, the two lines of the shell's `times` (its own, its children's), `end`. */
export function parseExitRecord(text: string): { exitCode: number; cpuSeconds: number } | undefined {
  const [first, , children, last] = text.split('\n');
  const code = first?.match(/^exit (\d+)$/)?.[1];
  if (code === undefined || children === undefined || last !== 'end' || !text.endsWith('end\n')) return undefined;
  let cpuSeconds = 0;
  for (const [, minutes, seconds] of children.matchAll(/(\d+)m([\d.,]+)s/g)) {
    cpuSeconds += Number(minutes) * 60 + Number(seconds!.replace(',', '.'));
  }
  return { exitCode: Number(code), cpuSeconds };
}

export function readStop(folder: string): StopReason | undefined {
  const text = readText(join(folder, 'stop'));
  return text === undefined ? undefined : text === 'timed-out' ? 'timed-out' : 'cancelled';
}

export function writeStop(folder: string, reason: StopReason): void {
  writeNote(join(folder, 'stop'), reason);
}

export function readUsage(folder: string): TaskUsage {
  const [cpuSeconds, memoryBytes, peakMemoryBytes] = (readText(join(folder, 'usage')) ?? '').split(' ').map(Number);
  return { cpuSeconds: cpuSeconds ?? 0, memoryBytes: memoryBytes ?? 0, peakMemoryBytes: peakMemoryBytes ?? 0 };
}

export function writeUsage(folder: string, usage: TaskUsage): void {
  writeNote(join(folder, 'usage'), `${usage.cpuSeconds} ${usage.memoryBytes} ${usage.peakMemoryBytes}`);
}

/** A full disk, or a folder that somebody removed, must not keep the engine from ending a task: the note is lost, no more. */
function writeNote(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
  }
}

/** The bytes of the log from `from` to its present end, in pieces. */
export async function* readLog(folder: string, from: number): AsyncGenerator<Uint8Array> {
  // Asked first, because most looks find nothing new, and opening takes three turns through the thread pool.
  if ((statSync(logPath(folder), { throwIfNoEntry: false })?.size ?? 0) <= from) return;
  await using file = await openExisting(logPath(folder));
  for (let position = from; file !== undefined;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(64 * 1024), 0, 64 * 1024, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

async function openExisting(path: string): Promise<Awaited<ReturnType<typeof open>> | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function modifiedAt(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}
