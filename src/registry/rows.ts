/** Reading registry rows into models and versions; queries and writes share it. */
import type { Scope } from '../access/index.ts';
import type { SqlValue } from '../backends/db/port.ts';
import type { LineageNode } from '../lineage/index.ts';
import type { ModelVersion, RegisteredModel } from './model.ts';
import { checkModelName, modelNotFound, versionNotFound } from './names.ts';
import { parityColumns, parityOf } from './parity-rows.ts';
import type { Parity } from './parity.ts';
import { deletedStage } from './stage.ts';
import type { RegistryTables, RegistryTx } from './tables.ts';

export type ModelRow = RegistryTables['registered_models'];
export type VersionRow = RegistryTables['model_versions'] & { name: string };

/** Parameters of one statement stay well below what SQLite and PostgreSQL take. */
const chunkSize = 500;

const versionColumns = `v.workspace_id, v.registered_model_id, m.name, v.version, v.created_at, v.updated_at, v.description, v.user_id,
  v.stage, v.source, v.storage_location, v.run_id, v.run_link, v.logged_model_id, v.digest`;

/** `select` of versions with their model's name, without deleted ones; conditions follow with `and`. */
export const selectVersions = `select ${versionColumns} from model_versions v
  join registered_models m on m.id = v.registered_model_id
  where v.workspace_id = ? and v.stage <> '${deletedStage}'`;

/** A version in lineage and events. */
export function versionNode(name: string, version: number): LineageNode {
  return { kind: 'model_version', id: `${name}/${version}` };
}

export async function findModelRow(tx: RegistryTx, scope: Scope, name: string): Promise<ModelRow | undefined> {
  checkModelName(name);
  const [row] = await tx
    .statement<ModelRow>(
      'select workspace_id, id, name, created_at, updated_at, description from registered_models where workspace_id = ? and name = ?',
    )
    .all(scope.workspaceId, name);
  return row;
}

/** The model of a change: locked until the transaction ends, so that changes of one model come one after the other. */
export async function lockModel(tx: RegistryTx, scope: Scope, name: string): Promise<ModelRow> {
  checkModelName(name);
  const lock = tx.capabilities.rowLocks ? ' for update' : '';
  const [row] = await tx
    .statement<ModelRow>(
      `select workspace_id, id, name, created_at, updated_at, description from registered_models where workspace_id = ? and name = ?${lock}`,
    )
    .all(scope.workspaceId, name);
  if (row === undefined) throw modelNotFound(name);
  return row;
}

export async function findVersionRow(tx: RegistryTx, scope: Scope, name: string, version: number): Promise<VersionRow | undefined> {
  checkModelName(name);
  const [row] = await tx
    .statement<VersionRow>(`${selectVersions} and m.workspace_id = v.workspace_id and m.name = ? and v.version = ?`)
    .all(scope.workspaceId, name, version);
  return row;
}

export async function requireVersionRow(tx: RegistryTx, scope: Scope, name: string, version: number): Promise<VersionRow> {
  const row = await findVersionRow(tx, scope, name, version);
  if (row === undefined) throw versionNotFound(name, version);
  return row;
}

/** The rows with their tags and aliases, in the order given. */
export async function readVersions(tx: RegistryTx, rows: readonly VersionRow[]): Promise<ModelVersion[]> {
  const ids = [...new Set(rows.map((row) => row.registered_model_id))];
  const wanted = new Map<string, Attached>(
    rows.map((row) => [keyOf(row.registered_model_id, row.version), { tags: [], aliases: [], parity: undefined }]),
  );
  const lowest = rows.reduce((least, row) => Math.min(least, row.version), Infinity);
  const highest = rows.reduce((most, row) => Math.max(most, row.version), 0);
  const between = rows.length === 0 ? [] : [lowest, highest];
  for (const row of await inChunks<RegistryTables['model_version_tags']>(
    tx,
    'select registered_model_id, version, key, value from model_version_tags where version between ? and ? and registered_model_id in',
    between,
    ids,
    'order by key',
  )) {
    wanted.get(keyOf(row.registered_model_id, row.version))?.tags.push({ key: row.key, value: row.value });
  }
  for (const row of await inChunks<RegistryTables['registered_model_aliases']>(
    tx,
    'select registered_model_id, alias, version from registered_model_aliases where version between ? and ? and registered_model_id in',
    between,
    ids,
    'order by alias',
  )) {
    wanted.get(keyOf(row.registered_model_id, row.version))?.aliases.push(row.alias);
  }
  for (const row of await inChunks<RegistryTables['parity_checks']>(
    tx,
    `select ${parityColumns} from parity_checks where version between ? and ? and registered_model_id in`,
    between,
    ids,
    '',
  )) {
    const version = wanted.get(keyOf(row.registered_model_id, row.version));
    if (version !== undefined) version.parity = parityOf(row);
  }
  return rows.map((row) => versionOf(row, wanted.get(keyOf(row.registered_model_id, row.version))!));
}

