import { sql, type Kysely } from 'kysely';
import type { Migration } from '../backends/db/migrate.ts';

/** The server process that tries a version; one that stops renewing its lease has ended, and another says so. */
export const deploymentLeases: Migration = {
  name: '0016-deployment-leases',
  async up(db: Kysely<unknown>) {
    await sql`alter table deployments add column owner text`.execute(db);
    await sql`alter table deployments add column lease_until bigint`.execute(db);
    await sql`create index deployments_proving on deployments (lease_until) where state = 'proving'`.execute(db);
  },
};
