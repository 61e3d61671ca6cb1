/** Promotion: the files are read first, then one transaction judges, moves and records (`move-writes.ts`). */
import { authorize, type Principal } from '../access/index.ts';
import type { Blobs } from '../backends/blobs/port.ts';
import type { Db } from '../backends/db/port.ts';
import { MillwrightError } from '../errors.ts';
import type { Ids } from '../lib/ids.ts';
import type { Clock } from '../lib/time.ts';
import { artifactPathOf } from '../tracking/index.ts';
import type { DigestFolder } from './digest-thread.ts';
import { listDecisions, listGates, promotionContenders } from './gate-queries.ts';
import { isProtected, type Target } from './gate-rows.ts';
import { sealFolder, setDigest } from './gate-writes.ts';
import type { ModelVersion } from './model.ts';
import type { Follower, Move } from './move.ts';
import { idsOfMove, moveAlias, moveStage, type MoveResult } from './move-writes.ts';
import { canonicalStage } from './stage.ts';

/** What the registry's operations are given. */
export interface RegistryContext {
  readonly db: Db;
  readonly blobs: Blobs;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly digestFolder: DigestFolder;
}

export interface Promotion {
  readonly name: string;
  readonly target: Target;
  /** Undefined takes an alias away. */
  readonly version: number | undefined;
  /** With a stage: the versions that stand in it are archived. */
  readonly archiveExisting: boolean;
  /** Why it goes past the gate: administrators only. */
  readonly override: string | undefined;
  /** Kept with the decision where no gate protects the name. */
  readonly reason?: string;
  /** Endpoints that follow a name of the model: a version whose flavours differ may not come under it. */
  readonly followers: readonly Follower[];
  readonly signal: AbortSignal;
}

/** A champion that changes under the judge is read and the case heard again; this often. */
const hearings = 5;

/**
 * Moves an alias or a stage, through the gate where one protects it. Where it stands there already nothing happens.
 * @throws GATE_REFUSED with the clause that failed; the refusal is recorded
 */
export async function promote(ctx: RegistryContext, principal: Principal, promotion: Promotion): Promise<ModelVersion | undefined> {
  if (promotion.override !== undefined) checkOverride(principal, promotion.override);
  for (let hearing = 0; hearing < hearings; hearing += 1) {
    const examined = await examine(ctx, principal, promotion);
    const result = await move(ctx, principal, promotion, examined);
    if (result.outcome === 'refused') {
      const { message, clauses } = result.verdict;
      throw new MillwrightError('GATE_REFUSED', message, { details: { decision: result.decisionId, clauses } });
    }
    if (result.outcome !== 'unexamined') return result.version;
  }
  throw new MillwrightError('RESOURCE_CONFLICT', `the champion of '${promotion.name}' changes all the time: promote again in a moment`);
}

/**
 * Puts the name back on the version that it stood on before. Where a gate protects it this goes past the gate, so it
 * asks for the role and the reason of an override.
 */
export async function rollBack(
  ctx: RegistryContext,
  principal: Principal,
  input: Pick<Promotion, 'name' | 'target' | 'followers' | 'signal'> & { readonly reason: string },
): Promise<ModelVersion | undefined> {
  const { name, target } = input;
  const decisions = await ctx.db.read(listDecisions, { scope: principal, name, limit: 1000, before: undefined });
  const last = decisions.find(
    (decision) => decision.outcome === 'moved' && decision.target.kind === target.kind && decision.target.name === target.name,
  );
  if (last?.previousVersion === undefined) {
    throw new MillwrightError(
      'RESOURCE_DOES_NOT_EXIST',
      `the ${target.kind} '${target.name}' of '${name}' stood on no version before: promote one by its number`,
    );
  }
  const [gate] = await ctx.db.read(listGates, { scope: principal, models: [name] });
  return promote(ctx, principal, {
    name,
    target,
    version: last.previousVersion,
    archiveExisting: target.kind === 'stage',
    override: isProtected(gate, target) ? input.reason : undefined,
    reason: input.reason,
    followers: input.followers,
    signal: input.signal,
  });
}

function checkOverride(principal: Principal, reason: string): void {
  authorize(principal, 'gate.override');
  if (reason.trim() === '') throw new MillwrightError('INVALID_PARAMETER_VALUE', 'an override needs a reason: it is the evidence then');
}

/**
 * Reads the digests that are not known yet. The folders are sealed before: what is hashed is what stays.
 * @returns the versions that have been looked at
 */
async function examine(ctx: RegistryContext, principal: Principal, { name, version, target, signal }: Promotion): Promise<number[]> {
  if (version === undefined) return [];
  const targets = [target.kind === 'stage' ? { ...target, name: canonicalStage(target.name) } : target];
  const contenders = await ctx.db.read(promotionContenders, { scope: principal, name, version, targets });
  for (const { storageLocation, digest } of contenders) {
    const path = artifactPathOf(storageLocation);
    if (digest !== undefined || path === undefined || path === '') continue;
    await ctx.db.write(sealFolder, { scope: principal, path, now: ctx.clock.now() });
    const found = await ctx.digestFolder({ workspaceId: principal.workspaceId }, path, signal);
    if (found !== undefined) await ctx.db.write(setDigest, { scope: principal, storageLocation, digest: found });
  }
  return contenders.map((contender) => contender.version);
}

function move(ctx: RegistryContext, principal: Principal, promotion: Promotion, examined: readonly number[]): Promise<MoveResult> {
  const { name, target, version, override } = promotion;
  const act: Move = {
    scope: { workspaceId: principal.workspaceId },
    actor: principal.name,
    now: ctx.clock.now(),
    name,
    ids: Array.from({ length: idsOfMove }, () => ctx.ids.uuid7()),
    override,
    reason: promotion.reason,
    followers: promotion.followers,
    examined,
  };
  if (target.kind === 'alias') return ctx.db.write(moveAlias, { ...act, alias: target.name, version });
  if (version === undefined) throw new MillwrightError('INVALID_PARAMETER_VALUE', 'a stage is left by moving its version to another stage');
  return ctx.db.write(moveStage, { ...act, version, stage: target.name, archiveExisting: promotion.archiveExisting });
}
