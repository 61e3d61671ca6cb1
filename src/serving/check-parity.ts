/**
 * The checks of parity that this process makes, a few at once. What is to be checked stands in the database and is
 * asked for again and again, so a check whose server was killed is made by the next one, once its lease has run out.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  dueParityChecks,
  endParityCheck,
  findVersion,
  hastenParityChecks,
  leaseParityCheck,
  postponeParityCheck,
  sealFolder,
  type ParityCheck,
  type ParityOutcome,
} from '../registry/index.ts';
import { artifactPathOf } from '../tracking/index.ts';
import { compareFlavors } from './compare-flavors.ts';
import { fetchModel } from './fetch-model.ts';
import type { HostContext } from './deploy.ts';
import { afterFailure, type PostponedParity } from './parity-failure.ts';
import { unchecked } from './parity.ts';

export interface ParityChecks {
  /** Looks for checks soon, without waiting for the next pass. */
  wake(): void;
  close(): Promise<void>;
}

const passMs = 1000;
const leaseMs = 15_000;
/** An installer that never ends must not keep a version pending. */
const limitMinutes = 15;
/** Each may take the memory of a model twice. */
const atOnce = 3;
/** One workspace's slow models leave room for another's. */
const atOnceOfWorkspace = 2;

interface Running {
  readonly workspaceId: number;
  readonly done: Promise<void>;
}

export function checkParity(ctx: HostContext): ParityChecks {
  const owner = ctx.ids.uuid7();
  const stopping = new AbortController();
  const running = new Map<string, Running>();
  let hastened = false;
  let timer: NodeJS.Timeout | undefined;
  let pass: Promise<void> | undefined;
  let woken = false;
  const failed = (error: unknown): void => {
    if (!stopping.signal.aborted) ctx.log.error({ err: error }, 'flavours of model versions were not compared');
  };

  async function begin(): Promise<void> {
    if (!hastened) await prepare(ctx);
    hastened = true;
    for (const check of await ctx.db.read(dueParityChecks, { now: ctx.clock.now() })) {
      if (stopping.signal.aborted || running.size >= atOnce) return;
      const key = `${check.modelId}/${check.version}`;
      const ofWorkspace = [...running.values()].filter(({ workspaceId }) => workspaceId === check.workspaceId);
      if (running.has(key) || ofWorkspace.length >= atOnceOfWorkspace) continue;
      if (!(await lease(ctx, check, owner))) continue;
      const done = checkOne(ctx, check, owner, stopping.signal)
        .catch(failed)
        .finally(() => {
          running.delete(key);
          tick();
        });
      running.set(key, { workspaceId: check.workspaceId, done });
    }
  }

  const tick = (): void => {
    clearTimeout(timer);
    if (stopping.signal.aborted) return;
    if (pass !== undefined) {
      woken = true;
      return;
    }
    woken = false;
    pass = begin()
      .catch(failed)
      .finally(() => {
        pass = undefined;
        if (!stopping.signal.aborted) timer = setTimeout(tick, woken ? 0 : passMs).unref();
      });
  };
  timer = setTimeout(tick, 0).unref();

  return {
    wake: tick,
    async close() {
      stopping.abort();
      clearTimeout(timer);
      await pass;
      await Promise.all([...running.values()].map(({ done }) => done));
    },
  };
}

async function prepare(ctx: HostContext): Promise<void> {
  await rm(cacheOf(ctx), { recursive: true, force: true });
  await ctx.db.write(hastenParityChecks, {});
}

/** Apart from what endpoints serve from: every version with two flavours is copied here, and few of them are ever served. */
function cacheOf({ modelCache }: HostContext): string {
  return join(modelCache, 'checks');
}

function lease(ctx: HostContext, check: ParityCheck, owner: string): Promise<boolean> {
  return ctx.db.write(leaseParityCheck, { check, owner, now: ctx.clock.now(), leaseMs });
}

async function checkOne(ctx: HostContext, check: ParityCheck, owner: string, stopping: AbortSignal): Promise<void> {
  const controller = new AbortController();
  const signal = AbortSignal.any([stopping, controller.signal]);
  const beat = setInterval(() => {
    lease(ctx, check, owner).then(
      (held) => held || controller.abort(),
      (error: unknown) => ctx.log.error({ err: error }, 'the lease of a parity check was not renewed'),
    );
  }, leaseMs / 3).unref();
  try {
    const end = await compare(ctx, check, signal);
    const now = ctx.clock.now();
    const told = { model: check.name, version: check.version };
    if ('pauseMs' in end) {
      const { message, pauseMs, fetched } = end;
      await ctx.db.write(postponeParityCheck, { check, owner, message, fetched, nextAt: now + pauseMs });
      ctx.log.error({ ...told, err: end.error }, 'two flavours were not compared yet');
      return;
    }
    await ctx.db.write(endParityCheck, { check, owner, outcome: end, now, eventId: ctx.ids.uuid7() });
    ctx.log.info({ ...told, state: end.state }, end.message);
  } catch (error) {
    // Its server ends, or another one has it: that one says how it went.
    if (!signal.aborted) throw error;
  } finally {
    clearInterval(beat);
  }
}

interface Postponed extends PostponedParity {
  readonly fetched: boolean;
  readonly error: unknown;
}

async function compare(ctx: HostContext, check: ParityCheck, signal: AbortSignal): Promise<ParityOutcome | Postponed> {
  const scope = { workspaceId: check.workspaceId };
  const version = await ctx.db.read(findVersion, { scope, name: check.name, version: check.version });
  if (version === undefined) return unchecked('the version is gone');
  // What is compared is what stays.
  const path = artifactPathOf(version.storageLocation);
  if (path !== undefined && path !== '') await ctx.db.write(sealFolder, { scope, path, now: ctx.clock.now() });
  const cache = join(cacheOf(ctx), `${check.modelId}-${check.version}`);
  const late = AbortSignal.timeout(limitMinutes * 60_000);
  const either = AbortSignal.any([signal, late]);
  let fetched = false;
  try {
    const folder = await fetchModel(ctx.blobs, scope, version, cache, either);
    fetched = true;
    return await compareFlavors(await ctx.inference(), folder, `${check.name}/${check.version}`, either);
  } catch (error) {
    signal.throwIfAborted();
    const end = afterFailure({ error, fetched, limitMinutes: late.aborted ? limitMinutes : undefined }, check);
    return 'pauseMs' in end ? { ...end, fetched, error } : end;
  } finally {
    // A process of the model that was killed may still be writing.
    await rm(cache, { recursive: true, force: true, maxRetries: 5 });
  }
}
