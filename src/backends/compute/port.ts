/**
 * Where tasks run. A task is one execution of a stage, a batch shard or a model replica.
 *
 * The contract, which `test/backends/compute/conformance.ts` holds every implementation to:
 *
 * 1. **Stored before started.** `submit` calls `store` with the handle and starts the command only once `store` has
 *    resolved. Where `store` rejects, or the engine dies meanwhile, the command never runs.
 * 2. **The folder tells the end.** Log and exit code reach the task's folder without the engine. `attach`, in any later
 *    engine, collects what ended and goes on with what runs. Nobody else writes to that folder.
 * 3. **Unchanged.** Command, arguments, working directory and environment reach the command byte for byte. Its standard
 *    input is empty; standard output and standard error go to one log, in the order in which they were written.
 * 4. **Streaming.** `log()` yields bytes while the command runs and ends after the last one.
 * 5. **Whole groups.** Cancel and timeout end the command and every process it started in its group: SIGTERM first,
 *    SIGKILL after `graceMs`. When `ended` resolves, nothing of the group lives, also after a command that ended by itself.
 * 6. **Lifetime.** A task of lifetime `engine` ends with the engine, however that ends. A `detached` one outlives it;
 *    its timeout is then enforced by the engine that attaches next.
 * 7. **Measured.** CPU seconds of the whole group and its peak resident memory are recorded, as far as the machine tells.
 * 8. **No surprise.** `ended` never rejects: a command that fails, hangs or vanishes is an outcome, not an exception.
 */
export interface Compute {
  /** The name by which handles find their way back: `process`, `slurm`, `kubernetes`. */
  readonly name: string;
  /**
   * Starts `task` with `placement.folder`, an existing and empty folder, as its own.
   * @throws STAGE_FAILED where the command cannot be started at all, such as in a working directory that is not there
   */
  submit(task: Task, placement: Placement): Promise<RunningTask>;
  /** Finds the task of a stored handle again, whether it runs, has ended or was lost with the machine. */
  attach(handle: TaskHandle): Promise<RunningTask>;
  /** Cancels the tasks of lifetime `engine` that still run and waits for their end; leaves the detached ones alone. */
  close(): Promise<void>;
}

export interface Task {
  /** A string is run by `/bin/sh -c`; a list is a program and its arguments, with no shell between. */
  readonly command: string | readonly [string, ...string[]];
  readonly cwd: string;
  /** The whole environment: nothing is inherited from the engine. */
  readonly env: Readonly<Record<string, string>>;
  readonly resources?: TaskResources;
  /** From the start of the command to its cancellation; no limit where absent. */
  readonly timeoutMs?: number;
  /** Between SIGTERM and SIGKILL. */
  readonly graceMs: number;
  readonly lifetime: 'engine' | 'detached';
}

/** What the command asks for. A cluster enforces it; `process` leaves it to the engine, which limits what runs side by side. */
export interface TaskResources {
  readonly cpu?: number;
  readonly memoryBytes?: number;
}

export interface Placement {
  /** Absolute path. The task's folder holds `log` and what the back end needs to find the end of the task again. */
  readonly folder: string;
  readonly store: (handle: TaskHandle) => Promise<void> | void;
}

/** Plain data, to be kept where the task is kept; only the back end of that name reads `state`. */
export interface TaskHandle {
  readonly backend: string;
  readonly folder: string;
  readonly lifetime: 'engine' | 'detached';
  readonly timeoutMs?: number;
  readonly graceMs: number;
  readonly state: Readonly<Record<string, string | number>>;
}

export interface RunningTask {
  readonly handle: TaskHandle;
  readonly ended: Promise<TaskOutcome>;
  /** Asks the task to end; `ended` then tells how it did. Harmless where it has ended. */
  cancel(): void;
  /** The log from byte `from` (0 where absent) to its end, as it is written. Ends early when `signal` aborts. */
  log(options?: { readonly from?: number; readonly signal?: AbortSignal }): AsyncIterable<Uint8Array>;
  /** The newest measurement of a task that runs; all zero before the first. */
  usage(): TaskUsage;
}

export interface TaskUsage {
  /** User and system time of all its processes. */
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
  readonly peakMemoryBytes: number;
}

export interface TaskOutcome {
  /**
   * `lost`: it ran and no exit code was recorded (the machine went down, or somebody killed it outright).
   * `never-started`: the engine died before the command began, which may safely be submitted again.
   */
  readonly status: 'succeeded' | 'failed' | 'cancelled' | 'timed-out' | 'lost' | 'never-started';
  /** As a shell tells it: 128 + n after signal n. */
  readonly exitCode: number | undefined;
  /** Milliseconds since the epoch. */
  readonly startedAt: number | undefined;
  readonly endedAt: number;
  readonly cpuSeconds: number | undefined;
  /** A lower bound, by sampling; undefined for a command shorter than the first sample, and where the machine does not tell. */
  readonly peakMemoryBytes: number | undefined;
}
