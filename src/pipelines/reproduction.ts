/**
 * Goes through the stages of a plan. All bookkeeping (decisions, hashes, lock files) happens in one loop, one stage at a time, with the
 * repository locked; only commands run side by side, with the lock released, as DVC does. So a parallel run decides and records
 * what a serial one would.
 */
import { withPathClaims, type RepositoryLock } from '../data/locking.ts';
import { MillwrightError } from '../errors.ts';
import type { Clock } from '../lib/time.ts';
import { runCommands, type CommandResult } from './command.ts';
import { saveDataFile } from './data-file.ts';
import type { Graph } from './graph.ts';
import type { LockStore } from './lock-store.ts';
import { dependents } from './plan.ts';
import { plannedStage, resultOf } from './record.ts';
import type { PlannedStage, RunRecorder, StageResult } from './recorder.ts';
import { describe, isImport, type Stage } from './stage.ts';
import { announce, needsRun, prepare, save, type StageRunContext, type StageRunOptions } from './stage-run.ts';

export interface ReproductionContext extends StageRunContext {
  readonly clock: Clock;
  readonly recorder: RunRecorder;
  readonly locks: LockStore;
  readonly log: (stage: Stage, chunk: Uint8Array) => void;
  readonly warn: (message: string) => void;
  /** Asks before a stage runs; undefined where nothing is to be asked. */
  readonly confirm: ((question: string) => Promise<boolean>) | undefined;
}

export interface ReproductionOptions extends StageRunOptions {
  readonly force: boolean;
  readonly forceDownstream: boolean;
  readonly onError: 'fail' | 'keep-going' | 'ignore';
  /** How many commands may run at a time. */
  readonly jobs: number;
}

const lineFeed = 10;

interface Step {
  readonly place: number;
  readonly planned: PlannedStage;
  /** As loaded, then as it is after its turn. */
  stage: Stage;
  state: 'waiting' | 'running' | 'done' | 'failed' | 'skipped';
  force: boolean;
  startedAt: number;
}

interface Ended {
  readonly step: Step;
  readonly result: CommandResult;
}

export interface ReproductionResult {
  /** Addresses of the stages that ran or were restored. */
  readonly reproduced: readonly string[];
}

export class Reproduction {
  private readonly steps: readonly Step[];
  private readonly byStage: ReadonlyMap<Stage, Step>;
  private readonly running = new Map<Step, Promise<Ended>>();
  private readonly reproduced: string[] = [];
  private readonly failures: { readonly step: Step; readonly error: MillwrightError }[] = [];
  private hasJustRun = false;
  private readonly context: ReproductionContext;
  private readonly options: ReproductionOptions;
  private readonly graph: Graph | undefined;

  /** @param graph undefined: the stages are taken one after another in the order given */
  constructor(context: ReproductionContext, options: ReproductionOptions, plan: readonly Stage[], graph: Graph | undefined) {
    this.context = context;
    this.options = options;
    this.graph = graph;
    const { root } = context.repository;
    this.steps = plan.map((stage, place) => {
      const upstream = (graph?.upstream(stage) ?? []).filter((above) => plan.includes(above)).map(({ address }) => address);
      return { place, stage, planned: plannedStage(stage, root, upstream), state: 'waiting', force: options.force, startedAt: 0 };
    });
    this.byStage = new Map(plan.map((stage, place) => [stage, this.steps[place]!]));
  }

  async run(lock: RepositoryLock): Promise<ReproductionResult> {
    await this.context.recorder.begin({ stages: this.steps.map(({ planned }) => planned) });
    try {
      await this.goThrough(lock);
    } finally {
      await this.context.recorder.end(this.outcome);
    }
    this.throwFailure();
    return { reproduced: this.reproduced };
  }

  private async goThrough(lock: RepositoryLock): Promise<void> {
    for (;;) {
      const next = this.nextStep();
      if (next !== undefined) await this.begin(next);
      else if (this.running.size > 0) await this.end(await lock.pause(() => Promise.race(this.running.values())));
      else break;
    }
    for (const step of this.steps)
      if (step.state === 'waiting' || step.state === 'skipped') await this.record(step, 'cancelled', undefined, undefined);
  }

