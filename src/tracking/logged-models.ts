import type { Scope } from '../access/index.ts';
import type { TrackingContext } from './context.ts';
import type { NamedValue } from './experiment.ts';
import { checkLoggedModelName, checkParam, checkTag } from './limits.ts';
import type { LoggedModel, LoggedModelStatus } from './logged-model.ts';
import * as writes from './logged-model-writes.ts';
import { randomName } from './random-name.ts';

/** Starts a logged model; without a name it gets a random one. */
export async function createLoggedModel(
  ctx: TrackingContext,
  scope: Scope,
  input: {
    readonly experimentId: number;
    readonly name: string | undefined;
    readonly modelType: string | undefined;
    readonly sourceRunId: string | undefined;
    readonly params: readonly NamedValue[];
    readonly tags: readonly NamedValue[];
  },
): Promise<LoggedModel> {
  if (input.name) checkLoggedModelName(input.name);
  const id = ctx.ids.hex32();
  return ctx.db.write(writes.insertLoggedModel, {
    scope: { workspaceId: scope.workspaceId },
    experimentId: input.experimentId,
    modelId: `m-${id}`,
    name: input.name || randomName(id),
    modelType: input.modelType,
    sourceRunId: input.sourceRunId,
    params: checkedParams(input.params),
    tags: checkedTags(input.tags),
    now: ctx.clock.now(),
  });
}

function checkedParams(params: readonly NamedValue[]): NamedValue[] {
  return params.map(({ name, value }, index) => ({ name, value: checkParam(name, value, `params[${index}].key`) }));
}

function checkedTags(tags: readonly NamedValue[]): NamedValue[] {
  return tags.map(({ name, value }, index) => ({ name, value: checkTag(name, value, `tags[${index}].`) }));
}

export async function finalizeLoggedModel(
  ctx: TrackingContext,
  scope: Scope,
  modelId: string,
  status: LoggedModelStatus,
): Promise<LoggedModel> {
  return ctx.db.write(writes.finalizeLoggedModel, { scope: { workspaceId: scope.workspaceId }, modelId, status, now: ctx.clock.now() });
}

export async function logLoggedModelParams(
  ctx: TrackingContext,
  scope: Scope,
  modelId: string,
  params: readonly NamedValue[],
): Promise<void> {
  const checked = checkedParams(params);
  await ctx.db.write(writes.logLoggedModelParams, { scope: { workspaceId: scope.workspaceId }, modelId, params: checked });
}

export async function setLoggedModelTags(ctx: TrackingContext, scope: Scope, modelId: string, tags: readonly NamedValue[]): Promise<void> {
  await ctx.db.write(writes.setLoggedModelTags, { scope: { workspaceId: scope.workspaceId }, modelId, tags: checkedTags(tags) });
}

export async function deleteLoggedModelTag(ctx: TrackingContext, scope: Scope, modelId: string, name: string): Promise<void> {
  await ctx.db.write(writes.deleteLoggedModelTag, { scope: { workspaceId: scope.workspaceId }, modelId, name });
}

export async function deleteLoggedModel(ctx: TrackingContext, scope: Scope, modelId: string): Promise<void> {
  await ctx.db.write(writes.deleteLoggedModel, { scope: { workspaceId: scope.workspaceId }, modelId, now: ctx.clock.now() });
}
