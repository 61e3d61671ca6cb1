/** What the kernel tells about processes under /proc. Elsewhere (macOS) everything here answers "not known". */
import { readdirSync, readFileSync } from 'node:fs';
import { errnoOf } from '../../errors.ts';

export interface ProcessFacts {
  readonly pid: number;
  readonly group: number;
  /** Ended, and not yet collected by its parent. */
  readonly zombie: boolean;
  /** Own time and that of children it has waited for. */
  readonly cpuSeconds: number;
  /** Clock ticks since boot: with the boot's id it tells a process from a later one of the same pid. */
  readonly startTicks: number;
}

/** USER_HZ: 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

export function processFacts(pid: number): ProcessFacts | undefined {
  const text = readProc(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The second field, the program's name in parentheses, may hold anything: fields are counted from its end.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const number = (index: number): number => Number(fields[index]);
  return {
    pid,
    group: number(2),
    zombie: fields[0] === 'Z' || fields[0] === 'X',
    cpuSeconds: (number(11) + number(12) + number(13) + number(14)) / ticksPerSecond,
    startTicks: number(19),
  };
}

/** Resident memory in bytes, now and at its highest; undefined for zombies and where it is not known. */
export function residentMemory(pid: number): { readonly now: number; readonly peak: number } | undefined {
  const text = readProc(`/proc/${pid}/status`);
  const now = text?.match(/^VmRSS:\s+(\d+) kB/m)?.[1];
  const peak = text?.match(/^VmHWM:\s+(\d+) kB/m)?.[1];
  return now === undefined || peak === undefined ? undefined : { now: Number(now) * 1024, peak: Number(peak) * 1024 };
}

/** The process and all its descendants that were not orphaned. */
export function processTree(pid: number): number[] {
  const found = [pid];
  for (const parent of found) {
    // Each thread lists the children that it started itself.
    for (const thread of listProc(`/proc/${parent}/task`)) {
      const children = readProc(`/proc/${parent}/task/${thread}/children`) ?? '';
      for (const child of children.split(' ')) if (child !== '') found.push(Number(child));
    }
  }
  return found;
}

/** Whether a process of the group lives. Zombies do not count: where init does not collect orphans they stay for ever. */
export function groupLives(group: number): boolean {
  if (!signalGroup(group, 0)) return false;
  const pids = listProc('/proc').filter((name) => /^\d+$/.test(name));
  if (pids.length === 0) return true;
  return pids.some((pid) => {
    const facts = processFacts(Number(pid));
    return facts !== undefined && facts.group === group && !facts.zombie;
  });
}

/** Sends `signal` to every process of the group; false where there is none. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch (error) {
    // macOS answers EPERM for a group of zombies.
    if (errnoOf(error) === 'ESRCH' || errnoOf(error) === 'EPERM') return false;
    throw error;
  }
}

/** Changes with each boot, so that pids of an earlier one are not taken for ours; empty where it is not known. */
export function bootId(): string {
  return readProc('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

function listProc(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

/** The process ended, belongs to another user, or there is no /proc. */
function isGone(error: unknown): boolean {
  return ['ENOENT', 'ESRCH', 'EACCES', 'EPERM', 'ENOTDIR', 'EINVAL'].includes(errnoOf(error) ?? '');
}
