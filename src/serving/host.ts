/**
 * The endpoints that this process serves. What should run stands in the database; `reconcile` compares it with what does
 * run, proves and loads the difference apart, and swaps. Requests take the generation that is live when they arrive and
 * end on it; the generation before stays loaded, so that going back takes no loading.
 */
import type { Scope } from '../access/index.ts';
import {
  asDesired,
  attemptKey,
  closeAll,
  deploy,
  GivenUp,
  targetKey,
  type Due,
  type Generation,
  type HostContext,
  type Slot,
} from './deploy.ts';
import type { ModelVersion } from '../registry/index.ts';
import type { Endpoint } from './endpoint.ts';
import type { Preparation } from './preparation.ts';
import { desiredEndpoints, hasOrphanedDeployments, type DesiredEndpoint } from './queries.ts';
import { EndpointStatistics } from './statistics.ts';
import { giveUpOrphanedDeployments } from './writes.ts';

export interface EndpointHost {
  /** This process, as its deployments name it. */
  readonly owner: string;
  /** What answers now; undefined where no such endpoint is live in this process. */
  find(scope: Scope, name: string): Generation | undefined;
  /** Names of the live endpoints of a workspace. */
  names(scope: Scope): string[];
  /** What the version waits for that this process tries; undefined where it tries none. */
  preparing(scope: Scope, name: string): Preparation | undefined;
  /** When this process tries a version again that failed; undefined where it does not by itself. */
  triesAgainAt(scope: Scope, name: string): number | undefined;
  /** Whether this process tries a version of any endpoint. */
  isPreparing(): boolean;
  /** Compares soon, without waiting for the next pass. */
  wake(): void;
  /**
   * Brings an endpoint in line with what it should serve; ends when its deployment has ended, well or not. What keeps it from that is
   * logged, and tried again by the next pass.
   */
  reconcile(scope: Scope, name: string): Promise<void>;
  close(): Promise<void>;
}

const reconcileMs = 1000;

export function createHost(ctx: HostContext): EndpointHost {
  return new Host(ctx);
}

class Host implements EndpointHost {
  readonly owner: string;
  readonly #ctx: HostContext;
  readonly #slots = new Map<string, Slot>();
  /** Models of removed endpoints that are being closed. */
  readonly #leaving = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout;
  #pass: Promise<void> | undefined;
  #asked = 0;
  #answered = 0;

  constructor(ctx: HostContext) {
    this.#ctx = ctx;
    this.owner = ctx.ids.uuid7();
    this.#timer = setTimeout(() => this.wake(), 0).unref();
  }

  find(scope: Scope, name: string): Generation | undefined {
    return this.#slots.get(keyOf(scope, name))?.live;
  }

  names({ workspaceId }: Scope): string[] {
    return [...this.#slots.values()].flatMap(({ live }) =>
      live !== undefined && live.endpoint.workspaceId === workspaceId ? [live.endpoint.name] : [],
    );
  }

  preparing(scope: Scope, name: string): Preparation | undefined {
    return this.#slots.get(keyOf(scope, name))?.preparing?.now;
  }

  triesAgainAt(scope: Scope, name: string): number | undefined {
    return this.#slots.get(keyOf(scope, name))?.failed?.againAt;
  }

