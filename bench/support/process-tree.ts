/** What a process and all below it use, from Linux's table. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { residentMiB } from './measure.ts';

/** Memory of the process and of all below it. */
export function residentMiBOf(pid: number): number {
  return treeOf(pid).reduce((sum, one) => sum + residentMiB(one.pid), 0);
}

/** User and system time of the process, of all below it, and of those of them that have ended. */
export function cpuSecondsOf(pid: number): number {
  const ticksPerSecond = 100;
  return (
    treeOf(pid).reduce((sum, { fields }) => sum + fields.slice(11, 15).reduce((ticks, field) => ticks + Number(field), 0), 0) /
    ticksPerSecond
  );
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Those of `/proc/PID/stat` after the command's name: state, parent, …; times begin at the eleventh. */
  readonly fields: readonly string[];
}

function treeOf(root: number): Process[] {
  const processes = new Map(
    readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .flatMap(readProcess),
  );
  const within = (pid: number): boolean => pid === root || (processes.has(pid) && within(processes.get(pid)!.parent));
  return [...processes.values()].filter(({ pid }) => within(pid));
}

/** One entry, or none where the process has just ended. */
function readProcess(name: string): [number, Process][] {
  if (!existsSync(`/proc/${name}/stat`)) return [];
  const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return [[Number(name), { pid: Number(name), parent: Number(fields[1]), fields }]];
}
