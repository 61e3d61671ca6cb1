/**
 * A pipeline run lives as long as whoever records it gives a sign: every call that adds to the run renews its lease, and so
 * does a heartbeat. A `repro` that was killed gives none, and its run ends here instead of running for ever.
 */
import type { Scope } from '../../access/index.ts';
import { defineRead, defineWrite, type Db } from '../../backends/db/port.ts';
import type { Clock } from '../../lib/time.ts';
import type { Ids } from '../../lib/ids.ts';
import { closeRun } from './end.ts';
import { leaseMs, openRun, renewLease } from './state.ts';
import type { PipelineRunTables } from './tables.ts';

/** A sign of life. @throws RESOURCE_CONFLICT where the run has ended, also by a lease that ran out */
export const renewPipelineRun = defineWrite<PipelineRunTables, { scope: Scope; id: string; now: number }, void>(
  'pipelines.renewPipelineRun',
  async (tx, { scope, id, now }) => {
    await openRun(tx, scope, id);
    await renewLease(tx, scope, id, now);
  },
);

/** Cancels running pipeline runs of every workspace whose lease ran out, at most one an event id. @returns how many */
export const cancelLostRuns = defineWrite<PipelineRunTables, { now: number; eventIds: readonly string[] }, number>(
  'pipelines.cancelLostRuns',
  async (tx, { now, eventIds }) => {
    const lost = await tx
      .statement<{ workspace_id: number; id: string; actor: string; seen_at: number }>(
        `select workspace_id, id, actor, coalesce(lease_until - ${leaseMs}, started_at) as seen_at from pipeline_runs
         where state = 'running' and coalesce(lease_until, started_at) <= ? order by id limit ?`,
      )
      .all(now, eventIds.length);
    for (const [index, run] of lost.entries()) {
      await closeRun(tx, { workspaceId: run.workspace_id }, run.actor, {
        id: run.id,
        eventId: eventIds[index]!,
        now,
        outcome: 'cancelled',
        message: `lost: no sign of life since ${new Date(run.seen_at).toISOString()}; repro was killed, or could not reach this server`,
      });
    }
    return lost.length;
  },
);

/** Whether somebody records a pipeline run now, in any workspace. */
export const isRecording = defineRead<PipelineRunTables, { now: number }, boolean>('pipelines.isRecording', async (tx, { now }) => {
  const query = tx.kysely.selectFrom('pipeline_runs').select('id').where('state', '=', 'running').where('lease_until', '>', now);
  return (await query.limit(1).executeTakeFirst()) !== undefined;
});

const sweepMs = 15_000;
const sweepLimit = 100;

/**
 * Looks for lost runs until `signal` aborts. The first look is one lease after the start, so that recorders that could not
 * reach a server that was down have time to renew.
 */
export function watchLeases(
  ctx: { readonly db: Db; readonly clock: Clock; readonly ids: Ids; readonly onError: (error: unknown) => void },
  signal: AbortSignal,
): void {
  const sweep = (): void => {
    const eventIds = Array.from({ length: sweepLimit }, () => ctx.ids.uuid7());
    ctx.db
      .write(cancelLostRuns, { now: ctx.clock.now(), eventIds })
      .catch(ctx.onError)
      .finally(() => schedule(sweepMs));
  };
  let timer: NodeJS.Timeout | undefined;
  const schedule = (delayMs: number): void => {
    if (!signal.aborted) timer = setTimeout(sweep, delayMs).unref();
  };
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  schedule(leaseMs);
}
