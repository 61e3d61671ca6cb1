import type { Scope } from '../access/index.ts';
import { defineRead } from '../backends/db/port.ts';
import type { ClauseResult } from '../formats/project/index.ts';
import { findChampion, findGate, findHolder, isProtected, type Gate, type Target } from './gate-rows.ts';
import { modelNotFound, versionNotFound } from './names.ts';
import { findModelRow, findVersionRow } from './rows.ts';
import type { RegistryTables } from './tables.ts';

/** Whose files a promotion's digests are taken from: the version's own and those of the one it would replace. */
export interface Contender {
  readonly version: number;
  readonly storageLocation: string;
  readonly digest: string | undefined;
}

/** Whose files must have been read before a promotion is judged; nothing where no gate protects the names. */
export const promotionContenders = defineRead<
  RegistryTables,
  { scope: Scope; name: string; version: number; targets: readonly Target[] },
  Contender[]
>('registry.promotionContenders', async (tx, { scope, name, version, targets }) => {
  const model = await findModelRow(tx, scope, name);
  if (model === undefined) throw modelNotFound(name);
  const gate = await findGate(tx, scope, name);
  const versions = new Set<number>();
  for (const target of targets) {
    if (gate === undefined || !isProtected(gate, target) || (await findHolder(tx, model, target)) === version) continue;
    versions.add(version);
    const champion = await findChampion(tx, model, gate, target, version);
    if (champion !== undefined) versions.add(champion);
  }
  const contenders: Contender[] = [];
  for (const number of versions) {
    const row = await findVersionRow(tx, scope, name, number);
    if (row === undefined) throw versionNotFound(name, number);
    contenders.push({ version: number, storageLocation: row.storage_location, digest: row.digest ?? undefined });
  }
  return contenders;
});

/** One decision about a name, as it was taken. */
export interface Decision {
  readonly id: string;
  readonly model: string;
  /** Undefined where the name was taken away. */
  readonly version: number | undefined;
  readonly previousVersion: number | undefined;
  readonly target: Target;
  readonly outcome: 'moved' | 'refused';
  /** What it rests on. */
  readonly basis: 'gate' | 'override' | 'no gate';
  /** Of a refusal why; of an override its reason. */
  readonly message: string;
  readonly expression: string | undefined;
  readonly clauses: readonly ClauseResult[];
  readonly digest: string | undefined;
  readonly evidence:
    | { readonly id: string; readonly stageRunId: string; readonly file: string; readonly sha256: string; readonly content: string }
    | undefined;
  readonly actor: string;
  readonly at: number;
}

/** Decisions of one model, newest first; `before` is the id of the last one of the page before. */
export const listDecisions = defineRead<
  RegistryTables,
  { scope: Scope; name: string; limit: number; before: string | undefined },
  Decision[]
>('registry.listDecisions', async (tx, { scope, name, limit, before }) => {
  let query = tx.kysely
    .selectFrom('decisions as d')
    .leftJoin('evidence as e', 'e.id', 'd.evidence_id')
    .select(['d.id', 'd.model_name', 'd.version', 'd.previous_version', 'd.target_kind', 'd.target_name', 'd.outcome', 'd.basis'])
    .select(['d.message', 'd.expression', 'd.clauses', 'd.digest', 'd.actor', 'd.at'])
    .select(['e.id as evidence_id', 'e.stage_run_id', 'e.file', 'e.sha256', 'e.content'])
    .where('d.workspace_id', '=', scope.workspaceId)
    .where('d.model_name', '=', name)
    .orderBy('d.id', 'desc')
    .limit(limit);
  if (before !== undefined) query = query.where('d.id', '<', before);
  return (await query.execute()).map((row) => ({
    id: row.id,
    model: row.model_name,
    version: row.version ?? undefined,
    previousVersion: row.previous_version ?? undefined,
    target: { kind: row.target_kind as Target['kind'], name: row.target_name },
    outcome: row.outcome as Decision['outcome'],
    basis: row.basis as Decision['basis'],
    message: row.message,
    expression: row.expression ?? undefined,
    clauses: JSON.parse(row.clauses) as ClauseResult[],
    digest: row.digest ?? undefined,
    evidence:
      row.evidence_id === null
        ? undefined
        : { id: row.evidence_id, stageRunId: row.stage_run_id!, file: row.file!, sha256: row.sha256!, content: row.content! },
    actor: row.actor,
    at: row.at,
  }));
});

/** One move of a name: who put it where, and on what grounds. */
export interface NameMoved {
  readonly id: string;
  /** Undefined where the name was taken away. */
  readonly version: number | undefined;
  readonly basis: Decision['basis'];
  readonly actor: string;
  readonly at: number;
}

/** The newest move of an alias or a stage of a model; where a version is given, of its moves to that version. */
export const findLastMove = defineRead<
  RegistryTables,
  { scope: Scope; name: string; target: Target; version?: number },
  NameMoved | undefined
>('registry.findLastMove', async (tx, { scope, name, target, version }) => {
  const [row] = await tx
    .statement<Pick<RegistryTables['decisions'], 'id' | 'version' | 'basis' | 'actor' | 'at'>>(
      `select id, version, basis, actor, at from decisions
       where workspace_id = ? and model_name = ? and target_kind = ? and target_name = ? and outcome = 'moved'
       ${version === undefined ? '' : 'and version = ?'} order by id desc limit 1`,
    )
    .all(scope.workspaceId, name, target.kind, target.name, ...(version === undefined ? [] : [version]));
  return row && { ...row, version: row.version ?? undefined, basis: row.basis as Decision['basis'] };
});

export const listGates = defineRead<RegistryTables, { scope: Scope; models: readonly string[] }, Gate[]>(
  'registry.listGates',
  async (tx, { scope, models }) => {
    const gates: Gate[] = [];
    for (const model of models) {
      const gate = await findGate(tx, scope, model);
      if (gate !== undefined) gates.push(gate);
    }
    return gates;
  },
);

/** The sealed folder that `path` lies in, if any. */
export const findSealedFolder = defineRead<RegistryTables, { scope: Scope; path: string }, string | undefined>(
  'registry.findSealedFolder',
  async (tx, { scope, path }) => {
    const parts = path.split('/');
    const folders = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
    const [row] = await tx
      .statement<{ path: string }>(
        `select path from sealed_folders where workspace_id = ? and path in (${folders.map(() => '?').join(', ')}) limit 1`,
      )
      .all(scope.workspaceId, ...folders);
    return row?.path;
  },
);
