import type { Kysely } from 'kysely';
import type { Migration } from '../backends/db/migrate.ts';

/** Endpoints, and every version that one was given: who decided, when it went live, why it failed. */
export const serving: Migration = {
  name: '0010-serving',
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('endpoints')
      .addColumn('workspace_id', 'integer', (column) => column.notNull().references('workspaces.id'))
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('project', 'text', (column) => column.notNull())
      .addColumn('model_name', 'text', (column) => column.notNull())
      // What it follows: 'alias' or 'stage' with the name, or 'version' with the number.
      .addColumn('follows_kind', 'text', (column) => column.notNull())
      .addColumn('follows', 'text', (column) => column.notNull())
      .addColumn('settings', 'text', (column) => column.notNull())
      // A rollback: this version stays while `pinned_over` is the last decision about the name that it follows.
      .addColumn('pinned_version', 'integer')
      .addColumn('pinned_over', 'text')
      .addColumn('pinned_by', 'text')
      .addColumn('pinned_reason', 'text')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_by', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('endpoints_key', ['workspace_id', 'name'])
      .execute();
    await db.schema
      .createTable('deployments')
      .addColumn('workspace_id', 'integer', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull().primaryKey())
      .addColumn('endpoint', 'text', (column) => column.notNull())
      .addColumn('model_name', 'text', (column) => column.notNull())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('flavor', 'text')
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('actor', 'text', (column) => column.notNull())
      // Why it failed, with the end of what the model or its installer said.
      .addColumn('message', 'text')
      .addColumn('log', 'text')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('live_at', 'bigint')
      .addColumn('ended_at', 'bigint')
      .execute();
    await db.schema.createIndex('deployments_by_endpoint').on('deployments').columns(['workspace_id', 'endpoint', 'id']).execute();
  },
};
