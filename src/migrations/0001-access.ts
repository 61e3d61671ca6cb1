import { sql, type Kysely } from 'kysely';
import type { Migration } from '../backends/db/migrate.ts';

/** Workspaces, tokens, audit log, events, lineage: what every domain stands on. */
export const access: Migration = {
  name: '0001-access',
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('workspaces')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull().unique())
      .execute();
    await sql`insert into workspaces (id, name) values (1, 'default')`.execute(db);

    await db.schema
      .createTable('tokens')
      .addColumn('workspace_id', 'integer', (column) => column.notNull().references('workspaces.id'))
      .addColumn('id', 'text', (column) => column.notNull().primaryKey())
      .addColumn('hash', 'text', (column) => column.notNull().unique())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('role', 'text', (column) => column.notNull())
      .addColumn('stage_run_id', 'text')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint')
      .addColumn('revoked_at', 'bigint')
      .execute();
    await db.schema.createIndex('tokens_by_workspace').on('tokens').columns(['workspace_id', 'created_at']).execute();

    await db.schema
      .createTable('audit_log')
      .addColumn('workspace_id', 'integer', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull().primaryKey())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('actor', 'text', (column) => column.notNull())
      .addColumn('action', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('detail', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('audit_log_by_time').on('audit_log').columns(['workspace_id', 'at']).execute();

    await db.schema
      .createTable('events')
      .addColumn('workspace_id', 'integer', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull().primaryKey())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('subject_kind', 'text', (column) => column.notNull())
      .addColumn('subject_id', 'text', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('actor', 'text', (column) => column.notNull())
      .addColumn('data', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('events_by_time').on('events').columns(['workspace_id', 'at', 'id']).execute();
    await db.schema
      .createTable('event_claims')
      .addColumn('event_id', 'text', (column) => column.notNull().references('events.id').onDelete('cascade'))
      .addColumn('consumer', 'text', (column) => column.notNull())
      .addColumn('owner', 'text', (column) => column.notNull())
      .addColumn('fence', 'integer', (column) => column.notNull())
      .addColumn('lease_until', 'bigint', (column) => column.notNull())
      .addColumn('done_at', 'bigint')
      .addPrimaryKeyConstraint('event_claims_key', ['event_id', 'consumer'])
      .execute();

    await db.schema
      .createTable('lineage_edges')
      .addColumn('workspace_id', 'integer', (column) => column.notNull())
      .addColumn('from_kind', 'text', (column) => column.notNull())
      .addColumn('from_id', 'text', (column) => column.notNull())
      .addColumn('to_kind', 'text', (column) => column.notNull())
      .addColumn('to_id', 'text', (column) => column.notNull())
      .addColumn('relation', 'text', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('lineage_edges_key', ['workspace_id', 'from_kind', 'from_id', 'to_kind', 'to_id', 'relation'])
      .execute();
    await db.schema.createIndex('lineage_edges_back').on('lineage_edges').columns(['workspace_id', 'to_kind', 'to_id']).execute();
  },
};
