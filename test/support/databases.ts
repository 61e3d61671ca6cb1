import { afterAll, beforeAll, describe } from 'vitest';
import { startPostgres, type Postgres } from './postgres.ts';
import { startTestServer, type TestServer } from './server.ts';

/** Runs the tests of `body` against a server of their own on SQLite, and again on PostgreSQL. */
export function onEachDatabase(name: string, body: (server: () => TestServer) => void): void {
  describe.each(['SQLite', 'PostgreSQL'])(`${name} on %s`, (database) => {
    let postgres: Postgres | undefined;
    let server: TestServer | undefined;
    beforeAll(async () => {
      postgres = database === 'PostgreSQL' ? await startPostgres() : undefined;
      server = await startTestServer({ env: postgres === undefined ? {} : { MILLWRIGHT_DATABASE_URL: postgres.url } });
    });
    afterAll(async () => {
      await server?.stop();
      await postgres?.stop();
    });
    body(() => {
      if (server === undefined) throw new Error('the server is asked for before it has started');
      return server;
    });
  });
}
