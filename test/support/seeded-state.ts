/** A state that has seen use before the server starts: workspaces, tokens of every role, one expired, one revoked. */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createToken, hashToken, revokeToken, type Role } from '../../src/access/index.ts';
import { openPostgres } from '../../src/backends/db/postgres.ts';
import { defineWrite, type Db, type Operation, type Operations } from '../../src/backends/db/port.ts';
import { openSqlite } from '../../src/backends/db/sqlite.ts';
import { recordEdges, type Edge } from '../../src/lineage/index.ts';
import { migrations } from '../../src/migrations/index.ts';
import { operations } from '../../src/operations.ts';
import { startPostgres } from './postgres.ts';
import { startTestServer, type StartOptions, type TestServer } from './server.ts';

export const databases = ['SQLite', 'PostgreSQL'] as const;

/** Tokens that the state knows: one a role, and those that must not work any more. */
export const seededTokens = {
  admin: 'seeded-admin',
  editor: 'seeded-editor',
  viewer: 'seeded-viewer',
  stage: 'seeded-stage',
  expired: 'seeded-expired',
  revoked: 'seeded-revoked',
  /** An administrator of workspace 2. */
  stranger: 'seeded-stranger',
} as const;

export const addWorkspace = defineWrite<never, { id: number; name: string }, void>('seed.addWorkspace', (tx, { id, name }) =>
  tx.statement('insert into workspaces (id, name) values (?, ?)').run(id, name),
);

/** Each at a time of its own, in their order. */
export const addEdges = defineWrite<never, { workspaceId: number; edges: readonly Edge[] }, void>(
  'seed.addEdges',
  async (tx, { workspaceId, edges }) => {
    for (const [at, edge] of edges.entries()) await recordEdges(tx, { workspaceId }, at, [edge]);
  },
);

/** The program's operations and those that seed. */
export const seedingOperations: Operations = new Map<string, Operation<never, unknown>>([
  ...operations,
  [addWorkspace.name, addWorkspace],
  [addEdges.name, addEdges],
]);

export interface SeededServer extends TestServer {
  /** Stops it and removes what it stood on. */
  remove(): Promise<void>;
}

export async function startSeededServer(database: (typeof databases)[number], options: StartOptions = {}): Promise<SeededServer> {
  const stateDirectory = mkdtempSync(join(tmpdir(), 'millwright-seeded-'));
  const postgres = database === 'PostgreSQL' ? await startPostgres() : undefined;
  const db =
    postgres === undefined
      ? await openSqlite({
          path: join(stateDirectory, 'millwright.db'),
          threadFile: join(import.meta.dirname, 'seeding-thread.ts'),
          readers: 1,
        })
      : await openPostgres({ url: postgres.url, connections: 2, migrations });
  await seed(db);
  await db.close();
  const env = { ...options.env, ...(postgres === undefined ? {} : { MILLWRIGHT_DATABASE_URL: postgres.url }) };
  const server = await startTestServer({ ...options, env, stateDirectory });
  return {
    ...server,
    async remove() {
      await server.stop();
      await postgres?.stop();
      await rm(stateDirectory, { recursive: true, force: true });
    },
  };
}

async function seed(db: Db): Promise<void> {
  await db.write(addWorkspace, { id: 2, name: 'other' });
  const now = Date.now();
  const add = (name: keyof typeof seededTokens, role: Role, workspaceId = 1, expiresAt: number | null = null): Promise<void> =>
    db.write(createToken, {
      scope: { workspaceId },
      id: name,
      hash: hashToken(seededTokens[name]),
      name,
      role,
      stageRunId: role === 'stage' ? 'unknown' : null,
      now,
      expiresAt,
    });
  await add('admin', 'admin');
  await add('editor', 'editor');
  await add('viewer', 'viewer');
  await add('stage', 'stage');
  await add('expired', 'admin', 1, now - 1);
  await add('revoked', 'admin');
  await db.write(revokeToken, { scope: { workspaceId: 1 }, id: 'revoked', now });
  await add('stranger', 'admin', 2);
}
