import type { Scope } from '../access/index.ts';
import { defineWrite, type Tx } from '../backends/db/port.ts';
import { MillwrightError } from '../errors.ts';
import { defaultArtifactLocation } from './artifact-location.ts';
import type { NamedValue } from './experiment.ts';
import { invalid } from './limits.ts';
import { insertRows } from './rows.ts';

interface ExperimentRow {
  readonly id: number;
  readonly name: string;
  readonly artifact_location: string;
  readonly deleted_at: number | null;
}

/** @throws RESOURCE_DOES_NOT_EXIST */
export async function findExperiment(tx: Tx<never>, scope: Scope, id: number): Promise<ExperimentRow> {
  const [row] = await tx
    .statement<ExperimentRow>('select id, name, artifact_location, deleted_at from experiments where workspace_id = ? and id = ?')
    .all(scope.workspaceId, id);
  if (row === undefined) throw noExperiment(id);
  return row;
}

export function noExperiment(id: number): MillwrightError {
  return new MillwrightError('RESOURCE_DOES_NOT_EXIST', `No Experiment with id=${id} exists`);
}

export async function findActiveExperiment(tx: Tx<never>, scope: Scope, id: number): Promise<ExperimentRow> {
  const row = await findExperiment(tx, scope, id);
  if (row.deleted_at !== null) throw invalid(`The experiment ${id} must be in the 'active' state. Current state is deleted.`);
  return row;
}

export interface NewExperiment {
  readonly scope: Scope;
  readonly name: string;
  /** Where the artifacts go; the server's own store where absent. */
  readonly artifactLocation: string | undefined;
  readonly tags: readonly NamedValue[];
  readonly now: number;
}

/** Answers the new experiment's id. @throws RESOURCE_ALREADY_EXISTS, also where a deleted one has the name */
export const insertExperiment = defineWrite<never, NewExperiment, number>('tracking.insertExperiment', async (tx, input) => {
  const [row] = await insertNamed(tx, input.scope, input.name, input.artifactLocation ?? '', input.now);
  if (row === undefined) throw nameTaken(input.name);
  if (input.artifactLocation === undefined) await locateInStore(tx, row.id);
  await putTags(tx, row.id, input.tags);
  return row.id;
});

/**
 * Makes the experiment of a project where its name is free: the stock client, told a name by its environment, looks for it and then makes it,
 * and of two that find nothing at once the second fails.
 */
export async function ensureExperiment(tx: Tx<never>, scope: Scope, name: string, now: number): Promise<void> {
  const [known] = await tx.statement('select 1 from experiments where workspace_id = ? and name = ?').all(scope.workspaceId, name);
  if (known !== undefined) return;
  const [row] = await insertNamed(tx, scope, name, '', now);
  if (row !== undefined) await locateInStore(tx, row.id);
}

function insertNamed(tx: Tx<never>, scope: Scope, name: string, artifactLocation: string, now: number): Promise<{ id: number }[]> {
  return tx
    .statement<{ id: number }>(
      `insert into experiments (workspace_id, name, artifact_location, created_at, updated_at) values (?, ?, ?, ?, ?)
       on conflict (workspace_id, name) do nothing returning id`,
    )
    .all(scope.workspaceId, name, artifactLocation, now, now);
}

async function locateInStore(tx: Tx<never>, id: number): Promise<void> {
  await tx.statement('update experiments set artifact_location = ? where id = ?').run(defaultArtifactLocation(id), id);
}

function nameTaken(name: string): MillwrightError {
  return new MillwrightError(
    'RESOURCE_ALREADY_EXISTS',
    `Experiment(name=${name}) already exists. Error: an experiment of that name is there, active or deleted: choose another name, or restore it`,
  );
}

async function putTags(tx: Tx<never>, experimentId: number, tags: readonly NamedValue[]): Promise<void> {
  const last = new Map(tags.map(({ name, value }) => [name, value]));
  await insertRows(
    tx,
    'insert into experiment_tags (experiment_id, name, value)',
    3,
    'on conflict (experiment_id, name) do update set value = excluded.value',
    [...last].flatMap(([name, value]) => [experimentId, name, value]),
  );
}

export const renameExperiment = defineWrite<never, { scope: Scope; id: number; name: string; now: number }, void>(
  'tracking.renameExperiment',
  async (tx, { scope, id, name, now }) => {
    const experiment = await findExperiment(tx, scope, id);
    if (experiment.deleted_at !== null) throw invalid('Cannot rename a non-active experiment.');
    const [taken] = await tx
      .statement('select id from experiments where workspace_id = ? and name = ? and id <> ?')
      .all(scope.workspaceId, name, id);
    if (taken !== undefined) throw nameTaken(name);
    await tx.statement('update experiments set name = ?, updated_at = ? where id = ?').run(name, now, id);
  },
);

/** Deletes an experiment and its runs, or brings all of them back. They stay in the database. */
export const setExperimentDeleted = defineWrite<never, { scope: Scope; id: number; deleted: boolean; now: number }, void>(
  'tracking.setExperimentDeleted',
  async (tx, { scope, id, deleted, now }) => {
    const experiment = await findExperiment(tx, scope, id);
    if ((experiment.deleted_at !== null) === deleted) throw noExperiment(id);
    const deletedAt = deleted ? now : null;
    await tx.statement('update experiments set deleted_at = ?, updated_at = ? where id = ?').run(deletedAt, now, id);
    await tx.statement('update runs set deleted_at = ? where experiment_id = ?').run(deletedAt, id);
  },
);

export const setExperimentTag = defineWrite<never, { scope: Scope; id: number; tag: NamedValue }, void>(
  'tracking.setExperimentTag',
  async (tx, { scope, id, tag }) => {
    await findActiveExperiment(tx, scope, id);
    await putTags(tx, id, [tag]);
  },
);

export const deleteExperimentTag = defineWrite<never, { scope: Scope; id: number; name: string }, void>(
  'tracking.deleteExperimentTag',
  async (tx, { scope, id, name }) => {
    await findActiveExperiment(tx, scope, id);
    const gone = await tx.statement('delete from experiment_tags where experiment_id = ? and name = ? returning name').all(id, name);
    if (gone.length === 0) {
      throw new MillwrightError('RESOURCE_DOES_NOT_EXIST', `No tag with name: ${name} in experiment with id ${id}`);
    }
  },
);