  isPreparing(): boolean {
    return [...this.#slots.values()].some(({ preparing }) => preparing !== undefined);
  }

  wake(): void {
    clearTimeout(this.#timer);
    this.#pass = this.#compare().catch((error: unknown) => this.#failed(error));
    if (!this.#stopping.signal.aborted) this.#timer = setTimeout(() => this.wake(), reconcileMs).unref();
  }

  async reconcile(scope: Scope, name: string): Promise<void> {
    const key = keyOf(scope, name);
    try {
      for (;;) {
        const all = await this.#ask();
        if (all === undefined) continue;
        const desired = all.find(({ endpoint }) => keyOf(endpoint, endpoint.name) === key);
        if (desired === undefined) return;
        const slot = this.#slotOf(desired.endpoint);
        this.#begin(slot, desired);
        const { deploying } = slot;
        if (deploying === undefined) return;
        await deploying.done;
        if (deploying.target === targetKey(desired)) return;
      }
    } catch (error) {
      this.#failed(error);
    }
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#timer);
    await this.#pass;
    const deploying = [...this.#slots.values()].flatMap((slot) => (slot.deploying === undefined ? [] : [slot.deploying]));
    for (const { controller } of deploying) controller.abort(new GivenUp('its server ended before it was ready'));
    await Promise.all([...this.#leaving, ...deploying.map(({ done }) => done)]);
    const loaded = [...this.#slots.values()].flatMap(({ live, before }) => [live, before]).filter((generation) => generation !== undefined);
    await Promise.all(loaded.map(({ runtime }) => runtime.close()));
  }

  /** Begins the deployments that are due, and waits for none: another endpoint must not. */
  async #compare(): Promise<void> {
    const { db, clock } = this.#ctx;
    const desired = await this.#ask();
    if (desired === undefined) return;
    const wanted = new Set(desired.map(({ endpoint }) => keyOf(endpoint, endpoint.name)));
    for (const [key, slot] of this.#slots) if (!wanted.has(key)) this.#remove(key, slot);
    for (const one of desired) this.#begin(this.#slotOf(one.endpoint), one);
    const now = clock.now();
    if (await db.read(hasOrphanedDeployments, { now })) await db.write(giveUpOrphanedDeployments, { now });
  }

  /** Undefined where a later question was answered first: what this one found may be the past. */
  async #ask(): Promise<DesiredEndpoint[] | undefined> {
    const turn = ++this.#asked;
    const desired = await this.#ctx.db.read(desiredEndpoints, {});
    if (turn < this.#answered) return undefined;
    this.#answered = turn;
    return desired;
  }

  /** One deployment of an endpoint at a time; one whose target has changed meanwhile is given up, and the next pass begins the other. */
  #begin(slot: Slot, desired: DesiredEndpoint): void {
    if (!isDue(desired) || this.#stopping.signal.aborted) return;
    const target = targetKey(desired);
    if (slot.deploying !== undefined) {
      if (slot.deploying.target !== target) slot.deploying.controller.abort(new GivenUp(reasonFor(desired, slot.deploying.version)));
      return;
    }
    if (slot.live !== undefined && target === targetKey(asDesired(slot.live))) return;
    const { failed } = slot;
    if (failed?.attempt === attemptKey(desired) && (failed.againAt === undefined || this.#ctx.clock.now() < failed.againAt)) return;
    const controller = new AbortController();
    const done = deploy(this.#ctx, this.owner, slot, desired, controller.signal)
      .catch((error: unknown) => this.#failed(error))
      .finally(() => {
        slot.deploying = undefined;
        if (controller.signal.aborted && !this.#stopping.signal.aborted) this.wake();
      });
    slot.deploying = { target, version: desired.target.version, controller, done };
  }

  #remove(key: string, slot: Slot): void {
    this.#slots.delete(key);
    const { deploying } = slot;
    deploying?.controller.abort(new GivenUp('the endpoint was removed'));
    // A version that takes over in this very moment is closed, too.
    const left = (deploying?.done ?? Promise.resolve()).then(() => closeAll(this.#ctx, [slot.live, slot.before]));
    this.#leaving.add(left);
    void left.finally(() => this.#leaving.delete(left));
  }

  #slotOf(endpoint: Endpoint): Slot {
    const key = keyOf(endpoint, endpoint.name);
    const known = this.#slots.get(key);
    if (known !== undefined) return known;
    const statistics = new EndpointStatistics(this.#ctx.clock.now());
    const slot: Slot = { live: undefined, before: undefined, statistics, failed: undefined, deploying: undefined, preparing: undefined };
    this.#slots.set(key, slot);
    return slot;
  }

  #failed(error: unknown): void {
    if (this.#stopping.signal.aborted) return;
    this.#ctx.log.error({ err: error }, 'endpoints were not compared with what they should serve');
  }
}

function isDue(desired: DesiredEndpoint): desired is Due {
  return desired.target !== undefined;
}

/** Why the version that is tried now is given up for what is due. */
function reasonFor({ target }: Due, tried: ModelVersion): string {
  const { name, version } = target.version;
  if (name === tried.name && version === tried.version) return 'the settings of the endpoint changed before it was ready';
  return `version ${version} of '${name}' was to be served instead (${target.reason})`;
}

function keyOf({ workspaceId }: Scope, name: string): string {
  return `${workspaceId}/${name}`;
}
