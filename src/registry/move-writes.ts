/** Moving an alias or a stage: judged, applied and recorded in one transaction, so that of two promotions one decides. */
import type { Scope } from '../access/index.ts';
import { defineWrite } from '../backends/db/port.ts';
import { findGate, findHolder, isProtected, type Target } from './gate-rows.ts';
import type { Verdict } from './judge.ts';
import type { ModelVersion } from './model.ts';
import type { Move, NameMove } from './move.ts';
import { checkAliasFree, checkAlias } from './names.ts';
import { recordDecision } from './record-decision.ts';
import { lockModel, readVersions, requireVersionRow, type ModelRow } from './rows.ts';
import { rule } from './rule.ts';
import { canonicalStage, requireActiveStage } from './stage.ts';
import type { RegistryTables, RegistryTx } from './tables.ts';

export interface AliasMove extends Move {
  readonly alias: string;
  /** Undefined takes the alias away. */
  readonly version: number | undefined;
}

export interface StageMove extends Move {
  readonly version: number;
  readonly stage: string;
  readonly archiveExisting: boolean;
}

export type MoveResult =
  | { readonly outcome: 'moved' | 'unchanged'; readonly version: ModelVersion | undefined }
  | { readonly outcome: 'refused'; readonly verdict: Verdict; readonly decisionId: string }
  /** Somebody moved a name meanwhile: examine these versions' files and ask again. */
  | { readonly outcome: 'unexamined' };

/** How many ids a move needs at most: two decisions with an event each. */
export const idsOfMove = 4;

export const moveAlias = defineWrite<RegistryTables, AliasMove, MoveResult>('registry.moveAlias', async (tx, input) => {
  if (input.version === undefined) checkAlias(input.alias);
  else checkAliasFree(input.alias);
  const model = await lockModel(tx, input.scope, input.name);
  if (input.version !== undefined) await requireVersionRow(tx, input.scope, input.name, input.version);
  const target: Target = { kind: 'alias', name: input.alias };
  const holder = await findHolder(tx, model, target);
  if (holder === input.version) return unchanged(tx, input.scope, input.name, input.version);
  const ids = [...input.ids];
  const refused = await passGate(tx, input, model, { target, version: input.version, holder }, ids);
  if (refused !== undefined) return refused;
  if (input.version === undefined) {
    await tx.statement('delete from registered_model_aliases where registered_model_id = ? and alias = ?').run(model.id, input.alias);
  } else {
    await tx
      .statement(
        `insert into registered_model_aliases (registered_model_id, alias, version) values (?, ?, ?)
         on conflict (registered_model_id, alias) do update set version = excluded.version`,
      )
      .run(model.id, input.alias, input.version);
  }
  return { outcome: 'moved', version: await readOne(tx, input.scope, input.name, input.version) };
});

export const moveStage = defineWrite<RegistryTables, StageMove, MoveResult>('registry.moveStage', async (tx, input) => {
  const { scope, name, version, now } = input;
  const stage = canonicalStage(input.stage);
  if (input.archiveExisting) requireActiveStage(input.stage);
  const model = await lockModel(tx, scope, name);
  const row = await requireVersionRow(tx, scope, name, version);
  const ids = [...input.ids];
  for (const move of await namesMoved(tx, input, model, row.stage, stage)) {
    const refused = await passGate(tx, input, model, move, ids);
    if (refused !== undefined) return refused;
  }
  if (input.archiveExisting) {
    await tx
      .statement(
        `update model_versions set stage = 'Archived', updated_at = ?
         where workspace_id = ? and registered_model_id = ? and stage = ? and version <> ?`,
      )
      .run(now, scope.workspaceId, model.id, stage, version);
  }
  await tx
    .statement('update model_versions set stage = ?, updated_at = ? where workspace_id = ? and registered_model_id = ? and version = ?')
    .run(stage, now, scope.workspaceId, model.id, version);
  await tx.statement('update registered_models set updated_at = ? where id = ?').run(now, model.id);
  return { outcome: 'moved', version: await readOne(tx, scope, name, version) };
});

/** The names that a version's way from stage to stage takes from it or gives to it. */
async function namesMoved(tx: RegistryTx, input: StageMove, model: ModelRow, from: string, to: string): Promise<NameMove[]> {
  const moves: NameMove[] = [];
  const left: Target = { kind: 'stage', name: from };
  // Out of a protected stage it takes the name away from what `models:/name/Stage` resolved to.
  if (from !== to && isProtected(await findGate(tx, input.scope, input.name), left)) {
    const holder = await findHolder(tx, model, left);
    if (holder === input.version) moves.push({ target: left, version: undefined, holder });
  }
  const entered: Target = { kind: 'stage', name: to };
  const holder = await findHolder(tx, model, entered);
  // Where it is what the stage resolves to already, nothing is promoted.
  if (holder !== input.version && (from !== to || input.archiveExisting)) moves.push({ target: entered, version: input.version, holder });
  return moves;
}

/** Judges one name's move and records the decision, whichever way it goes; undefined means that the name may move. */
async function passGate(tx: RegistryTx, input: Move, model: ModelRow, move: NameMove, ids: string[]): Promise<MoveResult | undefined> {
  const ruling = await rule(tx, input, model, move);
  if (ruling === 'unexamined') return { outcome: 'unexamined' };
  const decisionId = ids.pop()!;
  await recordDecision(tx, input, { ...move, ...ruling, decisionId, eventId: ids.pop()! });
  return ruling.verdict.passed ? undefined : { outcome: 'refused', verdict: ruling.verdict, decisionId };
}

async function unchanged(tx: RegistryTx, scope: Scope, name: string, version: number | undefined): Promise<MoveResult> {
  return { outcome: 'unchanged', version: await readOne(tx, scope, name, version) };
}

async function readOne(tx: RegistryTx, scope: Scope, name: string, version: number | undefined): Promise<ModelVersion | undefined> {
  if (version === undefined) return undefined;
  return (await readVersions(tx, [await requireVersionRow(tx, scope, name, version)]))[0];
}
