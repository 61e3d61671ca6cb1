import type { Scope } from '../access/index.ts';
import { asTx, defineWrite } from '../backends/db/port.ts';
import { MillwrightError } from '../errors.ts';
import { recordEvent } from '../events/index.ts';
import { recordEdges, renameNode, type Edge } from '../lineage/index.ts';
import { noteRegistration } from '../tracking/index.ts';
import { refuseLosingNames, refuseMovingModel } from './gate-rows.ts';
import { recordRename } from './held-names.ts';
import type { ModelVersion, RegisteredModel } from './model.ts';
import type { Follower } from './move.ts';
import { checkModelName, checkTagKey, checkTags, refusePrompts, type Tag } from './names.ts';
import { startParity, type ParityStart } from './parity-writes.ts';
import { lockModel, readModels, readVersions, requireVersionRow, versionNode, type ModelRow } from './rows.ts';
import { refuseServingUnfit } from './rule.ts';
import { deletedStage } from './stage.ts';
import type { Act, RegistryTables, RegistryTx } from './tables.ts';

export interface NewModel extends Act {
  readonly id: string;
  readonly name: string;
  readonly description: string | undefined;
  readonly tags: readonly Tag[];
}

/** @throws RESOURCE_ALREADY_EXISTS where the name is taken */
export const createModel = defineWrite<RegistryTables, NewModel, RegisteredModel>('registry.createModel', async (tx, model) => {
  checkModelName(model.name);
  checkTags(model.tags);
  refusePrompts(model.tags);
  const [row] = await tx
    .statement<ModelRow>(
      `insert into registered_models (workspace_id, id, name, created_at, updated_at, description) values (?, ?, ?, ?, ?, ?)
       on conflict (workspace_id, name) do nothing
       returning workspace_id, id, name, created_at, updated_at, description`,
    )
    .all(model.scope.workspaceId, model.id, model.name, model.now, model.now, model.description ?? null);
  if (row === undefined) throw nameTaken(model.name);
  for (const tag of model.tags) await putModelTag(tx, row.id, tag);
  return (await readModels(tx, model.scope, [row]))[0]!;
});

/** An absent description takes the old one away, as MLflow has it. */
export const updateModel = defineWrite<RegistryTables, Act & { name: string; description: string | undefined }, RegisteredModel>(
  'registry.updateModel',
  async (tx, { scope, now, name, description = null }) => {
    const row = await lockModel(tx, scope, name);
    await tx.statement('update registered_models set description = ?, updated_at = ? where id = ?').run(description, now, row.id);
    return (await readModels(tx, scope, [{ ...row, description, updated_at: now }]))[0]!;
  },
);

export interface Renaming extends Act {
  readonly name: string;
  readonly newName: string;
  /** Aliases and stages of the new name that endpoints follow. */
  readonly followers: readonly Follower[];
}

/**
 * @throws RESOURCE_ALREADY_EXISTS where the new name is taken, GATE_REFUSED where either name has a gate, or an endpoint that follows the
 * new one would serve a version that may not be served
 */
export const renameModel = defineWrite<RegistryTables, Renaming, RegisteredModel>(
  'registry.renameModel',
  async (tx, { scope, now, name, newName, followers }) => {
    checkModelName(newName, 'new_name');
    const row = await lockModel(tx, scope, name);
    await refuseMovingModel(tx, scope, name, newName);
    if (newName !== name) await refuseServingUnfit(tx, row, { name: newName, followers });
    const [taken] = await tx
      .statement('select 1 from registered_models where workspace_id = ? and name = ? and id <> ?')
      .all(scope.workspaceId, newName, row.id);
    if (taken !== undefined) throw nameTaken(newName);
    if (newName !== name) await recordRename(tx, scope, now, name, newName);
    await tx.statement('update registered_models set name = ?, updated_at = ? where id = ?').run(newName, now, row.id);
    await tx
      .statement('update model_versions set updated_at = ? where workspace_id = ? and registered_model_id = ?')
      .run(now, scope.workspaceId, row.id);
    await renameHistory(tx, scope, row.id, name, newName);
    return (await readModels(tx, scope, [{ ...row, name: newName, updated_at: now }]))[0]!;
  },
);

