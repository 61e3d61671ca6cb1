/** What a server's processes use and do, from Linux's tables and from `strace`. */
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { residentMiB } from './measure.ts';

/** Linux counts CPU time in these. */
const tickMs = 10;

/** Processes of the group that `leader` leads, and what they have started: peers answer from others than the one that was started. */
function membersOf(leader: number): number[] {
  const processes = new Map(
    readdirSync('/proc')
      .map(Number)
      .filter(Number.isInteger)
      .map((pid) => [pid, statOf(pid)] as const),
  );
  const within = (pid: number): boolean => {
    const stat = processes.get(pid);
    return pid === leader || (stat !== undefined && (stat[2] === `${leader}` || within(Number(stat[1]))));
  };
  return [...processes.keys()].filter(within);
}

/** The fields of /proc/PID/stat behind the command's name, from the state on; nothing where the process is gone. */
function statOf(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return undefined;
    throw error;
  }
}

/** User and system time of all of a group's processes so far; in steps of 10 ms. */
export function cpuMs(leader: number): number {
  return membersOf(leader).reduce((sum, pid) => {
    const stat = statOf(pid);
    return stat === undefined ? sum : sum + (Number(stat[11]) + Number(stat[12])) * tickMs;
  }, 0);
}

/** Memory of all of a group's processes. */
export function groupMiB(leader: number): number {
  return membersOf(leader).reduce((sum, pid) => sum + residentMiB(pid), 0);
}

/** CPU time of a process' living threads so far, exact; for a server whose threads stay. */
export function threadsCpuMs(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = threads.map((thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]));
  return nanoseconds.reduce((sum, value) => sum + value, 0) / 1e6;
}

/** How often the group's processes flush to the disk while `act` runs; nothing where they cannot be traced. */
export async function countFlushes(leader: number, act: () => Promise<void>): Promise<number | undefined> {
  if (spawnSync('strace', ['-V']).status !== 0) return undefined;
  const pids = membersOf(leader);
  const tracer = spawn('strace', ['-f', '-e', 'trace=fsync,fdatasync,msync,sync_file_range', ...pids.flatMap((pid) => ['-p', `${pid}`])], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let seen = '';
  const ended = new Promise<void>((resolve) => tracer.once('close', () => resolve()));
  const attached = new Promise<void>((resolve) => {
    tracer.stderr.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
      if (pids.every((pid) => seen.includes(`Process ${pid} attached`))) resolve();
    });
  });
  await Promise.race([attached, ended]);
  if (tracer.exitCode !== null) return undefined;
  await act();
  tracer.kill('SIGINT');
  await ended;
  return seen.match(/\b(?:fsync|fdatasync|msync|sync_file_range)\(/g)?.length ?? 0;
}
