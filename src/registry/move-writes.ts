/** Moving an alias or a stage: judged, applied and recorded in one transaction, so that of two promotions one decides. */
import type { Scope } from '../access/index.ts';
import { defineWrite } from '../backends/db/port.ts';
import { recordEvent } from '../events/index.ts';
import { recordEdges } from '../lineage/index.ts';
import { findChampion, findGate, findHolder, isProtected, targetsOf, type Gate, type Target } from './gate-rows.ts';
import { judge, type Evidence, type Verdict } from './judge.ts';
import type { ModelVersion } from './model.ts';
import { checkAliasFree, checkAlias } from './names.ts';
import { lockModel, readVersions, requireVersionRow, versionNode, type ModelRow } from './rows.ts';
import { canonicalStage, requireActiveStage } from './stage.ts';
import type { Act, RegistryTables, RegistryTx } from './tables.ts';

export interface Move extends Act {
  readonly name: string;
  /** Fresh ids: as many as a move can write rows. */
  readonly ids: readonly string[];
  /** Why an administrator moves it past the gate. */
  readonly override: string | undefined;
  /** What people are told where no gate judged. */
  readonly reason: string | undefined;
  /** Versions whose files have been read: one that is not among them and has no digest must be read first. */
  readonly examined: readonly number[];
}

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
  const refused = await passGate(tx, input, model, target, input.version, holder, ids);
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
  const refused =
    (await leaveStage(tx, input, model, row.stage, stage, ids)) ?? (await enterStage(tx, input, model, row.stage, stage, ids));
  if (refused !== undefined) return refused;
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

/** A version that goes out of a protected stage takes the name away from what `models:/name/Stage` resolved to. */
async function leaveStage(
  tx: RegistryTx,
  input: StageMove,
  model: ModelRow,
  from: string,
  to: string,
  ids: string[],
): Promise<MoveResult | undefined> {
  const target: Target = { kind: 'stage', name: from };
  if (from === to || !isProtected(await findGate(tx, input.scope, input.name), target)) return undefined;
  const holder = await findHolder(tx, model, target);
  return holder === input.version ? passGate(tx, input, model, target, undefined, holder, ids) : undefined;
}

/** Where the version is what the stage resolves to already, nothing is promoted. */
async function enterStage(
  tx: RegistryTx,
  input: StageMove,
  model: ModelRow,
  from: string,
  to: string,
  ids: string[],
): Promise<MoveResult | undefined> {
  const target: Target = { kind: 'stage', name: to };
  const holder = await findHolder(tx, model, target);
  if (holder === input.version || (from === to && !input.archiveExisting)) return undefined;
  return passGate(tx, input, model, target, input.version, holder, ids);
}

/** Judges one name's move and records the decision, whichever way it goes; undefined means that the name may move. */
async function passGate(
  tx: RegistryTx,
  input: Move,
  model: ModelRow,
  target: Target,
  version: number | undefined,
  holder: number | undefined,
  ids: string[],
): Promise<MoveResult | undefined> {
  const gate = await findGate(tx, input.scope, input.name);
  const ruling = await rule(tx, input, model, isProtected(gate, target) ? gate : undefined, target, version);
  if (ruling === 'unexamined') return { outcome: 'unexamined' };
  const decisionId = ids.pop()!;
  const entry: DecisionEntry = { ...ruling, decisionId, eventId: ids.pop()!, target, version, previous: holder };
  await recordDecision(tx, input, entry);
  return ruling.verdict.passed ? undefined : { outcome: 'refused', verdict: ruling.verdict, decisionId };
}

interface Ruling {
  readonly basis: 'gate' | 'override' | 'no gate';
  readonly verdict: Verdict;
  readonly expression: string | undefined;
  readonly evidence: { readonly id: string; readonly stageRunId: string } | undefined;
  readonly digest: string | undefined;
}

async function rule(
  tx: RegistryTx,
  input: Move,
  model: ModelRow,
  gate: Gate | undefined,
  target: Target,
  version: number | undefined,
): Promise<Ruling | 'unexamined'> {
  const candidate = version === undefined ? undefined : await requireVersionRow(tx, input.scope, input.name, version);
  const nothing = { expression: gate?.expression, evidence: undefined, digest: candidate?.digest ?? undefined };
  if (gate === undefined) return { ...nothing, basis: 'no gate', verdict: { passed: true, message: input.reason ?? '', clauses: [] } };
  if (input.override !== undefined)
    return { ...nothing, basis: 'override', verdict: { passed: true, message: input.override, clauses: [] } };
  if (version === undefined || candidate === undefined)
    return { ...nothing, basis: 'gate', verdict: { passed: false, message: keepsName(gate, target), clauses: [] } };
  const championVersion = await findChampion(tx, model, gate, target, version);
  const champion = championVersion === undefined ? undefined : await requireVersionRow(tx, input.scope, input.name, championVersion);
  for (const row of [candidate, champion]) {
    if (row !== undefined && row.digest === null && !input.examined.includes(row.version)) return 'unexamined';
  }
  const evidence = await newestEvidence(tx, input.scope, gate);
  const verdict = judge({
    model: input.name,
    version,
    target,
    gate,
    evidence,
    digest: candidate.digest ?? undefined,
    champion: champion && { version: champion.version, digest: champion.digest ?? undefined },
    alreadyLetThrough: evidence !== undefined && (await standsElsewhere(tx, input.scope, model, gate, target, version, evidence.sha256)),
  });
  return { basis: 'gate', verdict, expression: gate.expression, evidence, digest: candidate.digest ?? undefined };
}

