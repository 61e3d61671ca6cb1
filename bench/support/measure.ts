/** What the benchmarks share: medians, percentiles, CPU seconds of children, the results' file. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

/** The value below which the given share (0 to 1) of the numbers lies. */
export function percentile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}

export const median = (numbers: readonly number[]): number => percentile(numbers, 0.5);

export interface Finished {
  readonly status: number | null;
  readonly wallMs: number;
  /** User and system time of the process and of all that it waited for. */
  readonly cpuSeconds: number;
}

/** Runs a command to its end, under the shell's `times`, which alone tells the CPU seconds of the children's children. */
export async function runTimed(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Finished> {
  const began = performance.now();
  const child = spawn('sh', ['-c', '"$@" >/dev/null 2>/dev/null; status=$?; times; exit $status', 'sh', command, ...args], {
    ...options,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const status = await new Promise<number | null>((resolve, reject) => child.once('close', resolve).once('error', reject));
  return { status, wallMs: performance.now() - began, cpuSeconds: childSeconds(out) };
}

/** The second line of `times`: user and system time of the children, such as `0m1.230s 0m0.450s`. */
function childSeconds(text: string): number {
  const line = text.trim().split('\n').at(-1) ?? '';
  return [...line.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
}

/** Memory of a process that is really its own or shared, in MiB, from Linux's table. */
export function residentMiB(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line![1]) / 1024;
}

export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** As DESIGN §11 has it. */
  readonly target?: string;
  /** The peer, side by side, and how many times better we are. */
  readonly peer?: { readonly name: string; readonly value: number; readonly ratio: number };
}

/** Prints the figures as a table and keeps them in build/bench/NAME.json. */
export function report(name: string, figures: readonly Figure[]): void {
  for (const { what, value, unit, target, peer } of figures) {
    const beside = peer === undefined ? '' : `   ${peer.name}: ${round(peer.value)} ${unit} (${round(peer.ratio)}×)`;
    console.log(`${what.padEnd(44)} ${`${round(value)} ${unit}`.padStart(14)}   target ${(target ?? '-').padEnd(10)}${beside}`);
  }
  const folder = join(root, 'build/bench');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify({ name, at: new Date().toISOString(), figures }, null, 2)}\n`);
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(3);
}
