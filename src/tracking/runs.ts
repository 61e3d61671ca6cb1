import type { Principal, Scope } from '../access/index.ts';
import type { TrackingContext } from './context.ts';
import type { Int64, RunInfo, RunStatus } from './run.ts';
import { invalid } from './limits.ts';
import { appendModel, deleteTag as removeTag, setRunDeleted, updateRun as update } from './run-writes.ts';

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

/** Notes a model that an old client logged under a run: in the tag where those clients look for it. */
export async function recordModel(ctx: TrackingContext, scope: Scope, runId: string, json: string): Promise<void> {
  const model = parseModel(json);
  const missing = ['artifact_path', 'flavors', 'run_id', 'utc_time_created'].filter((field) => !(field in model));
  if (missing.length > 0) throw invalid(`Model json is missing mandatory fields: {${missing.map((field) => `'${field}'`).join(', ')}}`);
  await ctx.db.write(appendModel, { scope: { workspaceId: scope.workspaceId }, runId, model });
}

function parseModel(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw invalid(`Malformed model info. \n ${json} \n is not a valid JSON.`);
}
