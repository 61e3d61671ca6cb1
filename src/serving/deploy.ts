/**
 * One deployment: a version is proved and loaded apart, then takes over in its slot. Its row in the database says `proving` under a
 * lease that its process renews, and always ends: live, failed, or given up with a reason.
 */
import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
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
import { Preparing } from './preparation.ts';
import type { DesiredEndpoint } from './queries.ts';
import { VersionStatistics, type EndpointStatistics } from './statistics.ts';
import { beginDeployment, endDeployment, renewDeployment, type DeploymentEnd } from './writes.ts';

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

/** What failed last: not tried again until it changes, or somebody says so, or the time comes where the model was not to blame. */
interface FailedAttempt {
  readonly attempt: string;
  readonly tries: number;
  readonly againAt: number | undefined;
}

interface Deploying {
  readonly target: string;
  readonly version: ModelVersion;
  readonly controller: AbortController;
  readonly done: Promise<void>;
}

/** An endpoint with a version that it should serve. */
export type Due = DesiredEndpoint & { readonly target: NonNullable<DesiredEndpoint['target']> };

/** What runs of one endpoint. */
export interface Slot {
  live: Generation | undefined;
  before: Generation | undefined;
  readonly statistics: EndpointStatistics;
  failed: FailedAttempt | undefined;
  deploying: Deploying | undefined;
  preparing: Preparing | undefined;
}

/** Why a deployment is given up before its version took over: the reason of its signal. */
export class GivenUp extends Error {}

const leaseMs = 15_000;
const writeAgainMs = 1000;
const firstPauseMs = 5000;
const longestPauseMs = 3_600_000;
/** Over a night without a network, and not for ever: each leaves a row, and may install an environment. */
const mostTries = 24;

/** What makes a generation another one. */
export function targetKey({ endpoint, target }: DesiredEndpoint): string {
  const version = target?.version;
  return JSON.stringify([version?.name, version?.version, version?.storageLocation, endpoint.settings]);
}

/** What makes an attempt another one: `millwright endpoints deploy` touches the endpoint to have a failed version tried again. */
export function attemptKey(desired: DesiredEndpoint): string {
  return `${desired.endpoint.updatedAt} ${targetKey(desired)}`;
}

export function asDesired({ endpoint, version, by }: Generation): DesiredEndpoint {
  return { endpoint, target: { version, reason: '', actor: by } };
}

/** @param owner this process, as the lease names it @param signal aborts with `GivenUp` */
export async function deploy(ctx: HostContext, owner: string, slot: Slot, desired: Due, signal: AbortSignal): Promise<void> {
  const { endpoint, target } = desired;
  const { version, reason, actor } = target;
  const scope = { workspaceId: endpoint.workspaceId };
  const id = ctx.ids.uuid7();
  const start = { scope, id, owner, leaseMs, endpoint: endpoint.name, model: version.name, version: version.version, reason, actor };
  await ctx.db.write(beginDeployment, { ...start, eventId: ctx.ids.uuid7(), now: ctx.clock.now() });
  const beat = setInterval(() => {
    ctx.db
      .write(renewDeployment, { scope, id, leaseUntil: ctx.clock.now() + leaseMs })
      .catch((error: unknown) => ctx.log.error({ err: error, endpoint: endpoint.name }, 'the lease of a deployment was not renewed'));
  }, leaseMs / 3).unref();
  try {
    const outcome = await takeOver(ctx, slot, desired, signal);
    // What answers and what is written down say the same moment.
    const now = outcome.state === 'live' ? slot.live!.since : ctx.clock.now();
    await writeDown(ctx, { scope, id, eventId: ctx.ids.uuid7(), now, outcome }, signal);
  } finally {
    clearInterval(beat);
  }
}

/** What comes of it; where it is `live`, the version answers from here on. */
async function takeOver(ctx: HostContext, slot: Slot, desired: Due, signal: AbortSignal): Promise<DeploymentEnd['outcome']> {
  const { endpoint, target } = desired;
  const { version, actor } = target;
  const kept = slot.before !== undefined && targetKey(asDesired(slot.before)) === targetKey(desired) ? slot.before : undefined;
  let model: LoadedModel;
  try {
    model = kept ?? (await load(ctx, slot, endpoint, version, signal));
    if (signal.aborted && kept === undefined) closeAll(ctx, [model]);
    signal.throwIfAborted();
  } catch (error) {
    if (signal.aborted) return { state: 'given up', message: textOf(signal.reason) };
    const again = failAttempt(slot, attemptKey(desired), error, ctx.clock.now());
    const log = error instanceof MillwrightError && typeof error.details?.['log'] === 'string' ? error.details['log'] : undefined;
    ctx.log.error({ err: error, endpoint: endpoint.name, version: version.version }, 'a version could not be served');
    return { state: 'failed', message: `${textOf(error)}${again}`, log };
  }
  const now = ctx.clock.now();
  const retired = slot.before === kept ? undefined : slot.before;
  slot.before = slot.live;
  const statistics = new VersionStatistics(slot.statistics, now);
  const replaced = slot.before && { version: slot.before.version.version, statistics: slot.before.statistics };
  slot.live = { ...model, endpoint, version, since: now, by: actor, statistics, replaced };
  slot.failed = undefined;
  closeAll(ctx, [retired]);
  return { state: 'live', flavor: model.runtime.flavor, message: model.note };
}

/** @returns what people are told of the next try */
function failAttempt(slot: Slot, attempt: string, error: unknown, now: number): string {
  const tries = slot.failed?.attempt === attempt ? slot.failed.tries + 1 : 1;
  const pauseMs = tries < mostTries ? Math.min(longestPauseMs, firstPauseMs * 2 ** (tries - 1)) : undefined;
  slot.failed = { attempt, tries, againAt: pauseMs === undefined || !mayPass(error) ? undefined : now + pauseMs };
  if (!mayPass(error)) return '';
  return pauseMs === undefined ? ` (tried ${tries} times)` : ` (tried again after ${pauseMs / 1000} s)`;
}

/** A store that is away, a disk without room, a package index that cannot be reached: the next try may find them well. */
function mayPass(error: unknown): boolean {
  return !(error instanceof MillwrightError) || error.code === 'TEMPORARILY_UNAVAILABLE' || error.details?.['tryAgain'] === true;
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

/** A version that answers is written down as soon as the database takes it; one that is given up is, at the latest when its lease ends. */
async function writeDown(ctx: HostContext, end: DeploymentEnd, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      return await ctx.db.write(endDeployment, end);
    } catch (error) {
      if (signal.aborted) throw error;
      ctx.log.error({ err: error }, 'how a deployment ended was not written down: it is tried again');
    }
    await setTimeout(writeAgainMs, undefined, { signal, ref: false }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}

export function closeAll(ctx: Pick<HostContext, 'log'>, generations: readonly (LoadedModel | undefined)[]): void {
  for (const generation of generations) {
    generation?.runtime.close().catch((error: unknown) => ctx.log.error({ err: error }, 'a model that is served no more was not closed'));
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
