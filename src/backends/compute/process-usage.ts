import type { TaskHandle, TaskUsage } from './port.ts';
import { processFacts, processTree, residentMemory } from './process-table.ts';
import { readUsage, writeUsage } from './task-folder.ts';

/** Short tasks are over soon, long ones change slowly: milliseconds before each sample, the last one repeated. */
const pausesMs = [15, 35, 50, 100, 200, 400, 1000];

/** Measures the task's processes from time to time until it is stopped. */
export function startSampling(pid: number | undefined, handle: TaskHandle): { usage(): TaskUsage; stop(): void } {
  let usage = readUsage(handle.folder);
  let taken = 0;
  let timer: NodeJS.Timeout | undefined;
  function plan(): void {
    timer = setTimeout(sample, pausesMs[Math.min(taken, pausesMs.length - 1)]).unref();
  }
  function sample(): void {
    taken += 1;
    usage = add(usage, measure(pid!));
    // A later engine needs what this one has seen; a task that ends with its engine has no later one.
    if (handle.lifetime === 'detached') writeUsage(handle.folder, usage);
    plan();
  }
  if (pid !== undefined) plan();
  return { usage: () => usage, stop: () => clearTimeout(timer) };
}

function measure(pid: number): TaskUsage {
  let [cpuSeconds, memoryBytes, highest] = [0, 0, 0];
  for (const member of processTree(pid)) {
    const memory = residentMemory(member);
    cpuSeconds += processFacts(member)?.cpuSeconds ?? 0;
    memoryBytes += memory?.now ?? 0;
    highest = Math.max(highest, memory?.peak ?? 0);
  }
  return { cpuSeconds, memoryBytes, peakMemoryBytes: Math.max(memoryBytes, highest) };
}

function add(before: TaskUsage, now: TaskUsage): TaskUsage {
  return {
    cpuSeconds: Math.max(before.cpuSeconds, now.cpuSeconds),
    memoryBytes: now.memoryBytes,
    peakMemoryBytes: Math.max(before.peakMemoryBytes, now.peakMemoryBytes),
  };
}