  private get outcome(): 'succeeded' | 'failed' | 'cancelled' {
    if (this.context.repository.effects.signal.aborted) return 'cancelled';
    return this.failures.length > 0 && this.options.onError !== 'ignore' ? 'failed' : 'succeeded';
  }

  private get isStopping(): boolean {
    return this.context.repository.effects.signal.aborted || (this.failures.length > 0 && this.options.onError === 'fail');
  }

  /** The first stage in the order of the plan that can start now. */
  private nextStep(): Step | undefined {
    if (this.isStopping || this.running.size >= this.options.jobs) return undefined;
    if (this.options.jobs === 1 || this.graph === undefined) {
      return this.running.size > 0 ? undefined : this.steps.find(({ state }) => state === 'waiting');
    }
    return this.steps.find(
      (step) => step.state === 'waiting' && this.upstream(step).every(({ state }) => state !== 'waiting' && state !== 'running'),
    );
  }

  private upstream(step: Step): Step[] {
    const loaded = this.loaded(step);
    return (this.graph?.upstream(loaded) ?? []).flatMap((stage) => this.byStage.get(stage) ?? []);
  }

  /** The stage as the graph knows it. */
  private loaded(step: Step): Stage {
    for (const [stage, other] of this.byStage) if (other === step) return stage;
    return step.stage;
  }

  private async begin(step: Step): Promise<void> {
    const { context, options } = this;
    const { stage } = step;
    if (this.hasJustRun && options.jobs === 1) context.say('');
    this.hasJustRun = false;
    step.startedAt = context.clock.now();
    if (stage.frozen && !isImport(stage)) context.warn(`${describe(stage)} is frozen. Its dependencies are not going to be reproduced.`);
    try {
      const upstream = this.upstream(step).map((above) => above.stage);
      if (!step.force && !(await needsRun(context, stage, upstream, options))) {
        step.state = 'done';
        return await this.record(step, 'cached', undefined, undefined);
      }
      await this.confirm(stage);
      const preparation = await prepare(context, stage, step.force, options);
      step.stage = preparation.stage;
      if (preparation.action !== 'run') return await this.complete(step, preparation.action === 'restored' ? 'restored' : 'ran', undefined);
      announce(context, step.stage, options);
      if (options.dry) return await this.complete(step, 'ran', undefined);
      const { env } = await context.recorder.stageStarting(step.planned);
      step.state = 'running';
      this.running.set(step, this.execute(step, env));
    } catch (error) {
      await this.fail(step, error, undefined);
    }
  }

  private async confirm(stage: Stage): Promise<void> {
    const { confirm } = this.context;
    const question = `Going to reproduce ${describe(stage)}. Are you sure you want to continue?`;
    if (confirm !== undefined && !(await confirm(question))) throw new MillwrightError('STAGE_FAILED', 'reproduction aborted by the user');
  }

  /** The stage's paths are claimed while its command runs: other processes may work on the rest of the repository. */
  private async execute(step: Step, env: Readonly<Record<string, string | undefined>>): Promise<Ended> {
    const { context } = this;
    const { stage } = step;
    const claims = {
      read: [...stage.deps.map(({ path }) => path), ...stage.params.map(({ location }) => location)].filter((path) => path.startsWith('/')),
      write: stage.outs.map(({ path }) => path).filter((path) => path.startsWith('/')),
      command: `millwright repro ${stage.address}`,
    };
    let endsLine = true;
    const onLog = (chunk: Uint8Array): void => {
      endsLine = chunk.at(-1) === lineFeed;
      context.log(stage, chunk);
      context.recorder.stageLog(step.planned, chunk);
    };
    const onCommand = (command: string): void => context.say(`> ${command}`);
    try {
      const result = await withPathClaims(context.repository, claims, () => runCommands(context, stage, env, { onCommand, onLog }));
      // Beside others a stage is shown by whole lines
      if (!endsLine && this.options.jobs > 1) context.log(stage, Uint8Array.of(lineFeed));
      return { step, result };
    } catch (error) {
      if (!(error instanceof MillwrightError)) throw error;
      return { step, result: { exitCode: undefined, cpuSeconds: 0, peakMemoryBytes: undefined, failure: error, isCancelled: false } };
    }
  }