function keepsName(gate: Gate, target: Target): string {
  return (
    `the gate of '${gate.model}' (project '${gate.project}') protects the ${target.kind} '${target.name}': without it the next candidate would meet ` +
    'no champion. Promote another version, or let an administrator take it away with a reason (`millwright models promote --none --override REASON`)'
  );
}

/** Of the stage that the gate names, by its name or, where two files have one of that name, by its address. */
async function newestEvidence(
  tx: RegistryTx,
  scope: Scope,
  gate: Gate,
): Promise<(Evidence & { readonly stageRunId: string; readonly sha256: string }) | undefined> {
  const { stage, file } = gate.evidence;
  const [row] = await tx
    .statement<{ id: string; content: string; stage_run_id: string; sha256: string }>(
      `select id, content, stage_run_id, sha256 from evidence
       where workspace_id = ? and model_name = ? and file = ? and project = ?
         and (stage = ? or substr(stage, length(stage) - ?) = ?)
       order by recorded_at desc, id desc limit 1`,
    )
    .all(scope.workspaceId, gate.model, file, gate.project, stage, [...stage].length, `:${stage}`);
  return row && { id: row.id, content: row.content, stageRunId: row.stage_run_id, sha256: row.sha256 };
}

/** Whether the same evidence (a cached stage hands it over again) put the version on another protected name, where it still stands. */
async function standsElsewhere(
  tx: RegistryTx,
  scope: Scope,
  model: ModelRow,
  gate: Gate,
  target: Target,
  version: number,
  sha256: string,
): Promise<boolean> {
  for (const other of targetsOf(gate)) {
    if (other.kind === target.kind && other.name === target.name) continue;
    if ((await findHolder(tx, model, other)) !== version) continue;
    const [row] = await tx
      .statement(
        `select 1 from decisions d join evidence e on e.id = d.evidence_id
         where d.workspace_id = ? and d.model_name = ? and d.version = ? and e.sha256 = ?
           and d.target_kind = ? and d.target_name = ? and d.outcome = 'moved' limit 1`,
      )
      .all(scope.workspaceId, model.name, version, sha256, other.kind, other.name);
    if (row !== undefined) return true;
  }
  return false;
}

interface DecisionEntry extends Ruling {
  readonly decisionId: string;
  readonly eventId: string;
  readonly target: Target;
  readonly version: number | undefined;
  readonly previous: number | undefined;
}

async function recordDecision(tx: RegistryTx, input: Move, entry: DecisionEntry): Promise<void> {
  const { target, version, previous, verdict, basis, decisionId } = entry;
  const passed = verdict.passed;
  await tx.kysely
    .insertInto('decisions')
    .values({
      workspace_id: input.scope.workspaceId,
      id: decisionId,
      model_name: input.name,
      version: version ?? null,
      previous_version: previous ?? null,
      target_kind: target.kind,
      target_name: target.name,
      outcome: passed ? 'moved' : 'refused',
      basis,
      message: verdict.message,
      expression: entry.expression ?? null,
      clauses: JSON.stringify(verdict.clauses),
      evidence_id: entry.evidence?.id ?? null,
      digest: entry.digest ?? null,
      actor: input.actor,
      at: input.now,
    })
    .execute();
  const subject = version ?? previous;
  const decision = { kind: 'decision' as const, id: decisionId };
  await recordEdges(tx, input.scope, input.now, [
    ...(subject === undefined ? [] : [{ from: versionNode(input.name, subject), to: decision, relation: passed ? 'promoted' : 'refused' }]),
    ...(entry.evidence === undefined
      ? []
      : [{ from: { kind: 'stage_run' as const, id: entry.evidence.stageRunId }, to: decision, relation: 'evidence' }]),
  ]);
  await recordEvent(tx, input.scope, {
    id: entry.eventId,
    kind: !passed ? 'gate.refused' : target.kind === 'alias' ? 'alias.moved' : 'stage.moved',
    subjectKind: 'model_version',
    subjectId: versionNode(input.name, subject ?? 0).id,
    at: input.now,
    actor: input.actor,
    data: {
      name: input.name,
      [target.kind]: target.name,
      version: version ?? null,
      previousVersion: previous ?? null,
      basis,
      decisionId,
      message: verdict.message,
    },
  });
}

async function unchanged(tx: RegistryTx, scope: Scope, name: string, version: number | undefined): Promise<MoveResult> {
  return { outcome: 'unchanged', version: await readOne(tx, scope, name, version) };
}

async function readOne(tx: RegistryTx, scope: Scope, name: string, version: number | undefined): Promise<ModelVersion | undefined> {
  if (version === undefined) return undefined;
  return (await readVersions(tx, [await requireVersionRow(tx, scope, name, version)]))[0];
}
