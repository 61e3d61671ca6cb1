import { sql, type Kysely } from 'kysely';
import { MillwrightError } from '../../errors.ts';

/** One step of the schema's timeline. Written once for both dialects, with Kysely's schema builder. */
export interface Migration {
  /** `0001_access`: the order is the order of the names. */
  readonly name: string;
  up(db: Kysely<unknown>): Promise<void>;
}

/**
 * Brings the schema to the newest migration, each step in a transaction of its own.
 * @throws STATE_NEWER where the database holds a migration that this version does not know
 */
export async function migrate(db: Kysely<unknown>, migrations: readonly Migration[], now: number): Promise<void> {
  await sql`create table if not exists schema_migrations (name text primary key, applied_at bigint not null)`.execute(db);
  const { rows } = await sql<{ name: string }>`select name from schema_migrations order by name`.execute(db);
  const known = new Set(migrations.map((migration) => migration.name));
  const unknown = rows.filter((row) => !known.has(row.name));
  if (unknown.length > 0) {
    throw new MillwrightError(
      'STATE_NEWER',
      `the database was written by a newer version of Millwright (it has the migration '${unknown[0]!.name}'): upgrade Millwright, or start with another --state`,
    );
  }
  const applied = new Set(rows.map((row) => row.name));
  for (const migration of migrations) {
    if (applied.has(migration.name)) continue;
    await db.transaction().execute(async (transaction) => {
      await migration.up(transaction);
      await sql`insert into schema_migrations (name, applied_at) values (${migration.name}, ${now})`.execute(transaction);
    });
  }
}
