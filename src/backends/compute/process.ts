/**
 * Tasks as processes of this machine, without root: a small shell wrapper leads the process group and records the end.
 *
 * Limits. Where there is no /proc (macOS) peak memory is not measured and `attach` knows a process by its pid alone. A process
 * that leaves the group on purpose (`setsid`) is not followed. Resources are not enforced.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { MillwrightError } from '../../errors.ts';
import { systemClock, type Clock } from '../../lib/time.ts';
import type { Compute, Placement, RunningTask, Task, TaskHandle } from './port.ts';
import { startGuard, type Guard } from './process-guard.ts';
import { wrapperScript } from './process-scripts.ts';
import { bootId, processFacts } from './process-table.ts';
import { followTask } from './process-task.ts';
import { logPath } from './task-folder.ts';

export function processCompute(clock: Clock = systemClock): Compute {
  const ofThisEngine = new Set<RunningTask>();
  let guard: Guard | undefined;

  async function submit(task: Task, placement: Placement): Promise<RunningTask> {
    const child = await startWrapper(task, placement.folder);
    const pid = child.pid!;
    const handle = handleOf(task, placement.folder, pid);
    const go = child.stdin!;
    const exited = once(child, 'exit').then(([code]: (number | null)[]) => code ?? undefined);
    if (task.lifetime === 'engine') (guard ??= startGuard(task.graceMs)).toggle(pid);
    try {
      await placement.store(handle);
    } catch (error) {
      go.end();
      await exited;
      if (task.lifetime === 'engine') guard?.toggle(pid);
      throw error;
    }
    await release(go);
    const running = followTask(handle, { pid, clock, exited });
    if (task.lifetime === 'detached') child.unref();
    else keepUntilEnded(running, pid);
    return running;
  }

  function keepUntilEnded(running: RunningTask, pid: number): void {
    ofThisEngine.add(running);
    void running.ended.then(() => {
      ofThisEngine.delete(running);
      guard?.toggle(pid);
    });
  }

  return {
    name: 'process',
    submit,
    attach: async (handle) => followTask(handle, { pid: pidOfLiving(handle), clock }),
    async close() {
      for (const task of ofThisEngine) task.cancel();
      await Promise.all([...ofThisEngine].map((task) => task.ended));
      await guard?.close();
      guard = undefined;
    },
  };
}

async function startWrapper(task: Task, folder: string): Promise<ChildProcess> {
  const words = typeof task.command === 'string' ? ['/bin/sh', '-c', task.command] : task.command;
  const log = openSync(logPath(folder), 'a');
  try {
    const child = spawn('/bin/sh', ['-c', wrapperScript, 'millwright-task', folder, ...words], {
      cwd: task.cwd,
      env: { ...task.env },
      detached: true,
      stdio: ['pipe', log, log],
    });
    await once(child, 'spawn');
    return child;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new MillwrightError(
      'STAGE_FAILED',
      `cannot start '${words.join(' ')}' in '${task.cwd}': ${reason}; check that the folder exists`,
      {
        cause: error,
      },
    );
  } finally {
    closeSync(log);
  }
}

function handleOf(task: Task, folder: string, pid: number): TaskHandle {
  return {
    backend: 'process',
    folder,
    lifetime: task.lifetime,
    graceMs: task.graceMs,
    ...(task.timeoutMs === undefined ? {} : { timeoutMs: task.timeoutMs }),
    state: { pid, startTicks: processFacts(pid)?.startTicks ?? 0, bootId: bootId() },
  };
}

/** The pid in the handle, unless the machine was booted since or the number belongs to another process by now. */
function pidOfLiving(handle: TaskHandle): number | undefined {
  const pid = Number(handle.state['pid']);
  if (handle.state['bootId'] !== bootId()) return undefined;
  const facts = processFacts(pid);
  return facts === undefined || facts.startTicks === handle.state['startTicks'] || handle.state['startTicks'] === 0 ? pid : undefined;
}

/** The line that the wrapper waits for. It may be dead already: then the task is lost, which following it finds out. */
async function release(go: Writable): Promise<void> {
  const gone = new Promise<void>((resolve) => go.once('error', () => resolve()));
  await Promise.race([new Promise<void>((resolve) => go.end('go\n', () => resolve())), gone]);
}
