import type { Kysely } from 'kysely';
import type { Migration } from '../backends/db/migrate.ts';

/** Registered models, their versions, aliases and tags; gates, evidence and decisions. */
export const registry: Migration = {
  name: '0003-registry',
  async up(db: Kysely<unknown>) {
    await models(db);
    await versions(db);
    await gates(db);
  },
};

async function models(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('registered_models')
    .addColumn('workspace_id', 'integer', (column) => column.notNull().references('workspaces.id'))
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('description', 'text')
    .addUniqueConstraint('registered_models_name', ['workspace_id', 'name'])
    .execute();
  await db.schema.createIndex('registered_models_by_update').on('registered_models').columns(['workspace_id', 'updated_at']).execute();

  await db.schema
    .createTable('registered_model_tags')
    .addColumn('registered_model_id', 'text', (column) => column.notNull().references('registered_models.id').onDelete('cascade'))
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('value', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('registered_model_tags_key', ['registered_model_id', 'key'])
    .execute();
}

async function versions(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('model_versions')
    .addColumn('workspace_id', 'integer', (column) => column.notNull())
    .addColumn('registered_model_id', 'text', (column) => column.notNull().references('registered_models.id').onDelete('cascade'))
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('description', 'text')
    .addColumn('user_id', 'text')
    .addColumn('stage', 'text', (column) => column.notNull())
    .addColumn('source', 'text', (column) => column.notNull())
    .addColumn('storage_location', 'text', (column) => column.notNull())
    .addColumn('run_id', 'text')
    .addColumn('run_link', 'text')
    .addColumn('logged_model_id', 'text')
    // md5 of DVC's `.dir` over the version's files, as this server read them; known from the first promotion on.
    .addColumn('digest', 'text')
    .addPrimaryKeyConstraint('model_versions_key', ['workspace_id', 'registered_model_id', 'version'])
    .execute();
  await db.schema
    .createIndex('model_versions_by_stage')
    .on('model_versions')
    .columns(['workspace_id', 'registered_model_id', 'stage', 'version'])
    .execute();
  await db.schema.createIndex('model_versions_by_update').on('model_versions').columns(['workspace_id', 'updated_at']).execute();
  await db.schema.createIndex('model_versions_by_run').on('model_versions').columns(['workspace_id', 'run_id']).execute();

  await db.schema
    .createTable('model_version_tags')
    .addColumn('registered_model_id', 'text', (column) => column.notNull().references('registered_models.id').onDelete('cascade'))
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('value', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('model_version_tags_key', ['registered_model_id', 'version', 'key'])
    .execute();

  await db.schema
    .createTable('registered_model_aliases')
    .addColumn('registered_model_id', 'text', (column) => column.notNull().references('registered_models.id').onDelete('cascade'))
    .addColumn('alias', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('registered_model_aliases_key', ['registered_model_id', 'alias'])
    .execute();

  // Artifact folders whose bytes a gate has judged: nothing is written below them any more.
  await db.schema
    .createTable('sealed_folders')
    .addColumn('workspace_id', 'integer', (column) => column.notNull())
    .addColumn('path', 'text', (column) => column.notNull())
    .addColumn('sealed_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('sealed_folders_key', ['workspace_id', 'path'])
    .execute();
}

async function gates(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('gates')
    .addColumn('workspace_id', 'integer', (column) => column.notNull())
    .addColumn('model_name', 'text', (column) => column.notNull())
    .addColumn('project', 'text', (column) => column.notNull())
    .addColumn('expression', 'text', (column) => column.notNull())
    .addColumn('protects', 'text', (column) => column.notNull())
    .addColumn('evidence_stage', 'text', (column) => column.notNull())
    .addColumn('evidence_file', 'text', (column) => column.notNull())
    .addColumn('declared_at', 'bigint', (column) => column.notNull())
    .addColumn('declared_by', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('gates_key', ['workspace_id', 'model_name'])
    .execute();

  await db.schema
    .createTable('evidence')
    .addColumn('workspace_id', 'integer', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('model_name', 'text', (column) => column.notNull())
    .addColumn('stage_run_id', 'text', (column) => column.notNull())
    .addColumn('file', 'text', (column) => column.notNull())
    .addColumn('content', 'text', (column) => column.notNull())
    .addColumn('sha256', 'text', (column) => column.notNull())
    .addColumn('recorded_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('evidence_by_model').on('evidence').columns(['workspace_id', 'model_name', 'recorded_at', 'id']).execute();

  await db.schema
    .createTable('decisions')
    .addColumn('workspace_id', 'integer', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('model_name', 'text', (column) => column.notNull())
    .addColumn('version', 'integer')
    .addColumn('previous_version', 'integer')
    .addColumn('target_kind', 'text', (column) => column.notNull())
    .addColumn('target_name', 'text', (column) => column.notNull())
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('basis', 'text', (column) => column.notNull())
    .addColumn('message', 'text', (column) => column.notNull())
    .addColumn('expression', 'text')
    .addColumn('clauses', 'text', (column) => column.notNull())
    .addColumn('evidence_id', 'text')
    .addColumn('digest', 'text')
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('decisions_by_model').on('decisions').columns(['workspace_id', 'model_name', 'at', 'id']).execute();
}
