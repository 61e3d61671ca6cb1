import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openPostgres } from '../../../src/backends/db/postgres.ts';
import { openSqlite } from '../../../src/backends/db/sqlite.ts';
import { startPostgres, type Postgres } from '../../support/postgres.ts';
import { dbConformance } from './conformance.ts';
import { migrations } from './operations.ts';

const threadFile = join(import.meta.dirname, 'thread.ts');
let folder: string;
let postgres: Postgres;
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millwright-db-'));
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

dbConformance({
  name: 'SQLite',
  shared: false,
  queueLimit: 10_000,
  storesNul: true,
  async create() {
    const path = join(folder, `${(count += 1)}`, 'millwright.db');
    return { open: () => openSqlite({ path, threadFile, readers: 2 }) };
  },
});

dbConformance({
  name: 'PostgreSQL',
  shared: true,
  queueLimit: 2_000,
  storesNul: false,
  async create() {
    const url = await postgres.createDatabase(`conformance ${(count += 1)}`);
    return { open: () => openPostgres({ url, connections: 10, migrations }) };
  },
});
