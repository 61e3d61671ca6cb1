import type { Principal, Scope } from '../access/index.ts';
import type { TrackingContext } from './context.ts';
import type { Int64, RunInfo, RunStatus } from './run.ts';
import { deleteTag as removeTag, setRunDeleted, updateRun as update } from './run-writes.ts';

export async function updateRun(
  ctx: TrackingContext,
  caller: Principal,
  change: {
    readonly runId: string;
    readonly status: RunStatus | undefined;
    readonly endedAt: Int64 | undefined;
    readonly name: string | undefined;
  },
): Promise<RunInfo> {
  return ctx.db.write(update, {
    scope: { workspaceId: caller.workspaceId },
    actor: caller.name,
    ...change,
    eventId: ctx.ids.uuid7(),
    now: ctx.clock.now(),
  });
}

export async function deleteRun(ctx: TrackingContext, scope: Scope, runId: string): Promise<void> {
  await ctx.db.write(setRunDeleted, { scope, runId, deleted: true, now: ctx.clock.now() });
}

export async function restoreRun(ctx: TrackingContext, scope: Scope, runId: string): Promise<void> {
  await ctx.db.write(setRunDeleted, { scope, runId, deleted: false, now: ctx.clock.now() });
}

export async function deleteTag(ctx: TrackingContext, scope: Scope, runId: string, name: string): Promise<void> {
  await ctx.db.write(removeTag, { scope, runId, name });
}
