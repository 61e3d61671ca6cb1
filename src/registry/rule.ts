import type { Scope } from '../access/index.ts';
import { MillwrightError } from '../errors.ts';
import { findChampion, findGate, findHolder, isProtected, targetsOf, type Gate, type Target } from './gate-rows.ts';
import { judge, type Evidence } from './judge.ts';
import type { Follower, Move, NameMove, Ruling } from './move.ts';
import { findParity } from './parity-rows.ts';
import { parityRefusal, type Parity } from './parity.ts';
import { requireVersionRow, type ModelRow } from './rows.ts';
import type { RegistryTx } from './tables.ts';

/** Judges one name's move by its gate; 'unexamined' where a version's files must be read first. */
export async function rule(tx: RegistryTx, input: Move, model: ModelRow, { target, version }: NameMove): Promise<Ruling | 'unexamined'> {
  const declared = await findGate(tx, input.scope, input.name);
  const gate = isProtected(declared, target) ? declared : undefined;
  const candidate = version === undefined ? undefined : await requireVersionRow(tx, input.scope, input.name, version);
  const nothing = { expression: gate?.expression, evidence: undefined, digest: candidate?.digest ?? undefined };
  const parity = candidate && (await findParity(tx, candidate.registered_model_id, candidate.version));
  const unfit = gate === undefined ? unfitToServe(input, target, candidate && { version: candidate.version, parity }) : undefined;
  if (gate === undefined && unfit === undefined)
    return { ...nothing, basis: 'no gate', verdict: { passed: true, message: input.reason ?? '', clauses: [] } };
  if (input.override !== undefined)
    return { ...nothing, basis: 'override', verdict: { passed: true, message: input.override, clauses: [] } };
  if (gate === undefined) return { ...nothing, basis: 'no gate', verdict: { passed: false, message: unfit!, clauses: [] } };
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
    parity,
    champion: champion && { version: champion.version, digest: champion.digest ?? undefined },
    alreadyLetThrough: evidence !== undefined && (await standsElsewhere(tx, input.scope, model, gate, target, version, evidence.sha256)),
  });
  return { basis: 'gate', verdict, expression: gate.expression, evidence, digest: candidate.digest ?? undefined };
}

/** A new name brings the model under the endpoints that follow it. @throws GATE_REFUSED where one would serve a version that may not be */
export async function refuseServingUnfit(
  tx: RegistryTx,
  model: ModelRow,
  renamed: { readonly name: string; readonly followers: readonly Follower[] },
): Promise<void> {
  for (const { target } of renamed.followers) {
    const version = await findHolder(tx, model, target);
    if (version === undefined) continue;
    const unfit = unfitToServe(renamed, target, { version, parity: await findParity(tx, model.id, version) });
    if (unfit !== undefined) throw new MillwrightError('GATE_REFUSED', unfit);
  }
}

/** Why a version may not stand under a name that an endpoint follows, gate or no gate. */
function unfitToServe(
  { name, followers }: Pick<Move, 'name' | 'followers'>,
  { kind, name: followed }: Target,
  candidate: { readonly version: number; readonly parity: Parity | undefined } | undefined,
): string | undefined {
  const refusal = parityRefusal(candidate?.parity);
  const follower = followers.find(({ target }) => target.kind === kind && target.name === followed);
  if (candidate === undefined || refusal === undefined || follower === undefined) return undefined;
  return `the endpoint '${follower.endpoint}' follows the ${kind} '${followed}' of '${name}', and version ${candidate.version} may not be served: ${refusal}`;
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
