import type { Scope } from '../access/index.ts';
import { defineWrite, type SqlValue, type Tx } from '../backends/db/port.ts';
import { recordEdges, type Edge } from '../lineage/index.ts';
import { findActiveRun, type RunRow } from './run-writes.ts';
import { insertRows } from './rows.ts';
import type { DatasetInput, ModelOutput } from './run.ts';

export interface Inputs {
  readonly scope: Scope;
  readonly runId: string;
  readonly datasets: readonly DatasetInput[];
  /** Ids of the logged models that the run read. */
  readonly models: readonly string[];
  readonly edges: readonly Edge[];
  readonly now: number;
}

/** Logs what a run read; what is there already stays as it is. */
export const logInputs = defineWrite<never, Inputs, void>('tracking.logInputs', async (tx, input) => {
  const run = await findActiveRun(tx, input.scope, input.runId);
  const next = await tx
    .statement<{ next: number }>('select coalesce(max(position) + 1, 0) as next from dataset_inputs where run_key = ?')
    .all(run.run_key);
  for (const [index, dataset] of input.datasets.entries()) {
    await putDataset(tx, input.scope, run, dataset, (next[0]?.next ?? 0) + index);
  }
  await putModels(
    tx,
    run,
    'input',
    input.models.map((modelId) => ({ modelId, step: 0 })),
  );
  await recordEdges(tx, input.scope, input.now, input.edges);
});

async function putDataset(tx: Tx<never>, scope: Scope, run: RunRow, { dataset, tags }: DatasetInput, position: number): Promise<void> {
  const key = [scope.workspaceId, run.experiment_id, dataset.name, dataset.digest];
  await tx
    .statement(
      `insert into datasets (workspace_id, experiment_id, name, digest, source_type, source, schema, profile) values (?, ?, ?, ?, ?, ?, ?, ?)
       on conflict (workspace_id, experiment_id, name, digest) do nothing`,
    )
    .run(...key, dataset.sourceType, dataset.source, dataset.schema ?? null, dataset.profile ?? null);
  const [row] = await tx
    .statement<{ dataset_key: number }>(
      'select dataset_key from datasets where workspace_id = ? and experiment_id = ? and name = ? and digest = ?',
    )
    .all(...key);
  const datasetKey = row!.dataset_key;
  const fresh = await tx
    .statement(
      `insert into dataset_inputs (run_key, dataset_key, position) values (?, ?, ?)
       on conflict (run_key, dataset_key) do nothing returning run_key`,
    )
    .all(run.run_key, datasetKey, position);
  if (fresh.length === 0) return;
  const last = new Map(tags.map(({ name, value }) => [name, value]));
  const values = [...last].flatMap(([name, value]): SqlValue[] => [run.run_key, datasetKey, name, value]);
  await insertRows(tx, 'insert into dataset_input_tags (run_key, dataset_key, name, value)', 4, 'on conflict do nothing', values);
}

async function putModels(tx: Tx<never>, run: RunRow, direction: 'input' | 'output', models: readonly ModelOutput[]): Promise<void> {
  const values = models.flatMap(({ modelId, step }): SqlValue[] => [run.run_key, direction, modelId, step]);
  await insertRows(tx, 'insert into run_models (run_key, direction, model_id, step)', 4, 'on conflict do nothing', values);
}

export const logOutputs = defineWrite<
  never,
  { scope: Scope; runId: string; models: readonly ModelOutput[]; edges: readonly Edge[]; now: number },
  void
>('tracking.logOutputs', async (tx, input) => {
  const run = await findActiveRun(tx, input.scope, input.runId);
  await putModels(tx, run, 'output', input.models);
  await recordEdges(tx, input.scope, input.now, input.edges);
});
