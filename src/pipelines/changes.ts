/** Whether a stage is up to date: DVC's rules, in DVC's order. */
import { relative } from 'node:path';
import { isWithin } from '../data/data-index.ts';
import { hashPath } from '../data/hash.ts';
import { sameHash, type OutputState, type TrackedDependency, type TrackedOutput } from '../data/output.ts';
import type { Repository } from '../data/repository.ts';
import { outputStatus, workspaceStatus } from '../data/output-status.ts';
import { paramsStatus, type ParamsReader, type ParamState } from './params.ts';
import { isCallback, type Stage } from './stage.ts';

export interface ChangeContext {
  readonly repository: Repository;
  readonly cwd: string;
  readonly params: ParamsReader;
}

export type DependencyState = 'deleted' | 'modified' | 'new' | 'update available';

export interface Leniency {
  /** What is missing is no change: a pipeline can be verified without its data. */
  readonly allowMissing: boolean;
  /** The stages directly above, as they are after their own turn. */
  readonly upstream: readonly Stage[];
}

export async function isChanged(context: ChangeContext, stage: Stage, leniency: Leniency): Promise<boolean> {
  return stage.isCommandChanged || (await areDepsChanged(context, stage, leniency)) || (await areOutsChanged(context, stage, leniency));
}

async function areDepsChanged(context: ChangeContext, stage: Stage, leniency: Leniency): Promise<boolean> {
  if (stage.frozen) return false;
  if (isCallback(stage) || stage.alwaysChanged) return true;
  for (const dep of stage.deps) {
    const state = await dependencyState(context, dep);
    if (state === undefined || (leniency.allowMissing && state === 'deleted' && agreesWithMaker(dep, leniency.upstream))) continue;
    return true;
  }
  return stage.params.some((params) => {
    const status = paramsStatus(params, context.params);
    return status !== undefined && !(leniency.allowMissing && status === 'deleted');
  });
}

/** A missing dependency is fine as long as the stage that makes it recorded the same hash. */
function agreesWithMaker(dep: TrackedDependency, upstream: readonly Stage[]): boolean {
  return upstream.every((stage) => stage.outs.every((out) => out.path !== dep.path || sameHash(out.entry.hash, dep.entry.hash)));
}

async function areOutsChanged(context: ChangeContext, stage: Stage, leniency: Leniency): Promise<boolean> {
  for (const out of stage.outs) {
    const state = await outputStatus(context.repository, out);
    if (state === undefined || (leniency.allowMissing && (state === 'not in cache' || state === 'deleted'))) continue;
    return true;
  }
  return false;
}

export async function dependencyState(context: ChangeContext, dep: TrackedDependency): Promise<DependencyState | undefined> {
  const { repo, db, algorithm, hash } = dep.entry;
  if (repo !== undefined || db !== undefined || dep.path.includes('://')) return undefined;
  const now = await hashPath(context.repository, dep.path, algorithm);
  if (now === undefined) return 'deleted';
  return hash !== undefined && sameHash(now.hash, hash) ? undefined : 'modified';
}

/** One stage of DVC's status document. */
export type StageStatusEntry =
  | { readonly 'changed deps': Readonly<Record<string, DependencyState | Readonly<Record<string, ParamState>>>> }
  | { readonly 'changed outs': Readonly<Record<string, OutputState>> }
  | 'always changed'
  | 'changed command'
  | 'changed checksum';

/** What `status` says of a stage; empty where it is up to date. `only`: this path of its outputs alone. */
export async function statusOf(context: ChangeContext, stage: Stage, only?: string): Promise<StageStatusEntry[]> {
  const entries: StageStatusEntry[] = [];
  const deps = stage.frozen ? {} : await changedDeps(context, stage);
  if (Object.keys(deps).length > 0) entries.push({ 'changed deps': deps });
  const outs: Record<string, OutputState> = {};
  for (const out of stage.outs.filter(({ path }) => only === undefined || path === only || path.startsWith(`${only}/`))) {
    const state = await outputStatus(context.repository, out);
    if (state !== undefined) outs[shownPath(context, out)] = state;
  }
  if (Object.keys(outs).length > 0) entries.push({ 'changed outs': outs });
  if (isCallback(stage) || stage.alwaysChanged) entries.push('always changed');
  if (stage.isCommandChanged) entries.push(stage.name === undefined ? 'changed checksum' : 'changed command');
  return entries;
}

/** What `commit` asks about: what differs from dvc.lock, whether or not the cache holds it, and frozen stages too. */
export interface ChangedEntries {
  readonly deps: readonly string[];
  readonly outs: readonly string[];
  readonly isCommandChanged: boolean;
}

export async function changedEntries(context: ChangeContext, stage: Stage): Promise<ChangedEntries> {
  const outs: string[] = [];
  for (const out of stage.outs) if ((await workspaceStatus(context.repository, out)) !== undefined) outs.push(shownPath(context, out));
  return { deps: Object.keys(await changedDeps(context, stage)), outs, isCommandChanged: stage.isCommandChanged };
}

async function changedDeps(context: ChangeContext, stage: Stage): Promise<Record<string, DependencyState | Record<string, ParamState>>> {
  const changed: Record<string, DependencyState | Record<string, ParamState>> = {};
  for (const dep of stage.deps) {
    const state = await dependencyState(context, dep);
    if (state !== undefined) changed[shownPath(context, dep)] = state;
  }
  for (const params of stage.params) {
    const status = paramsStatus(params, context.params);
    if (status !== undefined)
      changed[relative(context.cwd, params.location)] = typeof status === 'string' ? status : Object.fromEntries(status);
  }
  return changed;
}

/** Relative to the working directory, unless the stage itself writes an absolute path or a URL, or the path leaves the repository. */
export function shownPath({ cwd, repository }: Pick<ChangeContext, 'cwd' | 'repository'>, item: TrackedDependency | TrackedOutput): string {
  const { path } = item.entry;
  if (path.startsWith('/') || path.includes('://')) return path;
  return isWithin(item.path, repository.root) ? relative(cwd, item.path) || '.' : item.path;
}
