import { afterAll, beforeAll, describe } from 'vitest';
import { startPostgres, type Postgres } from './postgres.ts';
import { startTestServer, type TestServer } from './server.ts';

/** Runs a suite against the built program twice: on its embedded SQLite, and on a PostgreSQL of its own. */
export function describeOnBothDatabases(title: string, suite: (server: () => TestServer) => void): void {
  for (const database of ['SQLite', 'PostgreSQL'] as const) {
    describe(`${title} on ${database}`, () => {
      let postgres: Postgres | undefined;
      let server: TestServer | undefined;
      beforeAll(async () => {
        if (database === 'PostgreSQL') postgres = await startPostgres();
        server = await startTestServer(postgres === undefined ? {} : { env: { MILLWRIGHT_DATABASE_URL: postgres.url } });
      });
      afterAll(async () => {
        await server?.stop();
        await postgres?.stop();
      });
      suite(() => {
        if (server === undefined) throw new Error('the server is not there before `beforeAll` has run');
        return server;
      });
    });
  }
}
