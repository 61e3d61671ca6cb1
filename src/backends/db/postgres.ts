import { Kysely, PostgresDialect, sql } from 'kysely';
import { MillwrightError } from '../../errors.ts';
import { migrate, type Migration } from './migrate.ts';
import type { Capabilities, Db, Operation, SqlValue, Statement, Tx } from './port.ts';

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database` */
  readonly url: string;
  readonly connections: number;
  readonly migrations: readonly Migration[];
}

const capabilities: Capabilities = { like: 'LIKE', ilike: (left, right) => `${left} ILIKE ${right}`, rowLocks: true };

/** Serialization failure, deadlock: the transaction did nothing and may be run again. */
const retried = new Set(['40001', '40P01']);
const attempts = 5;

/** Opens PostgreSQL: every operation on a pooled connection of its own. Migrations have run when it resolves. */
export async function openPostgres(options: PostgresOptions): Promise<Db> {
  const { default: pg } = await import('pg');
  pg.types.setTypeParser(pg.types.builtins.INT8, integer);
  pg.types.setTypeParser(pg.types.builtins.NUMERIC, Number);
  const pool = new pg.Pool({ connectionString: options.url, max: options.connections, connectionTimeoutMillis: 10_000 });
  pool.on('error', () => undefined); // an idle connection that broke is replaced; the next query reports what is wrong
  const kysely = new Kysely<never>({ dialect: new PostgresDialect({ pool }) });

  await kysely
    .connection()
    .execute(async (connection) => {
      // Servers that start together on one database migrate one after the other.
      await sql`select pg_advisory_lock(7105)`.execute(connection);
      try {
        await migrate(connection as never, options.migrations, Date.now());
      } finally {
        await sql`select pg_advisory_unlock(7105)`.execute(connection);
      }
    })
    .catch((error: unknown) => {
      throw unreachable(error);
    });

  const run = async <Input, Result>(operation: Operation<Input, Result>, input: Input): Promise<Result> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await kysely
          .transaction()
          .setIsolationLevel(operation.kind === 'write' ? 'read committed' : 'repeatable read')
          .execute((transaction) => operation.run(txOf(transaction as never), input));
      } catch (error) {
        if (attempt >= attempts || !retried.has(sqlState(error))) throw unreachable(error);
      }
    }
  };
  return { write: run, read: run, close: () => kysely.destroy() };
}

function txOf(kysely: Kysely<never>): Tx<never> {
  return {
    kysely,
    capabilities,
    statement<Row>(text: string): Statement<Row> {
      const numbered = numberPlaceholders(text);
      const all = async (...parameters: readonly SqlValue[]): Promise<Row[]> => {
        const result = await kysely.executeQuery<Row>({
          sql: numbered,
          parameters,
          query: { kind: 'RawNode' } as never,
          queryId: { queryId: '' },
        });
        return result.rows;
      };
      return { all, run: async (...parameters) => void (await all(...parameters)) };
    },
  };
}

const numbered = new Map<string, string>();

function numberPlaceholders(text: string): string {
  let known = numbered.get(text);
  if (known === undefined) {
    let index = 0;
    known = text.replace(/\?/g, () => `$${(index += 1)}`);
    if (numbered.size >= 500) numbered.clear();
    numbered.set(text, known);
  }
  return known;
}

function integer(text: string): number | bigint {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}

function sqlState(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** A server that cannot be reached is a 503 with a remedy; everything else stays what it is. */
function unreachable(error: unknown): unknown {
  const state = sqlState(error);
  const lost = ['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT', '57P01', '57P02', '57P03', '53300'].includes(state);
  if (!lost) return error;
  return new MillwrightError(
    'TEMPORARILY_UNAVAILABLE',
    `PostgreSQL cannot be reached (${state}): check MILLWRIGHT_DATABASE_URL and the server`,
    { cause: error },
  );
}