/** Decisions and lineage know a version by its model's name. */
async function renameHistory(tx: RegistryTx, scope: Scope, id: string, name: string, newName: string): Promise<void> {
  await tx.statement('update decisions set model_name = ? where workspace_id = ? and model_name = ?').run(newName, scope.workspaceId, name);
  const versions = await tx
    .statement<{ version: number }>('select version from model_versions where workspace_id = ? and registered_model_id = ?')
    .all(scope.workspaceId, id);
  for (const { version } of versions) await renameNode(tx, scope, versionNode(name, version), versionNode(newName, version));
}

/** @throws GATE_REFUSED while a name that a gate protects stands on one of its versions */
export const deleteModel = defineWrite<RegistryTables, Act & { name: string }, void>(
  'registry.deleteModel',
  async (tx, { scope, name }) => {
    const row = await lockModel(tx, scope, name);
    await refuseLosingNames(tx, scope, row, undefined);
    await tx.statement('delete from registered_models where id = ?').run(row.id);
  },
);

export const setModelTag = defineWrite<RegistryTables, Act & { name: string; tag: Tag }, void>(
  'registry.setModelTag',
  async (tx, { scope, name, tag }) => {
    checkModelName(name);
    checkTags([tag]);
    refusePrompts([tag]);
    await putModelTag(tx, (await lockModel(tx, scope, name)).id, tag);
  },
);

export const deleteModelTag = defineWrite<RegistryTables, Act & { name: string; key: string }, void>(
  'registry.deleteModelTag',
  async (tx, { scope, name, key }) => {
    checkModelName(name);
    checkTagKey(key);
    const row = await lockModel(tx, scope, name);
    await tx.statement('delete from registered_model_tags where registered_model_id = ? and key = ?').run(row.id, key);
  },
);

export interface NewVersion extends Act {
  readonly eventId: string;
  readonly name: string;
  readonly source: string;
  readonly storageLocation: string;
  readonly runId: string | undefined;
  readonly runLink: string | undefined;
  readonly loggedModelId: string | undefined;
  readonly description: string | undefined;
  readonly tags: readonly Tag[];
  /** Undefined where the version has no two flavours to compare. */
  readonly parity: ParityStart | undefined;
}

/** Numbers go up by one and are never given again, also after a deletion. */
export const createVersion = defineWrite<RegistryTables, NewVersion, ModelVersion>('registry.createVersion', async (tx, input) => {
  checkTags(input.tags);
  refusePrompts(input.tags);
  const { scope, now } = input;
  const model = await lockModel(tx, scope, input.name);
  const [highest] = await tx
    .statement<{ version: number | null }>(
      'select max(version) as version from model_versions where workspace_id = ? and registered_model_id = ?',
    )
    .all(scope.workspaceId, model.id);
  const version = (highest?.version ?? 0) + 1;
  await tx.kysely
    .insertInto('model_versions')
    .values({
      workspace_id: scope.workspaceId,
      registered_model_id: model.id,
      version,
      created_at: now,
      updated_at: now,
      description: input.description ?? null,
      user_id: null,
      stage: 'None',
      source: input.source,
      storage_location: input.storageLocation,
      run_id: input.runId ?? null,
      run_link: input.runLink ?? null,
      logged_model_id: input.loggedModelId ?? null,
      digest: null,
    })
    .execute();
  for (const tag of input.tags) await putVersionTag(tx, model.id, version, tag);
  if (input.parity !== undefined) await startParity(tx, scope, { modelId: model.id, version, now }, input.parity);
  await touchModel(tx, model.id, now);
  if (input.loggedModelId !== undefined) await noteRegistration(asTx(tx), scope, input.loggedModelId, { name: input.name, version });
  await recordVersion(tx, input, version);
  return readVersion(tx, scope, input.name, version);
});

/** An absent description takes the old one away, as MLflow has it. */
export const updateVersion = defineWrite<
  RegistryTables,
  Act & { name: string; version: number; description: string | undefined },
  ModelVersion
>('registry.updateVersion', async (tx, { scope, now, name, version, description }) => {
  const row = await requireVersionRow(tx, scope, name, version);
  await tx
    .statement(
      'update model_versions set description = ?, updated_at = ? where workspace_id = ? and registered_model_id = ? and version = ?',
    )
    .run(description ?? null, now, scope.workspaceId, row.registered_model_id, version);
  return readVersion(tx, scope, name, version);
});