  private async end({ step, result }: Ended): Promise<void> {
    this.running.delete(step);
    if (result.failure !== undefined) return this.fail(step, result.failure, result);
    try {
      await this.complete(step, 'ran', result);
    } catch (error) {
      await this.fail(step, error, result);
    }
  }

  private async complete(step: Step, outcome: 'ran' | 'restored', result: CommandResult | undefined): Promise<void> {
    const { context, options } = this;
    if (!options.dry) {
      step.stage = await save(context, step.stage, options);
      if (step.stage.name === undefined) saveDataFile(context, step.stage);
      else context.locks.write(step.stage, step.place);
    }
    step.state = 'done';
    this.hasJustRun = true;
    this.reproduced.push(step.stage.address);
    if (options.forceDownstream) for (const below of this.downstream(step)) below.force = true;
    await this.record(step, outcome, result, undefined);
  }

  private downstream(step: Step): Step[] {
    return (this.graph?.downstream(this.loaded(step)) ?? []).flatMap((stage) => this.byStage.get(stage) ?? []);
  }

  private async fail(step: Step, cause: unknown, result: CommandResult | undefined): Promise<void> {
    const { context, options } = this;
    if (!(cause instanceof MillwrightError) && !context.repository.effects.signal.aborted) throw cause;
    const error = cause instanceof MillwrightError ? cause : new MillwrightError('INTERRUPTED', 'interrupted', { cause });
    step.state = 'failed';
    this.failures.push({ step, error });
    const isCancelled = context.repository.effects.signal.aborted;
    await this.record(step, isCancelled ? 'cancelled' : 'failed', result, error.message);
    if (options.onError === 'fail' || isCancelled) return;
    context.warn(`${error.message}${options.onError === 'ignore' ? ' (ignored)' : ''}`);
    if (options.onError === 'keep-going') this.skipDependents(step);
  }

  private skipDependents(step: Step): void {
    if (this.graph === undefined) return;
    const skipped = [...dependents(this.graph, this.loaded(step))].flatMap((stage) => this.byStage.get(stage) ?? []);
    const waiting = skipped.filter(({ state }) => state === 'waiting').toSorted((a, b) => a.place - b.place);
    for (const other of waiting) other.state = 'skipped';
    if (waiting.length === 0) return;
    const names = joinNames(waiting.map(({ stage }) => stage.address));
    this.context.warn(`${waiting.length > 1 ? 'Stages' : 'Stage'} ${names} will be skipped due to this failure`);
  }

  private async record(
    step: Step,
    outcome: StageResult['outcome'],
    result: CommandResult | undefined,
    message: string | undefined,
  ): Promise<void> {
    const { clock, recorder, locks } = this.context;
    const lockEntry = step.stage.name === undefined ? undefined : locks.entryOf(step.stage);
    const endedAt = clock.now();
    const startedAt = step.startedAt === 0 ? endedAt : step.startedAt;
    await recorder.stageEnded(step.planned, resultOf(step.stage, { outcome, result, startedAt, endedAt, lockEntry, message }));
  }

  private throwFailure(): void {
    const { signal } = this.context.repository.effects;
    if (signal.aborted)
      throw new MillwrightError('INTERRUPTED', 'interrupted: finished stages are in the lock file, the next run goes on from there');
    const [first] = this.failures;
    if (first === undefined || this.options.onError === 'ignore') return;
    const names = joinNames(this.failures.map(({ step }) => step.stage.address));
    const head = `failed to reproduce${this.failures.length > 1 ? ' stages:' : ''} ${names}`;
    const text = this.options.onError === 'fail' ? `failed to reproduce '${first.step.stage.address}': ${first.error.message}` : head;
    // It is not the stage's fault, and has an exit code of its own
    throw new MillwrightError(first.error.code === 'DISK_FULL' ? 'DISK_FULL' : 'STAGE_FAILED', text, {
      cause: first.error,
      details: { stages: this.failures.map(({ step }) => step.stage.address) },
    });
  }
}

/** `'a', 'b' and 'c'`. */
function joinNames(names: readonly string[]): string {
  const quoted = names.map((name) => `'${name}'`);
  const last = quoted.pop();
  return quoted.length === 0 ? (last ?? '') : `${quoted.join(', ')} and ${last ?? ''}`;
}
