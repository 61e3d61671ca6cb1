import { readFileSync } from 'node:fs';
import { errnoOf } from '../../errors.ts';

/** Resident memory of a process and all below it; 0 where the system does not tell, or the process has gone. */
export function residentBytes(pid: number | undefined): number {
  if (pid === undefined) return 0;
  const own = Number(readProc(`/proc/${pid}/statm`).split(' ')[1] ?? 0) * 4096;
  const children = readProc(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean);
  return children.reduce((sum, child) => sum + residentBytes(Number(child)), own);
}

function readProc(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ESRCH') return '';
    throw error;
  }
}
