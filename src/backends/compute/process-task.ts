import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../lib/time.ts';
import type { RunningTask, TaskHandle, TaskOutcome, TaskUsage } from './port.ts';
import { groupLives, processFacts, signalGroup } from './process-table.ts';
import { startSampling } from './process-usage.ts';
import { exitRecord, readLog, readStop, readUsage, startedAt, writeStop, type StopReason } from './task-folder.ts';

interface Followed {
  /** The wrapper's pid and with it the process group; undefined where it is known to be gone. */
  readonly pid: number | undefined;
  readonly clock: Clock;
  /** The wrapper's exit code, where it is a child of this engine; otherwise its end is looked for. */
  readonly exited?: Promise<number | undefined>;
}

/** How often the end of a process that is not our child, and news in a log that somebody follows, are looked for. */
const pollMs = 50;
/** The longest time that `setTimeout` keeps. */
const longestTimerMs = 2 ** 31 - 1;

export function followTask(handle: TaskHandle, followed: Followed): RunningTask {
  const { folder } = handle;
  const { pid, clock } = followed;
  const timers = new Set<NodeJS.Timeout>();
  const sampling = startSampling(pid, handle);
  const ending = new AbortController();
  let stopped = false;

  function stop(reason: StopReason): void {
    if (pid === undefined || stopped || ending.signal.aborted || exitRecord(folder) !== undefined) return;
    stopped = true;
    writeStop(folder, reason);
    endSoon();
  }
  function endSoon(): void {
    if (pid === undefined) return;
    signalGroup(pid, 'SIGTERM');
    timers.add(setTimeout(() => signalGroup(pid, 'SIGKILL'), handle.graceMs));
  }

  async function end(): Promise<TaskOutcome> {
    const exitCode = await (followed.exited ?? untilGone(handle, pid));
    sampling.stop();
    const vanishedAt = clock.now();
    if (pid !== undefined) await endRest(pid, handle.graceMs);
    for (const timer of timers) clearTimeout(timer);
    ending.abort();
    return outcomeOf(folder, { exitCode, usage: sampling.usage(), vanishedAt });
  }

  if (handle.timeoutMs !== undefined) {
    const leftMs = (startedAt(folder) ?? clock.now()) + handle.timeoutMs - clock.now();
    timers.add(setTimeout(() => stop('timed-out'), Math.min(Math.max(leftMs, 0), longestTimerMs)));
  }
  // The engine that asked it to end may have died before it made sure.
  stopped = readStop(folder) !== undefined;
  if (stopped && exitRecord(folder) === undefined) endSoon();

  return {
    handle,
    ended: end(),
    cancel: () => stop('cancelled'),
    log: (options = {}) => followLog(folder, { from: options.from ?? 0, signal: options.signal, ending: ending.signal }),
    usage: () => sampling.usage(),
  };
}

/** Resolves when the wrapper has recorded the end or is gone. */
async function untilGone(handle: TaskHandle, pid: number | undefined): Promise<undefined> {
  while (pid !== undefined && exitRecord(handle.folder) === undefined && lives(pid, handle)) await delay(pollMs);
}

function lives(pid: number, handle: TaskHandle): boolean {
  const ticks = handle.state['startTicks'];
  if (ticks === 0) return signalGroup(pid, 0);
  const facts = processFacts(pid);
  return facts !== undefined && !facts.zombie && facts.startTicks === ticks;
}

/** Ends what the command left behind in its group. The wrapper sent the first signal, unless it was killed itself. */
async function endRest(group: number, graceMs: number): Promise<void> {
  if (!groupLives(group)) return;
  signalGroup(group, 'SIGTERM');
  for (let waitedMs = 0; waitedMs < graceMs; waitedMs += pollMs) {
    await delay(Math.min(pollMs, graceMs));
    if (!groupLives(group)) return;
  }
  signalGroup(group, 'SIGKILL');
  // What hangs in the kernel cannot be waited for.
  for (let tries = 0; tries < 20 && groupLives(group); tries += 1) await delay(pollMs);
}

function outcomeOf(
  folder: string,
  seen: { readonly exitCode: number | undefined; readonly usage: TaskUsage; readonly vanishedAt: number },
): TaskOutcome {
  const record = exitRecord(folder);
  const started = startedAt(folder);
  const exitCode = record?.exitCode ?? (started === undefined ? undefined : seen.exitCode);
  const stop = readStop(folder);
  const peak = Math.max(seen.usage.peakMemoryBytes, readUsage(folder).peakMemoryBytes);
  return {
    status: stop ?? statusOf(started, exitCode),
    exitCode,
    startedAt: started,
    endedAt: record?.endedAt ?? seen.vanishedAt,
    // The shell counts the children that were waited for, the samples also those that were not.
    cpuSeconds: started === undefined ? undefined : Math.max(record?.cpuSeconds ?? 0, seen.usage.cpuSeconds),
    peakMemoryBytes: peak === 0 ? undefined : peak,
  };
}

function statusOf(started: number | undefined, exitCode: number | undefined): TaskOutcome['status'] {
  if (started === undefined) return 'never-started';
  if (exitCode === undefined) return 'lost';
  return exitCode === 0 ? 'succeeded' : 'failed';
}

async function* followLog(
  folder: string,
  options: { readonly from: number; readonly signal: AbortSignal | undefined; readonly ending: AbortSignal },
): AsyncGenerator<Uint8Array> {
  let position = options.from;
  for (let last = false; !last;) {
    // Asked before reading: what was written until then is read now.
    last = options.ending.aborted;
    for await (const piece of readLog(folder, position)) {
      if (options.signal?.aborted) return;
      position += piece.byteLength;
      yield piece;
    }
    if (!last) await quiet(options.signal === undefined ? options.ending : AbortSignal.any([options.ending, options.signal]));
    if (options.signal?.aborted) return;
  }
}

/** A pause that an end cuts short. */
async function quiet(cut: AbortSignal): Promise<void> {
  await delay(pollMs, undefined, { signal: cut }).catch((error: unknown) => {
    if (!cut.aborted) throw error;
  });
}
