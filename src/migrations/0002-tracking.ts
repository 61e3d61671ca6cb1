import { sql, type Kysely } from 'kysely';
import { schemaPieces, type Migration } from '../backends/db/migrate.ts';

/** Experiments, runs and what hangs on them; logged models; datasets. */
export const tracking: Migration = {
  name: '0002-tracking',
  async up(db: Kysely<unknown>) {
    const pieces = schemaPieces(db);
    await experiments(db, pieces);
    await runs(db, pieces);
    await metrics(db, pieces);
    await loggedModels(db, pieces);
    await inputs(db, pieces);
  },
};

type Pieces = ReturnType<typeof schemaPieces>;

async function experiments(db: Kysely<unknown>, { rowKey, clustered }: Pieces): Promise<void> {
  // The id is the number that clients see: one series for all workspaces.
  await sql`create table experiments (
    id ${rowKey},
    workspace_id integer not null references workspaces (id),
    name text not null,
    artifact_location text not null,
    created_at bigint not null,
    updated_at bigint not null,
    deleted_at bigint,
    unique (workspace_id, name)
  )`.execute(db);
  const now = Date.now();
  await sql`insert into experiments (id, workspace_id, name, artifact_location, created_at, updated_at)
    values (0, 1, 'Default', 'mlflow-artifacts:/0', ${now}, ${now})`.execute(db);
  await sql`create table experiment_tags (
    experiment_id bigint not null references experiments (id),
    name text not null,
    value text not null,
    primary key (experiment_id, name)
  ) ${clustered}`.execute(db);
}

async function runs(db: Kysely<unknown>, { rowKey, clustered }: Pieces): Promise<void> {
  await sql`create table runs (
    run_key ${rowKey},
    workspace_id integer not null,
    experiment_id bigint not null references experiments (id),
    run_id text not null,
    name text not null,
    user_id text not null,
    status text not null,
    started_at bigint not null,
    ended_at bigint,
    deleted_at bigint,
    artifact_uri text not null,
    unique (workspace_id, run_id)
  )`.execute(db);
  // The default order of a search; deleted runs are few.
  await sql`create index runs_newest on runs (experiment_id, started_at desc, run_id, deleted_at)`.execute(db);
  for (const table of ['run_params', 'run_tags'] as const) {
    await sql`create table ${sql.table(table)} (
      run_key bigint not null,
      name text not null,
      value text not null,
      primary key (run_key, name)
    ) ${clustered}`.execute(db);
    // Long values do not fit into an index of PostgreSQL: their beginning stands there.
    await sql`create index ${sql.ref(`${table}_by_value`)} on ${sql.table(table)} (name, substr(value, 1, 100), run_key)`.execute(db);
  }
}

/**
 * A series is one metric of one run, with its newest point; its points carry its number only. The primary key of the
 * points is the order in which a history is read.
 */
async function metrics(db: Kysely<unknown>, { rowKey, clustered }: Pieces): Promise<void> {
  await sql`create table metric_series (
    series_key ${rowKey},
    experiment_id bigint not null,
    run_key bigint not null,
    name text not null,
    step bigint not null,
    logged_at bigint not null,
    value double precision not null,
    is_nan smallint not null,
    unique (run_key, name)
  )`.execute(db);
  await sql`create index metric_series_by_value on metric_series (experiment_id, name, is_nan, value, run_key)`.execute(db);
  await sql`create table metric_points (
    series_key bigint not null,
    logged_at bigint not null,
    step bigint not null,
    value double precision not null,
    is_nan smallint not null,
    primary key (series_key, logged_at, step, value, is_nan)
  ) ${clustered}`.execute(db);
}

async function loggedModels(db: Kysely<unknown>, { rowKey, clustered }: Pieces): Promise<void> {
  await sql`create table logged_models (
    model_key ${rowKey},
    workspace_id integer not null,
    experiment_id bigint not null references experiments (id),
    model_id text not null,
    name text not null,
    model_type text,
    source_run_id text,
    status text not null,
    status_message text,
    artifact_location text not null,
    created_at bigint not null,
    updated_at bigint not null,
    deleted_at bigint,
    unique (workspace_id, model_id)
  )`.execute(db);
  await sql`create index logged_models_newest on logged_models (experiment_id, created_at desc, model_id)`.execute(db);
  await sql`create index logged_models_of_run on logged_models (workspace_id, source_run_id)`.execute(db);
  for (const table of ['logged_model_params', 'logged_model_tags'] as const) {
    await sql`create table ${sql.table(table)} (
      model_key bigint not null,
      name text not null,
      value text not null,
      primary key (model_key, name)
    ) ${clustered}`.execute(db);
  }
  await sql`create table logged_model_metrics (
    model_key bigint not null,
    name text not null,
    run_id text not null,
    logged_at bigint not null,
    step bigint not null,
    value double precision not null,
    is_nan smallint not null,
    dataset_name text not null,
    dataset_digest text not null,
    primary key (model_key, name, run_id, logged_at, step, dataset_name, dataset_digest, value, is_nan)
  ) ${clustered}`.execute(db);
}

async function inputs(db: Kysely<unknown>, { rowKey, clustered }: Pieces): Promise<void> {
  await sql`create table datasets (
    dataset_key ${rowKey},
    workspace_id integer not null,
    experiment_id bigint not null references experiments (id),
    name text not null,
    digest text not null,
    source_type text not null,
    source text not null,
    schema text,
    profile text,
    unique (workspace_id, experiment_id, name, digest)
  )`.execute(db);
  await sql`create table dataset_inputs (
    run_key bigint not null,
    dataset_key bigint not null,
    position integer not null,
    primary key (run_key, dataset_key)
  ) ${clustered}`.execute(db);
  await sql`create index dataset_inputs_of_dataset on dataset_inputs (dataset_key, run_key)`.execute(db);
  await sql`create table dataset_input_tags (
    run_key bigint not null,
    dataset_key bigint not null,
    name text not null,
    value text not null,
    primary key (run_key, dataset_key, name)
  ) ${clustered}`.execute(db);
  await sql`create table run_models (
    run_key bigint not null,
    direction text not null check (direction in ('input', 'output')),
    model_id text not null,
    step bigint not null,
    primary key (run_key, direction, model_id)
  ) ${clustered}`.execute(db);
}
