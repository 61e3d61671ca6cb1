/** Runs the commands of a stage, one task each, in the shell that DVC would take. */
import { mkdirSync, rmSync, statfsSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import type { Compute, TaskOutcome } from '../backends/compute/port.ts';
import type { Repository } from '../data/repository.ts';
import { errnoOf, MillwrightError } from '../errors.ts';
import type { Ids } from '../lib/ids.ts';
import type { Stage } from './stage.ts';

export interface CommandContext {
  readonly repository: Repository;
  readonly cwd: string;
  readonly compute: Compute;
  readonly ids: Ids;
  /** The environment of the user. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface CommandListener {
  /** Just before a command starts. */
  readonly onCommand: (command: string) => void;
  readonly onLog: (chunk: Uint8Array) => void;
}

export interface CommandResult {
  readonly exitCode: number | undefined;
  readonly cpuSeconds: number;
  readonly peakMemoryBytes: number | undefined;
  /** Undefined where all commands succeeded. */
  readonly failure: MillwrightError | undefined;
  readonly isCancelled: boolean;
}

/** How long a command has between SIGTERM and SIGKILL. */
const graceMs = 10_000;

/** The commands of a stage: items of a list run whole, lines of a text each in a shell of its own. */
export function commandsOf(cmd: Stage['cmd']): readonly string[] {
  if (cmd === undefined) return [];
  return typeof cmd === 'string' ? splitLines(cmd) : cmd;
}

/** Python's `splitlines`. */
function splitLines(text: string): string[] {
  // oxlint-disable-next-line no-control-regex -- the separators that Python knows
  const lines = text.split(/\r\n|[\n\r\v\f\x1c-\x1e\u0085\u2028\u2029]/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Runs until the first command that fails. Never rejects for what a command does. */
export async function runCommands(
  context: CommandContext,
  stage: Stage,
  extraEnv: Readonly<Record<string, string | undefined>>,
  listener: CommandListener,
): Promise<CommandResult> {
  requireFolder(context, stage);
  const env = environmentOf(context, stage, extraEnv);
  let cpuSeconds = 0;
  let peakMemoryBytes: number | undefined;
  for (const command of commandsOf(stage.cmd)) {
    listener.onCommand(command);
    const outcome = await runOne(context, stage, shellCommand(context.env['SHELL'], command), env, listener);
    cpuSeconds += outcome.cpuSeconds ?? 0;
    if (outcome.peakMemoryBytes !== undefined) peakMemoryBytes = Math.max(peakMemoryBytes ?? 0, outcome.peakMemoryBytes);
    if (outcome.status === 'succeeded') continue;
    const isCancelled = context.repository.effects.signal.aborted;
    return { exitCode: outcome.exitCode, cpuSeconds, peakMemoryBytes, isCancelled, failure: failureOf(context, command, outcome) };
  }
  return { exitCode: 0, cpuSeconds, peakMemoryBytes, isCancelled: false, failure: undefined };
}

function requireFolder({ cwd }: CommandContext, stage: Stage): void {
  if (statSync(stage.wdir, { throwIfNoEntry: false })?.isDirectory() === true) return;
  const shown = relative(cwd, stage.wdir);
  throw new MillwrightError('STAGE_FAILED', `stage working dir '${shown}' does not exist: create it, or change wdir of '${stage.address}'`);
}

async function runOne(
  { repository, compute, ids }: CommandContext,
  stage: Stage,
  command: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
  listener: CommandListener,
): Promise<TaskOutcome> {
  const folder = join(repository.tmpDir, 'millwright', 'tasks', ids.uuid7());
  mkdirSync(folder, { recursive: true });
  try {
    const task = { command, cwd: stage.wdir, env, graceMs, lifetime: 'engine' } as const;
    const running = await compute.submit(task, { folder, store: () => undefined });
    const { signal } = repository.effects;
    const cancel = (): void => running.cancel();
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      for await (const chunk of running.log()) listener.onLog(chunk);
      return await running.ended;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** With less room than this, a command that failed may have failed for it, and its words may be lost. */
const scarceBytes = 1 << 20;

function failureOf({ repository }: CommandContext, command: string, outcome: TaskOutcome): MillwrightError {
  const how =
    outcome.exitCode === undefined ? `was ${outcome.status === 'lost' ? 'killed' : outcome.status}` : `exited with ${outcome.exitCode}`;
  const hint =
    freeBytes(repository.tmpDir) < scarceBytes
      ? `; the disk of '${repository.tmpDir}' is full, so what the command said may be cut short: free some space and run it again`
      : '';
  return new MillwrightError('STAGE_FAILED', `failed to run: ${command}, ${how}${hint}`);
}

/** Infinite where it cannot be told: a command may have removed the folder, and what it failed with is the news. */
function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return Infinity;
  }
}

function environmentOf(context: CommandContext, stage: Stage, extra: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const all = { DVC_ROOT: context.repository.root, ...context.env, DVC_STAGE: stage.address, ...extra };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Shells read none of their start-up files: what a stage does must not hang on them. */
function shellCommand(shell: string | undefined, command: string): [string, ...string[]] {
  const executable = shell === undefined || shell === '' ? '/bin/sh' : shell;
  const options: Readonly<Record<string, readonly string[]>> = {
    zsh: ['--no-rcs'],
    bash: ['--noprofile', '--norc'],
    fish: ['--no-config'],
  };
  return [executable, ...(options[basename(executable).toLowerCase()] ?? []), '-c', command];
}
