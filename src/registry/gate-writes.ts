import { createHash } from 'node:crypto';
import { recordAudit, type Principal, type Scope } from '../access/index.ts';
import { defineWrite } from '../backends/db/port.ts';
import type { GateDefinition } from '../formats/project/index.ts';
import { MillwrightError } from '../errors.ts';
import { recordEvent } from '../events/index.ts';
import { findGate } from './gate-rows.ts';
import { checkModelName } from './names.ts';
import { versionNode } from './rows.ts';
import type { RegistryTables, RegistryTx } from './tables.ts';

export interface DeclaredGates {
  readonly principal: Principal;
  readonly now: number;
  readonly auditId: string;
  readonly project: string;
  readonly gates: readonly GateDefinition[];
}

/**
 * Takes over the gates of a project's `millwright.yaml`; a model that the file names no more loses its gate.
 *
 * Whoever may record pipeline runs may declare gates, so each change stands in the audit log. They come from the tree
 * that `repro` runs in; for a project that the server itself checks out, the caller hands over the default branch's file
 * only (DESIGN §9), so that a pull request cannot loosen the gate that judges it.
 */
export const declareGates = defineWrite<RegistryTables, DeclaredGates, void>('registry.declareGates', async (tx, input) => {
  const scope = { workspaceId: input.principal.workspaceId };
  const before = await tx
    .statement<RegistryTables['gates']>('select * from gates where workspace_id = ? and project = ? order by model_name')
    .all(scope.workspaceId, input.project);
  const changes: unknown[] = [];
  const removed: string[] = [];
  for (const row of before) {
    if (input.gates.some((gate) => gate.model === row.model_name)) continue;
    await tx.statement('delete from gates where workspace_id = ? and model_name = ?').run(scope.workspaceId, row.model_name);
    changes.push({ model: row.model_name, gate: null, before: row.expression });
    removed.push(row.model_name);
  }
  for (const gate of input.gates) {
    checkModelName(gate.model);
    const old = await findGate(tx, scope, gate.model);
    const { model, expression, protects, evidence } = gate;
    const same = JSON.stringify(old) === JSON.stringify({ model, project: input.project, expression, protects, evidence });
    if (same) continue;
    await putGate(tx, scope, input, gate);
    changes.push({ model, gate: expression, protects, evidence, before: old?.expression ?? null, takenFrom: old?.project ?? null });
  }
  if (changes.length === 0) return;
  await recordAudit(tx, input.principal, {
    id: input.auditId,
    at: input.now,
    action: 'registry.declareGates',
    subject: input.project,
    detail: { changes },
  });
  if (removed.length > 0) await tellOfRemoved(tx, input, removed);
});

/** One event for all that a file names no more: nobody would look into the audit log for what protects nothing any longer. */
async function tellOfRemoved(
  tx: RegistryTx,
  { principal, auditId, now, project }: DeclaredGates,
  models: readonly string[],
): Promise<void> {
  const { kind, id } = versionNode(models[0]!, 0);
  await recordEvent(tx, principal, {
    id: auditId,
    kind: 'gate.removed',
    subjectKind: kind,
    subjectId: id,
    at: now,
    actor: principal.name,
    data: { project, models: models.join(', ') },
  });
}

async function putGate(tx: RegistryTx, scope: Scope, input: DeclaredGates, gate: GateDefinition): Promise<void> {
  const values = {
    project: input.project,
    expression: gate.expression,
    protects: JSON.stringify(gate.protects),
    evidence_stage: gate.evidence.stage,
    evidence_file: gate.evidence.file,
    declared_at: input.now,
    declared_by: input.principal.name,
  };
  await tx.kysely
    .insertInto('gates')
    .values({ workspace_id: scope.workspaceId, model_name: gate.model, ...values })
    .onConflict((conflict) => conflict.columns(['workspace_id', 'model_name']).doUpdateSet(values))
    .execute();
}

export interface NewEvidence {
  readonly scope: Scope;
  readonly id: string;
  readonly now: number;
  readonly model: string;
  readonly stageRunId: string;
  readonly project: string;
  /** As the pipeline run names it. */
  readonly stage: string;
  readonly file: string;
  /** Text of the file, kept as it is: a file that cannot be read makes the gate refuse, not fall back on an older one. */
  readonly content: string;
}

/** Bytes of evidence at most: numbers, not data. */
const evidenceLimitBytes = 1024 * 1024;

/** Keeps the evidence file of a recorded stage run; the newest of a model that the gate's own stage wrote is what it judges. */
export const recordEvidence = defineWrite<RegistryTables, NewEvidence, void>('registry.recordEvidence', async (tx, evidence) => {
  const bytes = Buffer.from(evidence.content);
  if (bytes.length > evidenceLimitBytes) {
    throw new MillwrightError(
      'PAYLOAD_TOO_LARGE',
      `the evidence file '${evidence.file}' of model '${evidence.model}' has ${bytes.length} bytes, at most ${evidenceLimitBytes} are kept: write metrics only`,
    );
  }
  await tx.kysely
    .insertInto('evidence')
    .values({
      workspace_id: evidence.scope.workspaceId,
      id: evidence.id,
      model_name: evidence.model,
      stage_run_id: evidence.stageRunId,
      file: evidence.file,
      content: evidence.content,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      recorded_at: evidence.now,
      project: evidence.project,
      stage: evidence.stage,
    })
    .execute();
});

/** Forbids from now on that anything is written below an artifact folder: its bytes are being judged. */
export const sealFolder = defineWrite<RegistryTables, { scope: Scope; path: string; now: number }, void>(
  'registry.sealFolder',
  async (tx, { scope, path, now }) => {
    await tx
      .statement('insert into sealed_folders (workspace_id, path, sealed_at) values (?, ?, ?) on conflict (workspace_id, path) do nothing')
      .run(scope.workspaceId, path, now);
  },
);

/** Remembers what the server read: only for files below a sealed folder, so that it stays true. */
export const setDigest = defineWrite<RegistryTables, { scope: Scope; storageLocation: string; digest: string }, void>(
  'registry.setDigest',
  async (tx, { scope, storageLocation, digest }) => {
    await tx
      .statement('update model_versions set digest = ? where workspace_id = ? and storage_location = ?')
      .run(digest, scope.workspaceId, storageLocation);
  },
);
