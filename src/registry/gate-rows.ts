/** Gates as they stand in the database, and what they forbid besides moving a name. */
import type { Scope } from '../access/index.ts';
import { MillwrightError } from '../errors.ts';
import type { ModelRow } from './rows.ts';
import { canonicalStage } from './stage.ts';
import type { RegistryTables, RegistryTx } from './tables.ts';

/** A gate of `millwright.yaml`, as it was declared. */
export interface Gate {
  readonly model: string;
  readonly project: string;
  /** CEL; `formats/project` compiles it. */
  readonly expression: string;
  /** Aliases, exact, and stages. */
  readonly protects: readonly string[];
  readonly evidence: { readonly stage: string; readonly file: string };
}

/** What a version can be promoted to. */
export interface Target {
  readonly kind: 'alias' | 'stage';
  readonly name: string;
}

export async function findGate(tx: RegistryTx, scope: Scope, model: string): Promise<Gate | undefined> {
  const [row] = await tx
    .statement<RegistryTables['gates']>('select * from gates where workspace_id = ? and model_name = ?')
    .all(scope.workspaceId, model);
  return (
    row && {
      model: row.model_name,
      project: row.project,
      expression: row.expression,
      protects: JSON.parse(row.protects) as string[],
      evidence: { stage: row.evidence_stage, file: row.evidence_file },
    }
  );
}

export function isProtected(gate: Gate | undefined, target: Target): boolean {
  if (gate === undefined) return false;
  if (target.kind === 'alias') return gate.protects.includes(target.name);
  return gate.protects.some((name) => name.toLowerCase() === target.name.toLowerCase());
}

/** The version that a name stands for now: the one an alias is on, or the highest of a stage, as `models:/` URIs resolve. */
export async function findHolder(tx: RegistryTx, model: ModelRow, target: Target): Promise<number | undefined> {
  const [row] =
    target.kind === 'alias'
      ? await tx
          .statement<{ version: number }>('select version from registered_model_aliases where registered_model_id = ? and alias = ?')
          .all(model.id, target.name)
      : await tx
          .statement<{ version: number | null }>(
            'select max(version) as version from model_versions where workspace_id = ? and registered_model_id = ? and stage = ?',
          )
          .all(model.workspace_id, model.id, canonicalStage(target.name));
  return row?.version ?? undefined;
}

/** The protected names of a gate, each as the alias and, where there is such a stage, the stage that it may be. */
export function targetsOf(gate: Gate): Target[] {
  return gate.protects.flatMap((name) => {
    const stage = ['none', 'staging', 'production', 'archived'].includes(name.toLowerCase());
    return [{ kind: 'alias', name }, ...(stage ? [{ kind: 'stage', name: canonicalStage(name) } as Target] : [])];
  });
}

/**
 * The version that a promotion of `version` has to beat: the one it would replace; where the name stands on none, the one
 * that another protected name stands on, so that a second name is no way around the champion of the first.
 */
export async function findChampion(
  tx: RegistryTx,
  model: ModelRow,
  gate: Gate,
  target: Target,
  version: number,
): Promise<number | undefined> {
  const holder = await findHolder(tx, model, target);
  if (holder !== undefined) return holder;
  for (const other of targetsOf(gate)) {
    const held = await findHolder(tx, model, other);
    if (held !== undefined && held !== version) return held;
  }
  return undefined;
}

/**
 * Deleting what a protected name stands on would move the name past the gate: the next candidate would meet no champion.
 * @param version undefined: all of them
 */
export async function refuseLosingNames(tx: RegistryTx, scope: Scope, model: ModelRow, version: number | undefined): Promise<void> {
  const gate = await findGate(tx, scope, model.name);
  if (gate === undefined) return;
  for (const target of targetsOf(gate)) {
    const holder = await findHolder(tx, model, target);
    if (holder === undefined || (version !== undefined && holder !== version)) continue;
    throw new MillwrightError(
      'GATE_REFUSED',
      `version ${holder} of '${model.name}' holds the ${target.kind} '${target.name}', which the gate of project '${gate.project}' protects: ` +
        `promote another version first, or let an administrator take the name away (\`millwright models promote --none --override REASON\`)`,
    );
  }
}

/** A gate belongs to a name: renaming would carry a champion out of its gate, or another model's champion into it. */
export async function refuseMovingModel(tx: RegistryTx, scope: Scope, name: string, newName: string): Promise<void> {
  for (const gated of [name, newName]) {
    const gate = await findGate(tx, scope, gated);
    if (gate === undefined) continue;
    throw new MillwrightError(
      'GATE_REFUSED',
      `the model name '${gated}' has a gate in the millwright.yaml of project '${gate.project}': take it out there before renaming`,
    );
  }
}
