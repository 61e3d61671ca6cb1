/**
 * The checks of parity that this process makes, one after the other. What is to be checked stands in the database and is
 * asked for again and again, so a check whose server was killed is made by the next one, once its lease has run out.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MillwrightError } from '../errors.ts';
import {
  dueParityChecks,
  endParityCheck,
  findVersion,
  leaseParityCheck,
  sealFolder,
  type ParityCheck,
  type ParityOutcome,
} from '../registry/index.ts';
import { artifactPathOf } from '../tracking/index.ts';
import { compareFlavors } from './compare-flavors.ts';
import { fetchModel } from './fetch-model.ts';
import type { HostContext } from './host.ts';
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

export function checkParity(ctx: HostContext): ParityChecks {
  const owner = ctx.ids.uuid7();
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let pass: Promise<void> | undefined;
  let woken = false;

  const tick = (): void => {
    clearTimeout(timer);
    if (pass !== undefined) {
      woken = true;
      return;
    }
    woken = false;
    pass = checkAll(ctx, owner, stopping.signal)
      .catch((error: unknown) => {
        if (!stopping.signal.aborted) ctx.log.error({ err: error }, 'flavours of model versions were not compared');
      })
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
    },
  };
}

async function checkAll(ctx: HostContext, owner: string, stopping: AbortSignal): Promise<void> {
  for (const check of await ctx.db.read(dueParityChecks, { now: ctx.clock.now() })) {
    if (stopping.aborted) return;
    if (await lease(ctx, check, owner)) await checkOne(ctx, check, owner, stopping);
  }
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
    const outcome = await compare(ctx, check, signal);
    await ctx.db.write(endParityCheck, { check, owner, outcome, now: ctx.clock.now(), eventId: ctx.ids.uuid7() });
    ctx.log.info({ model: check.name, version: check.version, state: outcome.state }, outcome.message);
  } catch (error) {
    // Its server ends, or another one has it: that one says how it went.
    if (!signal.aborted) throw error;
  } finally {
    clearInterval(beat);
  }
}

async function compare(ctx: HostContext, { workspaceId, name, version: number }: ParityCheck, signal: AbortSignal): Promise<ParityOutcome> {
  const scope = { workspaceId };
  const version = await ctx.db.read(findVersion, { scope, name, version: number });
  if (version === undefined) return unchecked('the version is gone');
  // What is compared is what stays.
  const path = artifactPathOf(version.storageLocation);
  if (path !== undefined && path !== '') await ctx.db.write(sealFolder, { scope, path, now: ctx.clock.now() });
  // Apart from what endpoints serve from: every version with two flavours is copied here, and few of them are ever served.
  const cache = join(ctx.modelCache, 'checks');
  const late = AbortSignal.timeout(limitMinutes * 60_000);
  const either = AbortSignal.any([signal, late]);
  try {
    const folder = await fetchModel(ctx.blobs, scope, version, cache, either);
    return await compareFlavors(await ctx.inference(), folder, `${name}/${number}`, either);
  } catch (error) {
    signal.throwIfAborted();
    if (late.aborted) return unchecked(`it took longer than ${limitMinutes} minutes`);
    ctx.log.error({ err: error, model: name, version: number }, 'two flavours were not compared');
    if (error instanceof MillwrightError) return unchecked(error.message);
    return unchecked(error instanceof Error ? error.message : String(error));
  } finally {
    // A process of the model that was killed may still be writing.
    await rm(cache, { recursive: true, force: true, maxRetries: 5 });
  }
}
