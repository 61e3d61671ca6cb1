import type { Scope } from '../access/index.ts';
import { defineRead } from '../backends/db/port.ts';
import type { ModelVersion, RegisteredModel } from './model.ts';
import { checkAlias, modelNotFound } from './names.ts';
import { findModelRow, findVersionRow, latestRows, readModels, readVersions, selectVersions, type VersionRow } from './rows.ts';
import { canonicalStage, stages } from './stage.ts';
import type { RegistryTables } from './tables.ts';

export const findModel = defineRead<RegistryTables, { scope: Scope; name: string }, RegisteredModel | undefined>(
  'registry.findModel',
  async (tx, { scope, name }) => {
    const row = await findModelRow(tx, scope, name);
    return row && (await readModels(tx, scope, [row]))[0];
  },
);

export const findVersion = defineRead<RegistryTables, { scope: Scope; name: string; version: number }, ModelVersion | undefined>(
  'registry.findVersion',
  async (tx, { scope, name, version }) => {
    const row = await findVersionRow(tx, scope, name, version);
    return row && (await readVersions(tx, [row]))[0];
  },
);

/**
 * The version that an alias names; `latest`, in any case of letters, is the highest version.
 * @throws RESOURCE_DOES_NOT_EXIST where there is no such model
 */
export const findVersionByAlias = defineRead<RegistryTables, { scope: Scope; name: string; alias: string }, ModelVersion | undefined>(
  'registry.findVersionByAlias',
  async (tx, { scope, name, alias }) => {
    checkAlias(alias);
    const model = await findModelRow(tx, scope, name);
    if (model === undefined) throw modelNotFound(name);
    if (alias.toLowerCase() === 'latest') {
      const row = (await latestRows(tx, scope, [model.id])).at(-1);
      return row && (await readVersions(tx, [row]))[0];
    }
    const [named] = await tx
      .statement<{ version: number }>('select version from registered_model_aliases where registered_model_id = ? and alias = ?')
      .all(model.id, alias);
    const row = named && (await findVersionRow(tx, scope, name, named.version));
    return row && (await readVersions(tx, [row]))[0];
  },
);

/**
 * The highest version of each of `stages` (none: of every stage that has one), oldest first.
 * @throws RESOURCE_DOES_NOT_EXIST where there is no such model
 */
export const latestVersions = defineRead<RegistryTables, { scope: Scope; name: string; stages: readonly string[] }, ModelVersion[]>(
  'registry.latestVersions',
  async (tx, { scope, name, stages: wanted }) => {
    const model = await findModelRow(tx, scope, name);
    if (model === undefined) throw modelNotFound(name);
    const canonical: readonly string[] = wanted.length === 0 ? stages : wanted.map(canonicalStage);
    const rows = await latestRows(tx, scope, [model.id]);
    return readVersions(
      tx,
      rows.filter((row) => canonical.includes(row.stage)),
    );
  },
);

export const countModels = defineRead<RegistryTables, { scope: Scope }, number>('registry.countModels', async (tx, { scope }) => {
  const [row] = await tx
    .statement<{ count: number }>('select count(*) as count from registered_models where workspace_id = ?')
    .all(scope.workspaceId);
  return row!.count;
});

/** Versions of one model, newest first. */
export const listVersions = defineRead<RegistryTables, { scope: Scope; name: string; limit: number }, ModelVersion[]>(
  'registry.listVersions',
  async (tx, { scope, name, limit }) => {
    const rows = await tx
      .statement<VersionRow>(`${selectVersions} and m.name = ? order by v.version desc limit ?`)
      .all(scope.workspaceId, name, limit);
    return readVersions(tx, rows);
  },
);
