/**
 * The endpoints that this process serves. What should run stands in the database; `reconcile` compares it with what does
 * run, proves and loads the difference apart, and swaps. Requests take the generation that is live when they arrive and
 * end on it; the generation before stays loaded, so that going back takes no loading.
 */
import type { Logger } from 'pino';
import type { Scope } from '../access/index.ts';
import type { Blobs } from '../backends/blobs/port.ts';
import type { Db } from '../backends/db/port.ts';
import type { Inference } from '../backends/inference/port.ts';
import { MillwrightError } from '../errors.ts';
import type { Ids } from '../lib/ids.ts';
import type { Clock } from '../lib/time.ts';
import type { ModelVersion } from '../registry/index.ts';
import type { Endpoint } from './endpoint.ts';
import { fetchModel } from './fetch-model.ts';
import { loadModel, type LoadedModel } from './load-model.ts';
import { Preparing, type Preparation } from './preparation.ts';
import { desiredEndpoints, type DesiredEndpoint } from './queries.ts';
import { EndpointStatistics, VersionStatistics } from './statistics.ts';
import { beginDeployment, endDeployment } from './writes.ts';

export interface HostContext {
  readonly db: Db;
  readonly blobs: Blobs;
  readonly inference: () => Promise<Inference>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Pick<Logger, 'error' | 'info'>;
  /** Folder of this machine for the files of models. */
  readonly modelCache: string;
}

/** One version that is loaded and answers. */
export interface Generation extends LoadedModel {
  readonly endpoint: Endpoint;
  readonly version: ModelVersion;
  readonly since: number;
  readonly by: string;
  /** Of this process, since it took over. */
  readonly statistics: VersionStatistics;
  /** What the version before had answered until then. */
  readonly replaced: { readonly version: number; readonly statistics: VersionStatistics } | undefined;
}

export interface EndpointHost {
  /** What answers now; undefined where no such endpoint is live in this process. */
  find(scope: Scope, name: string): Generation | undefined;
  /** Names of the live endpoints of a workspace. */
  names(scope: Scope): string[];
  /** What the version waits for that this process tries; undefined where it tries none. */
  preparing(scope: Scope, name: string): Preparation | undefined;
  /** Compares soon, without waiting for the next pass. */
  wake(): void;
  /** Brings an endpoint in line with what it should serve; ends when its deployment has ended, well or not. */
  reconcile(scope: Scope, name: string): Promise<void>;
  close(): Promise<void>;
}

interface Slot {
  live: Generation | undefined;
  before: Generation | undefined;
  readonly statistics: EndpointStatistics;
  /** The target that failed last: not tried again until it changes, or somebody says so. */
  failed: string | undefined;
  deploying: { readonly target: string; readonly controller: AbortController; readonly done: Promise<void> } | undefined;
  preparing: Preparing | undefined;
}

const reconcileMs = 1000;

