import type { Scope } from '../access/index.ts';
import { defineWrite, type SqlValue, type Tx } from '../backends/db/port.ts';
import { MillwrightError } from '../errors.ts';
import { recordEdges } from '../lineage/index.ts';
import { below } from './artifact-location.ts';
import type { NamedValue } from './experiment.ts';
import { findActiveExperiment } from './experiment-writes.ts';
import { invalid, pythonQuote } from './limits.ts';
import { registrationsTag, type LoggedModel, type LoggedModelStatus } from './logged-model.ts';
import { findLoggedModel, withModelData } from './logged-model-queries.ts';
import { insertRows } from './rows.ts';

export interface NewLoggedModel {
  readonly scope: Scope;
  readonly experimentId: number;
  readonly modelId: string;
  readonly name: string;
  readonly modelType: string | undefined;
  readonly sourceRunId: string | undefined;
  readonly params: readonly NamedValue[];
  readonly tags: readonly NamedValue[];
  readonly now: number;
}

/** The model begins as PENDING: its files are not there yet. */
export const insertLoggedModel = defineWrite<never, NewLoggedModel, LoggedModel>('tracking.insertLoggedModel', async (tx, input) => {
  const experiment = await findActiveExperiment(tx, input.scope, input.experimentId);
  const [row] = await tx
    .statement<{ model_key: number }>(
      `insert into logged_models (workspace_id, experiment_id, model_id, name, model_type, source_run_id, status, artifact_location, created_at, updated_at)
       values (?, ?, ?, ?, ?, ?, 'LOGGED_MODEL_PENDING', ?, ?, ?) returning model_key`,
    )
    .all(
      input.scope.workspaceId,
      input.experimentId,
      input.modelId,
      input.name,
      input.modelType ?? null,
      input.sourceRunId ?? null,
      below(experiment.artifact_location, `models/${input.modelId}/artifacts`),
      input.now,
      input.now,
    );
  await putParams(tx, row!.model_key, input.modelId, input.params);
  await putTags(tx, row!.model_key, input.tags);
  if (input.sourceRunId) {
    const edge = {
      from: { kind: 'run', id: input.sourceRunId },
      to: { kind: 'logged_model', id: input.modelId },
      relation: 'output',
    } as const;
    await recordEdges(tx, input.scope, input.now, [edge]);
  }
  return present(tx, input.scope, input.modelId);
});

async function present(tx: Tx<never>, scope: Scope, modelId: string): Promise<LoggedModel> {
  const [model] = await withModelData(tx, [await findLoggedModel(tx, scope, modelId)]);
  return model!;
}

/** A param keeps its first value. */
async function putParams(tx: Tx<never>, modelKey: number, modelId: string, params: readonly NamedValue[]): Promise<void> {
  const wanted = new Map(params.map(({ name, value }) => [name, value]));
  const values = [...wanted].flatMap(([name, value]): SqlValue[] => [modelKey, name, value]);
  await insertRows(tx, 'insert into logged_model_params (model_key, name, value)', 3, 'on conflict do nothing', values);
  const rows = await tx
    .statement<{ name: string; value: string }>('select name, value from logged_model_params where model_key = ?')
    .all(modelKey);
  const changed = rows.find(({ name, value }) => wanted.has(name) && wanted.get(name) !== value);
  if (changed !== undefined) {
    throw invalid(
      `Changing param values is not allowed. Param with key='${changed.name}' was already logged with value='${changed.value}' for model ID='${modelId}'. Attempted logging new value '${wanted.get(changed.name)}'.`,
    );
  }
}

async function putTags(tx: Tx<never>, modelKey: number, tags: readonly NamedValue[]): Promise<void> {
  const last = new Map(tags.map(({ name, value }) => [name, value]));
  const values = [...last].flatMap(([name, value]): SqlValue[] => [modelKey, name, value]);
  const tail = 'on conflict (model_key, name) do update set value = excluded.value';
  await insertRows(tx, 'insert into logged_model_tags (model_key, name, value)', 3, tail, values);
}

export const finalizeLoggedModel = defineWrite<
  never,
  { scope: Scope; modelId: string; status: LoggedModelStatus; now: number },
  LoggedModel
>('tracking.finalizeLoggedModel', async (tx, { scope, modelId, status, now }) => {
  const model = await findLoggedModel(tx, scope, modelId);
  await tx.statement('update logged_models set status = ?, updated_at = ? where model_key = ?').run(status, now, model.model_key);
  return present(tx, scope, modelId);
});

export const logLoggedModelParams = defineWrite<never, { scope: Scope; modelId: string; params: readonly NamedValue[] }, void>(
  'tracking.logLoggedModelParams',
  async (tx, { scope, modelId, params }) => {
    const model = await findLoggedModel(tx, scope, modelId);
    await putParams(tx, model.model_key, modelId, params);
  },
);

export const setLoggedModelTags = defineWrite<never, { scope: Scope; modelId: string; tags: readonly NamedValue[] }, void>(
  'tracking.setLoggedModelTags',
  async (tx, { scope, modelId, tags }) => {
    const model = await findLoggedModel(tx, scope, modelId);
    await putTags(tx, model.model_key, tags);
  },
);

export const deleteLoggedModelTag = defineWrite<never, { scope: Scope; modelId: string; name: string }, void>(
  'tracking.deleteLoggedModelTag',
  async (tx, { scope, modelId, name }) => {
    const model = await findLoggedModel(tx, scope, modelId);
    const gone = await tx
      .statement('delete from logged_model_tags where model_key = ? and name = ? returning name')
      .all(model.model_key, name);
    if (gone.length === 0) {
      throw new MillwrightError(
        'RESOURCE_DOES_NOT_EXIST',
        `No tag with key ${pythonQuote(name)} found for model with ID ${pythonQuote(modelId)}.`,
      );
    }
  },
);

export const deleteLoggedModel = defineWrite<never, { scope: Scope; modelId: string; now: number }, void>(
  'tracking.deleteLoggedModel',
  async (tx, { scope, modelId, now }) => {
    const model = await findLoggedModel(tx, scope, modelId, true);
    if (model.deleted_at !== null) return;
    await tx.statement('update logged_models set deleted_at = ?, updated_at = ? where model_key = ?').run(now, now, model.model_key);
  },
);

/**
 * Notes on the logged model that it was registered; called inside the registry's own write. A model that is not there
 * (deleted, or of another server) is no hindrance to its registration.
 */
export async function noteRegistration(
  tx: Tx<never>,
  scope: Scope,
  modelId: string,
  registration: { readonly name: string; readonly version: number },
): Promise<void> {
  const [row] = await tx
    .statement<{ model_key: number; value: string | null }>(
      `select m.model_key, t.value from logged_models m
       left join logged_model_tags t on t.model_key = m.model_key and t.name = '${registrationsTag}'
       where m.workspace_id = ? and m.model_id = ?`,
    )
    .all(scope.workspaceId, modelId);
  if (row === undefined) return;
  const known = parseRegistrations(row.value ?? '[]');
  await putTags(tx, row.model_key, [{ name: registrationsTag, value: JSON.stringify([...known, registration]) }]);
}

/** What the tag lists; nothing where a client wrote something else into it. */
export function parseRegistrations(json: string): { name: string; version: string }[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown) => {
    if (typeof item !== 'object' || item === null || !('name' in item) || !('version' in item)) return [];
    return [{ name: String(item.name), version: String(item.version) }];
  });
}