/**
 * Takes the version and its aliases out of sight; its number stays used.
 * @throws GATE_REFUSED while a name that a gate protects stands on it
 */
export const deleteVersion = defineWrite<RegistryTables, Act & { name: string; version: number }, void>(
  'registry.deleteVersion',
  async (tx, { scope, now, name, version }) => {
    const model = await lockModel(tx, scope, name);
    await requireVersionRow(tx, scope, name, version);
    await refuseLosingNames(tx, scope, model, version);
    await tx.statement('delete from registered_model_aliases where registered_model_id = ? and version = ?').run(model.id, version);
    await tx
      .statement(
        `update model_versions set stage = '${deletedStage}', updated_at = ?, description = null, user_id = null,
           source = 'REDACTED-SOURCE-PATH', run_id = 'REDACTED-RUN-ID', run_link = 'REDACTED-RUN-LINK'
         where workspace_id = ? and registered_model_id = ? and version = ?`,
      )
      .run(now, scope.workspaceId, model.id, version);
    await touchModel(tx, model.id, now);
  },
);

export const setVersionTag = defineWrite<RegistryTables, Act & { name: string; version: number; tag: Tag }, void>(
  'registry.setVersionTag',
  async (tx, { scope, name, version, tag }) => {
    checkTags([tag]);
    refusePrompts([tag]);
    const row = await requireVersionRow(tx, scope, name, version);
    await putVersionTag(tx, row.registered_model_id, version, tag);
  },
);

export const deleteVersionTag = defineWrite<RegistryTables, Act & { name: string; version: number; key: string }, void>(
  'registry.deleteVersionTag',
  async (tx, { scope, name, version, key }) => {
    checkTagKey(key);
    const row = await requireVersionRow(tx, scope, name, version);
    await tx
      .statement('delete from model_version_tags where registered_model_id = ? and version = ? and key = ?')
      .run(row.registered_model_id, version, key);
  },
);

async function recordVersion(tx: RegistryTx, input: NewVersion, version: number): Promise<void> {
  const node = versionNode(input.name, version);
  const edges: Edge[] = [];
  if (input.loggedModelId !== undefined)
    edges.push({ from: { kind: 'logged_model', id: input.loggedModelId }, to: node, relation: 'registered' });
  if (input.runId !== undefined) edges.push({ from: { kind: 'run', id: input.runId }, to: node, relation: 'registered' });
  await recordEdges(tx, input.scope, input.now, edges);
  await recordEvent(tx, input.scope, {
    id: input.eventId,
    kind: 'model_version.created',
    subjectKind: node.kind,
    subjectId: node.id,
    at: input.now,
    actor: input.actor,
    data: { name: input.name, version, source: input.source, runId: input.runId ?? null, loggedModelId: input.loggedModelId ?? null },
  });
}

async function readVersion(tx: RegistryTx, scope: Scope, name: string, version: number): Promise<ModelVersion> {
  return (await readVersions(tx, [await requireVersionRow(tx, scope, name, version)]))[0]!;
}

async function touchModel(tx: RegistryTx, id: string, now: number): Promise<void> {
  await tx.statement('update registered_models set updated_at = ? where id = ?').run(now, id);
}

async function putModelTag(tx: RegistryTx, id: string, tag: Tag): Promise<void> {
  await tx
    .statement(
      `insert into registered_model_tags (registered_model_id, key, value) values (?, ?, ?)
       on conflict (registered_model_id, key) do update set value = excluded.value`,
    )
    .run(id, tag.key, tag.value);
}

async function putVersionTag(tx: RegistryTx, id: string, version: number, tag: Tag): Promise<void> {
  await tx
    .statement(
      `insert into model_version_tags (registered_model_id, version, key, value) values (?, ?, ?, ?)
       on conflict (registered_model_id, version, key) do update set value = excluded.value`,
    )
    .run(id, version, tag.key, tag.value);
}

function nameTaken(name: string): MillwrightError {
  return new MillwrightError('RESOURCE_ALREADY_EXISTS', `Registered Model (name=${name}) already exists.`);
}
