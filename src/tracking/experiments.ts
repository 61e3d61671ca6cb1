import type { Scope } from '../access/index.ts';
import { checkArtifactLocation } from './artifact-location.ts';
import type { TrackingContext } from './context.ts';
import type { NamedValue } from './experiment.ts';
import {
  deleteExperimentTag as deleteTag,
  insertExperiment,
  noExperiment,
  renameExperiment as rename,
  setExperimentDeleted,
  setExperimentTag as setTag,
} from './experiment-writes.ts';
import { checkExperimentName, checkExperimentTag, invalid } from './limits.ts';

/** The number behind an id as clients send it. @throws RESOURCE_DOES_NOT_EXIST for a number that no experiment can have */
export function parseExperimentId(text: string): number {
  if (!/^-?\d+$/.test(text)) throw invalid(`Invalid experiment ID '${text}'. Experiment ID must be a valid integer.`);
  const id = Number(text);
  if (!Number.isSafeInteger(id)) throw noExperiment(id);
  return id;
}

/** Answers the id. @param artifactLocation the server's own store where absent or empty */
export async function createExperiment(
  ctx: TrackingContext,
  scope: Scope,
  input: { readonly name: string; readonly artifactLocation: string | undefined; readonly tags: readonly NamedValue[] },
): Promise<number> {
  checkExperimentName(input.name);
  const artifactLocation = input.artifactLocation === '' ? undefined : input.artifactLocation;
  if (artifactLocation !== undefined) checkArtifactLocation(artifactLocation);
  for (const tag of input.tags) checkExperimentTag(tag.name, tag.value);
  return ctx.db.write(insertExperiment, { scope, name: input.name, artifactLocation, tags: input.tags, now: ctx.clock.now() });
}

export async function renameExperiment(ctx: TrackingContext, scope: Scope, id: number, name: string): Promise<void> {
  checkExperimentName(name);
  await ctx.db.write(rename, { scope, id, name, now: ctx.clock.now() });
}

/** Deletes the experiment and its runs; `restoreExperiment` brings both back. */
export async function deleteExperiment(ctx: TrackingContext, scope: Scope, id: number): Promise<void> {
  await ctx.db.write(setExperimentDeleted, { scope, id, deleted: true, now: ctx.clock.now() });
}

export async function restoreExperiment(ctx: TrackingContext, scope: Scope, id: number): Promise<void> {
  await ctx.db.write(setExperimentDeleted, { scope, id, deleted: false, now: ctx.clock.now() });
}

export async function setExperimentTag(ctx: TrackingContext, scope: Scope, id: number, tag: NamedValue): Promise<void> {
  checkExperimentTag(tag.name, tag.value);
  await ctx.db.write(setTag, { scope, id, tag });
}

export async function deleteExperimentTag(ctx: TrackingContext, scope: Scope, id: number, name: string): Promise<void> {
  await ctx.db.write(deleteTag, { scope, id, name });
}