/** The rows with tags, aliases and the latest version of each stage, in the order given. */
export async function readModels(tx: RegistryTx, scope: Scope, rows: readonly ModelRow[]): Promise<RegisteredModel[]> {
  const ids = rows.map((row) => row.id);
  const tags = await inChunks<RegistryTables['registered_model_tags']>(
    tx,
    'select registered_model_id, key, value from registered_model_tags where registered_model_id in',
    [],
    ids,
    'order by key',
  );
  const aliases = await inChunks<RegistryTables['registered_model_aliases']>(
    tx,
    'select registered_model_id, alias, version from registered_model_aliases where registered_model_id in',
    [],
    ids,
    'order by alias',
  );
  const tagsOf = Map.groupBy(tags, (row) => row.registered_model_id);
  const aliasesOf = Map.groupBy(aliases, (row) => row.registered_model_id);
  const latestOf = Map.groupBy(await latestRows(tx, scope, ids), (row) => row.registered_model_id);
  const models: RegisteredModel[] = [];
  for (const row of rows) {
    models.push({
      name: row.name,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
      description: row.description ?? undefined,
      tags: (tagsOf.get(row.id) ?? []).map(({ key, value }) => ({ key, value })),
      aliases: (aliasesOf.get(row.id) ?? []).map(({ alias, version }) => ({ alias, version })),
      latestVersions: await readVersions(tx, latestOf.get(row.id) ?? []),
    });
  }
  return models;
}

/** The highest version of each stage of each model, oldest first. */
export function latestRows(tx: RegistryTx, scope: Scope, modelIds: readonly string[]): Promise<VersionRow[]> {
  return inChunks<VersionRow>(
    tx,
    `${selectVersions} and (v.registered_model_id, v.version) in (
       select registered_model_id, max(version) from model_versions
       where workspace_id = ? and stage <> '${deletedStage}' and registered_model_id in`,
    [scope.workspaceId, scope.workspaceId],
    modelIds,
    'group by registered_model_id, stage) order by v.version',
  );
}

async function inChunks<Row>(
  tx: RegistryTx,
  head: string,
  parameters: readonly SqlValue[],
  ids: readonly string[],
  tail: string,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (let start = 0; start < ids.length; start += chunkSize) {
    const chunk = ids.slice(start, start + chunkSize);
    const statement = tx.statement<Row>(`${head} (${chunk.map(() => '?').join(', ')}) ${tail}`);
    rows.push(...(await statement.all(...parameters, ...chunk)));
  }
  return rows;
}

interface Attached {
  readonly tags: { key: string; value: string }[];
  readonly aliases: string[];
  parity: Parity | undefined;
}

function keyOf(modelId: string, version: number): string {
  return `${modelId}/${version}`;
}

function versionOf(row: VersionRow, attached: Attached): ModelVersion {
  return {
    name: row.name,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    description: row.description ?? undefined,
    userId: row.user_id ?? undefined,
    stage: row.stage,
    source: row.source,
    storageLocation: row.storage_location,
    runId: row.run_id ?? undefined,
    runLink: row.run_link ?? undefined,
    loggedModelId: row.logged_model_id ?? undefined,
    digest: row.digest ?? undefined,
    ...attached,
  };
}
