/** What a stage does to its outputs around a run: clear them before, save them after, bring them back from the cache. */
import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { applyCheckout, planCheckout } from '../data/checkout.ts';
import { hashPath } from '../data/hash.ts';
import { unprotect } from '../data/link.ts';
import { hasWholeObject } from '../data/output-status.ts';
import type { DependencyEntry, OutputEntry, TrackedOutput } from '../data/output.ts';
import type { Repository } from '../data/repository.ts';
import { saveOutput, stagingFolder } from '../data/save-output.ts';
import type { ScmChanges } from '../data/scm-changes.ts';
import { MillwrightError } from '../errors.ts';
import type { Mapping } from '../formats/dvc/value.ts';

import { lockedPaths } from './lock-entry.ts';
import { currentParams, type ParamsReader } from './params.ts';
import { shownPath } from './changes.ts';
import { plainOutput } from '../formats/dvc/entry.ts';
import type { Stage } from './stage.ts';

export interface OutputContext {
  readonly repository: Repository;
  readonly cwd: string;
  readonly params: ParamsReader;
  readonly changes: ScmChanges;
}

/** A command must make its outputs anew; those that persist are made writable and stay. */
export function clearOutputs({ repository }: OutputContext, stage: Stage): void {
  for (const { path, entry } of stage.outs) {
    if (!entry.persist) rmSync(path, { recursive: true, force: true });
    else if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) unprotectAll(path, stagingFolder(repository));
  }
}

function unprotectAll(path: string, stagingDir: string): void {
  if (!lstatSync(path).isDirectory()) return unprotect(path, stagingDir);
  for (const entry of readdirSync(path, { withFileTypes: true })) unprotectAll(`${path}/${entry.name}`, stagingDir);
}

/** The stage with the hashes its dependencies have now. Throws where one is missing. */
export async function withCurrentDeps(context: OutputContext, stage: Stage): Promise<Stage> {
  const deps = [];
  for (const dep of stage.deps)
    deps.push({ ...dep, entry: await currentDependency(context, dep.path, dep.entry, shownPath(context, dep)) });
  const params = stage.params.map((item) => ({ ...item, recorded: currentParams(item, context.params, context.cwd) }));
  return { ...stage, deps, params };
}

async function currentDependency(context: OutputContext, path: string, entry: DependencyEntry, shown: string): Promise<DependencyEntry> {
  if (entry.repo !== undefined || entry.db !== undefined || path.includes('://')) return entry;
  if (entry.algorithm === 'md5-dos2unix') {
    const legacy = await hashPath(context.repository, path, 'md5-dos2unix');
    if (legacy !== undefined && legacy.hash.value === entry.hash?.value) return entry;
  }
  const now = await hashPath(context.repository, path, 'md5');
  if (now === undefined) {
    throw new MillwrightError('DATA_ERROR', `dependency '${shown}' does not exist: create it, pull it, or run the stage that makes it`);
  }
  return { ...entry, algorithm: 'md5', hash: now.hash, meta: now.meta, rest: new Map() };
}

export interface SaveStageOptions {
  readonly commit: boolean;
  readonly allowMissing: boolean;
  /** Link the outputs to the cache anew; so where absent. */
  readonly relink?: boolean;
}

/** The stage with its outputs as they are now, kept in the cache where `commit` says so. */
export async function withSavedOutputs(context: OutputContext, stage: Stage, options: SaveStageOptions): Promise<Stage> {
  const outs: TrackedOutput[] = [];
  for (const out of stage.outs) outs.push({ ...out, entry: await savedOutput(context, out, options) });
  return { ...stage, outs };
}

async function savedOutput(context: OutputContext, out: TrackedOutput, options: SaveStageOptions): Promise<OutputEntry> {
  const name = shownPath(context, out);
  if (options.allowMissing && lstatSync(out.path, { throwIfNoEntry: false }) === undefined) return out.entry;
  if (out.entry.cache && !out.path.startsWith(`${context.repository.root}/`)) {
    throw new MillwrightError(
      'DATA_ERROR',
      `Saving cached external output ${name} is not supported: set 'cache: false' for it, or move it into the repository`,
    );
  }
  return saveOutput(context.repository, out, context.changes, { commit: options.commit, relink: options.relink ?? true, name });
}

/** Keeps metrics and plots with `cache: false` for the run cache, which could not bring them back otherwise. */
export async function keepUncached({ repository }: OutputContext, stage: Stage): Promise<void> {
  for (const { path, entry } of stage.outs) if (!entry.cache) await hashPath(repository, path, entry.algorithm, { keep: true });
}

/** The outputs that a lock entry names, placed in the working directory of a stage. */
export function recordedOutputs(stage: Stage, entry: Mapping): TrackedOutput[] {
  const own = new Map(stage.outs.map((out) => [out.entry.path, out]));
  return [...lockedPaths(entry, 'outs').values()].map((hashed) => {
    const known = own.get(hashed.path)?.entry ?? plainOutput;
    return { path: resolve(stage.wdir, hashed.path), entry: { ...known, ...hashed } };
  });
}

export function areCached(repository: Repository, outputs: readonly TrackedOutput[]): boolean {
  return outputs.every(({ entry }) => entry.hash !== undefined && hasWholeObject(repository, entry.hash));
}

/** Puts outputs back as recorded; the cache is known to hold them. */
export async function restoreOutputs({ repository, cwd }: OutputContext, outputs: readonly TrackedOutput[]): Promise<void> {
  for (const output of outputs) {
    const plan = await planCheckout(repository, output, { relink: false });
    if (plan.isMissing)
      throw new MillwrightError('DATA_ERROR', `the cache lacks '${relative(cwd, output.path)}': pull it, or run the stage with --force`);
    await applyCheckout(repository, plan);
  }
}

export function missingOutputs(context: OutputContext, stage: Stage): string[] {
  return stage.outs.filter(({ path }) => lstatSync(path, { throwIfNoEntry: false }) === undefined).map((out) => shownPath(context, out));
}