export function createHost(ctx: HostContext): EndpointHost {
  const slots = new Map<string, Slot>();
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let pass: Promise<void> | undefined;

  const reconcile = async (only?: string): Promise<void> => {
    const desired = await ctx.db.read(desiredEndpoints, {});
    const wanted = new Set(desired.map(({ endpoint }) => keyOf(endpoint, endpoint.name)));
    for (const [key, slot] of slots) {
      if (wanted.has(key)) continue;
      slots.delete(key);
      slot.deploying?.controller.abort();
      closeAll(ctx, [slot.live, slot.before]);
    }
    const concerned = desired.filter(({ endpoint }) => only === undefined || keyOf(endpoint, endpoint.name) === only);
    await Promise.all(concerned.map((one) => advance(ctx, slotOf(ctx, slots, one.endpoint), one, stopping.signal)));
  };
  // A pass begins the deployments that are due and does not wait for them: another endpoint must not.
  const tick = (): void => {
    clearTimeout(timer);
    pass = reconcile().catch((error: unknown) => {
      if (!stopping.signal.aborted) ctx.log.error({ err: error }, 'endpoints were not compared with what they should serve');
    });
    if (!stopping.signal.aborted) timer = setTimeout(tick, reconcileMs).unref();
  };
  timer = setTimeout(tick, 0).unref();

  return {
    find: (scope, name) => slots.get(keyOf(scope, name))?.live,
    names: ({ workspaceId }) =>
      [...slots.values()].flatMap(({ live }) =>
        live !== undefined && live.endpoint.workspaceId === workspaceId ? [live.endpoint.name] : [],
      ),
    preparing: (scope, name) => slots.get(keyOf(scope, name))?.preparing?.now,
    wake: tick,
    reconcile: (scope, name) => reconcile(keyOf(scope, name)),
    async close() {
      stopping.abort();
      clearTimeout(timer);
      for (const { deploying } of slots.values()) deploying?.controller.abort();
      await pass;
      const loaded = [...slots.values()].flatMap(({ live, before }) => [live, before]).filter((generation) => generation !== undefined);
      await Promise.all(loaded.map(({ runtime }) => runtime.close()));
    },
  };
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

/** One deployment of an endpoint at a time; one whose target has changed meanwhile is given up. */
async function advance(ctx: HostContext, slot: Slot, desired: DesiredEndpoint, stopping: AbortSignal): Promise<void> {
  if (desired.target === undefined || stopping.aborted) return;
  const target = targetKey(desired);
  if (slot.deploying !== undefined) {
    const { deploying } = slot;
    if (deploying.target !== target) deploying.controller.abort();
    await deploying.done;
    if (deploying.target === target) return;
    return advance(ctx, slot, desired, stopping);
  }
  if (attemptKey(desired) === slot.failed || (slot.live !== undefined && target === targetKey(asDesired(slot.live)))) return;
  const controller = new AbortController();
  const done = deploy(ctx, slot, desired, desired.target, controller.signal).finally(() => {
    slot.deploying = undefined;
  });
  slot.deploying = { target, controller, done };
  await done;
}

function asDesired({ endpoint, version, by }: Generation): DesiredEndpoint {
  return { endpoint, target: { version, reason: '', actor: by } };
}

/** What makes a generation another one. */
function targetKey({ endpoint, target }: DesiredEndpoint): string {
  const version = target?.version;
  return JSON.stringify([version?.name, version?.version, version?.storageLocation, endpoint.settings]);
}

/** What makes an attempt another one: `millwright endpoints deploy` touches the endpoint to have a failed version tried again. */
function attemptKey(desired: DesiredEndpoint): string {
  return `${desired.endpoint.updatedAt} ${targetKey(desired)}`;
}

async function deploy(
  ctx: HostContext,
  slot: Slot,
  desired: DesiredEndpoint,
  target: NonNullable<DesiredEndpoint['target']>,
  signal: AbortSignal,
): Promise<void> {
  const { endpoint } = desired;
  const scope = { workspaceId: endpoint.workspaceId };
  const id = ctx.ids.uuid7();
  const { version, reason, actor } = target;
  const start = { scope, id, endpoint: endpoint.name, model: version.name, version: version.version, reason, actor };
  await ctx.db.write(beginDeployment, { ...start, eventId: ctx.ids.uuid7(), now: ctx.clock.now() });
  const end = { scope, id, eventId: ctx.ids.uuid7() };
  const kept = slot.before !== undefined && targetKey(asDesired(slot.before)) === targetKey(desired) ? slot.before : undefined;
  let model: LoadedModel;
  try {
    model = kept ?? (await load(ctx, slot, endpoint, version, signal));
  } catch (error) {
    if (signal.aborted) return;
    slot.failed = attemptKey(desired);
    const message = error instanceof Error ? error.message : String(error);
    const log = error instanceof MillwrightError && typeof error.details?.['log'] === 'string' ? error.details['log'] : undefined;
    ctx.log.error({ err: error, endpoint: endpoint.name, version: version.version }, 'a version could not be served');
    return ctx.db.write(endDeployment, { ...end, now: ctx.clock.now(), outcome: { state: 'failed', message, log } });
  }
  const now = ctx.clock.now();
  const retired = slot.before === kept ? undefined : slot.before;
  slot.before = slot.live;
  const statistics = new VersionStatistics(slot.statistics, now);
  const replaced = slot.before && { version: slot.before.version.version, statistics: slot.before.statistics };
  slot.live = { ...model, endpoint, version, since: now, by: actor, statistics, replaced };
  slot.failed = undefined;
  closeAll(ctx, [retired]);
  await ctx.db.write(endDeployment, { ...end, now, outcome: { state: 'live', flavor: model.runtime.flavor, message: model.note } });
}

async function load(ctx: HostContext, slot: Slot, endpoint: Endpoint, version: ModelVersion, signal: AbortSignal): Promise<LoadedModel> {
  const preparing = (slot.preparing = new Preparing(ctx.clock, { model: version.name, version: version.version }));
  try {
    const folder = await fetchModel(ctx.blobs, endpoint, version, ctx.modelCache, signal);
    const inference = preparing.watched(await ctx.inference());
    return await loadModel(inference, folder, `${version.name}/${version.version}`, endpoint.settings, signal, version.parity);
  } finally {
    slot.preparing = undefined;
  }
}

function closeAll(ctx: HostContext, generations: readonly (Generation | undefined)[]): void {
  for (const generation of generations) {
    generation?.runtime.close().catch((error: unknown) => ctx.log.error({ err: error }, 'a model that is served no more was not closed'));
  }
}
