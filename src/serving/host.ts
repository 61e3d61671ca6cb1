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
  const owner = ctx.ids.uuid7();
  const slots = new Map<string, Slot>();
  const leaving = new Set<Promise<void>>();
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let pass: Promise<void> | undefined;
  let asked = 0;
  let answered = 0;
  const failed = (error: unknown): void => {
    if (!stopping.signal.aborted) ctx.log.error({ err: error }, 'endpoints were not compared with what they should serve');
  };

  const remove = (key: string, slot: Slot): void => {
    slots.delete(key);
    const { deploying } = slot;
    deploying?.controller.abort(new GivenUp('the endpoint was removed'));
    // A version that takes over in this very moment is closed, too.
    const left = (deploying?.done ?? Promise.resolve()).then(() => closeAll(ctx, [slot.live, slot.before]));
    leaving.add(left);
    void left.finally(() => leaving.delete(left));
  };

  /** One deployment of an endpoint at a time; one whose target has changed meanwhile is given up, and the next pass begins the other. */
  const begin = (slot: Slot, desired: DesiredEndpoint): void => {
    if (!isDue(desired) || stopping.signal.aborted) return;
    const target = targetKey(desired);
    if (slot.deploying !== undefined) {
      if (slot.deploying.target !== target) slot.deploying.controller.abort(new GivenUp(reasonFor(desired, slot.deploying.version)));
      return;
    }
    if (attemptKey(desired) === slot.failed || (slot.live !== undefined && target === targetKey(asDesired(slot.live)))) return;
    const controller = new AbortController();
    const done = deploy(ctx, owner, slot, desired, controller.signal)
      .catch(failed)
      .finally(() => {
        slot.deploying = undefined;
        if (controller.signal.aborted && !stopping.signal.aborted) tick();
      });
    slot.deploying = { target, version: desired.target.version, controller, done };
  };

  /** Undefined where a later question was answered first: what this one found may be the past. */
  const ask = async (): Promise<DesiredEndpoint[] | undefined> => {
    const turn = ++asked;
    const desired = await ctx.db.read(desiredEndpoints, {});
    if (turn < answered) return undefined;
    answered = turn;
    return desired;
  };

  /** Begins the deployments that are due, and waits for none: another endpoint must not. */
  const compare = async (): Promise<void> => {
    const desired = await ask();
    if (desired === undefined) return;
    const wanted = new Set(desired.map(({ endpoint }) => keyOf(endpoint, endpoint.name)));
    for (const [key, slot] of slots) if (!wanted.has(key)) remove(key, slot);
    for (const one of desired) begin(slotOf(ctx, slots, one.endpoint), one);
    const now = ctx.clock.now();
    if (await ctx.db.read(hasOrphanedDeployments, { now })) await ctx.db.write(giveUpOrphanedDeployments, { now });
  };
  const tick = (): void => {
    clearTimeout(timer);
    pass = compare().catch(failed);
    if (!stopping.signal.aborted) timer = setTimeout(tick, reconcileMs).unref();
  };
  timer = setTimeout(tick, 0).unref();

  return {
    owner,
    find: (scope, name) => slots.get(keyOf(scope, name))?.live,
    names: ({ workspaceId }) =>
      [...slots.values()].flatMap(({ live }) =>
        live !== undefined && live.endpoint.workspaceId === workspaceId ? [live.endpoint.name] : [],
      ),
    isPreparing: () => [...slots.values()].some(({ preparing }) => preparing !== undefined),
    preparing: (scope, name) => slots.get(keyOf(scope, name))?.preparing?.now,
    wake: tick,
    async reconcile(scope, name) {
      const key = keyOf(scope, name);
      try {
        for (;;) {
          const all = await ask();
          if (all === undefined) continue;
          const desired = all.find(({ endpoint }) => keyOf(endpoint, endpoint.name) === key);
          if (desired === undefined) return;
          const slot = slotOf(ctx, slots, desired.endpoint);
          begin(slot, desired);
          const { deploying } = slot;
          if (deploying === undefined) return;
          await deploying.done;
          if (deploying.target === targetKey(desired)) return;
        }
      } catch (error) {
        failed(error);
      }
    },
    async close() {
      stopping.abort();
      clearTimeout(timer);
      await pass;
      const deploying = [...slots.values()].flatMap((slot) => (slot.deploying === undefined ? [] : [slot.deploying]));
      for (const { controller } of deploying) controller.abort(new GivenUp('its server ended before it was ready'));
      await Promise.all([...leaving, ...deploying.map(({ done }) => done)]);
      const loaded = [...slots.values()].flatMap(({ live, before }) => [live, before]).filter((generation) => generation !== undefined);
      await Promise.all(loaded.map(({ runtime }) => runtime.close()));
    },
  };
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

function slotOf(ctx: HostContext, slots: Map<string, Slot>, endpoint: Endpoint): Slot {
  const key = keyOf(endpoint, endpoint.name);
  const known = slots.get(key);
  if (known !== undefined) return known;
  const statistics = new EndpointStatistics(ctx.clock.now());
  const slot: Slot = { live: undefined, before: undefined, statistics, failed: undefined, deploying: undefined, preparing: undefined };
  slots.set(key, slot);
  return slot;
}
