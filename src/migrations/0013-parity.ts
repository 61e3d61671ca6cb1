import { sql, type Kysely } from 'kysely';
import type { Migration } from '../backends/db/migrate.ts';

/** Whether the ONNX flavour of a version answers as the flavour that it stands in for; a row only where there are both. */
export const parity: Migration = {
  name: '0013-parity',
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('parity_checks')
      .addColumn('workspace_id', 'integer', (column) => column.notNull())
      .addColumn('registered_model_id', 'text', (column) => column.notNull().references('registered_models.id').onDelete('cascade'))
      .addColumn('version', 'integer', (column) => column.notNull())
      // 'pending' until 'agrees', 'differs' or 'unchecked'.
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('message', 'text', (column) => column.notNull())
      .addColumn('largest_difference', 'double precision')
      .addColumn('tolerance', 'double precision')
      // JSON: row, column and both answers of the first value that differs too much.
      .addColumn('mismatch', 'text')
      .addColumn('asked_at', 'bigint', (column) => column.notNull())
      .addColumn('checked_at', 'bigint')
      // The process that compares them now; another takes over once the lease has run out.
      .addColumn('owner', 'text')
      .addColumn('lease_until', 'bigint')
      .addPrimaryKeyConstraint('parity_checks_key', ['registered_model_id', 'version'])
      .execute();
    await sql`create index parity_checks_pending on parity_checks (asked_at) where state = 'pending'`.execute(db);
  },
};
