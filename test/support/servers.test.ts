import pg from 'pg';
import { expect, test } from 'vitest';
import { startPostgres } from './postgres.ts';

test('a PostgreSQL for tests starts, gives empty databases and goes away', async () => {
  const server = await startPostgres();
  const url = await server.createDatabase('a "b"');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const tables = await client.query("SELECT count(*)::int AS n FROM information_schema.tables WHERE table_schema = 'public'");
  expect(tables.rows).toEqual([{ n: 0 }]);
  await client.end();
  await server.stop();
  await expect(new pg.Client({ connectionString: url }).connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});
