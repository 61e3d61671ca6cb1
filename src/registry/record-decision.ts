import { recordEvent } from '../events/index.ts';
import { recordEdges } from '../lineage/index.ts';
import type { Move, NameMove, Ruling } from './move.ts';
import { versionNode } from './rows.ts';
import type { RegistryTx } from './tables.ts';

interface DecisionEntry extends NameMove, Ruling {
  readonly decisionId: string;
  readonly eventId: string;
}

/** Writes a decision, its edges and its event. */
export async function recordDecision(tx: RegistryTx, input: Move, entry: DecisionEntry): Promise<void> {
  const { target, version, holder: previous, verdict, basis, decisionId } = entry;
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
