import type { Kysely } from 'kysely';
import type { Migration } from '../backends/db/migrate.ts';

/** Data versions that the server has seen, pipeline runs, stage runs and their logs. */
export const pipelines: Migration = {
  name: '0004-pipelines',
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('data_versions')
      .addColumn('workspace_id', 'integer', (column) => column.notNull())
      .addColumn('project', 'text', (column) => column.notNull())
      .addColumn('path', 'text', (column) => column.notNull())
      .addColumn('hash', 'text', (column) => column.notNull())
      .addColumn('algorithm', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('size_bytes', 'bigint')
      .addColumn('files', 'integer')
      .addColumn('first_seen_at', 'bigint', (column) => column.notNull())
      .addColumn('seen_at', 'bigint', (column) => column.notNull())
      .addColumn('commit_hash', 'text')
      .addColumn('stage_run_id', 'text')
      .addPrimaryKeyConstraint('data_versions_key', ['workspace_id', 'project', 'path', 'hash'])
      .execute();

    await db.schema
      .createTable('pipeline_runs')
      .addColumn('workspace_id', 'integer', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('project', 'text', (column) => column.notNull())
      .addColumn('number', 'integer', (column) => column.notNull())
      .addColumn('cause', 'text', (column) => column.notNull())
      .addColumn('actor', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('message', 'text')
      .addColumn('commit_hash', 'text')
      .addColumn('branch', 'text')
      .addColumn('patch', 'text')
      .addColumn('started_at', 'bigint', (column) => column.notNull())
      .addColumn('ended_at', 'bigint')
      .addPrimaryKeyConstraint('pipeline_runs_key', ['workspace_id', 'id'])
      .addUniqueConstraint('pipeline_runs_number', ['workspace_id', 'project', 'number'])
      .execute();

    await db.schema
      .createTable('stage_runs')
      .addColumn('workspace_id', 'integer', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('pipeline_run_id', 'text', (column) => column.notNull())
      .addColumn('position', 'integer', (column) => column.notNull())
      .addColumn('stage', 'text', (column) => column.notNull())
      .addColumn('command', 'text', (column) => column.notNull())
      .addColumn('after_stages', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('exit_code', 'integer')
      .addColumn('started_at', 'bigint')
      .addColumn('ended_at', 'bigint')
      .addColumn('cpu_seconds', 'double precision')
      .addColumn('peak_memory_bytes', 'bigint')
      .addColumn('params', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('stage_runs_key', ['workspace_id', 'id'])
      .addUniqueConstraint('stage_runs_stage', ['workspace_id', 'pipeline_run_id', 'stage'])
      .execute();

    await db.schema
      .createTable('stage_run_data')
      .addColumn('workspace_id', 'integer', (column) => column.notNull())
      .addColumn('stage_run_id', 'text', (column) => column.notNull())
      .addColumn('direction', 'text', (column) => column.notNull())
      .addColumn('path', 'text', (column) => column.notNull())
      .addColumn('algorithm', 'text', (column) => column.notNull())
      .addColumn('hash', 'text', (column) => column.notNull())
      .addColumn('size_bytes', 'bigint')
      .addColumn('files', 'integer')
      .addPrimaryKeyConstraint('stage_run_data_key', ['workspace_id', 'stage_run_id', 'direction', 'path'])
      .execute();
    await db.schema.createIndex('stage_run_data_by_hash').on('stage_run_data').columns(['workspace_id', 'hash', 'direction']).execute();

    await db.schema
      .createTable('stage_run_logs')
      .addColumn('workspace_id', 'integer', (column) => column.notNull())
      .addColumn('stage_run_id', 'text', (column) => column.notNull())
      .addColumn('start_offset', 'bigint', (column) => column.notNull())
      .addColumn('text', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('stage_run_logs_key', ['workspace_id', 'stage_run_id', 'start_offset'])
      .execute();
  },
};
