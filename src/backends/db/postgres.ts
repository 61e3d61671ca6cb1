import { setTimeout } from 'node:timers/promises';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { MillwrightError } from '../../errors.ts';
import { migrate, type Migration } from './migrate.ts';
import type { Capabilities, Db, ObserveGroup, Operation, SqlValue, Statement, Tx } from './port.ts';

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database` */
  readonly url: string;
  readonly connections: number;
  readonly migrations: readonly Migration[];
  readonly observe?: ObserveGroup;
}

const capabilities: Capabilities = {
  like: (left, right) => `${left} LIKE ${right} ESCAPE ''`,
  ilike: (left, right) => `${left} ILIKE ${right} ESCAPE ''`,
  rowLocks: true,
  byteOrder: false,
};

/**
 * Serialization failure, deadlock: the transaction did nothing and may be run again. A unique key that another transaction
 * took meanwhile (23505) is the same to a write that looked first: run again, it sees the row and answers for itself.
 */
const retried = new Set(['40001', '40P01', '23505']);
const attempts = 20;

/** Operations that may wait for a connection; more answer TOO_MANY_REQUESTS. */
const queueLimit = 2_000;

/** Opens PostgreSQL: every operation on a pooled connection of its own. Migrations have run when it resolves. */
export async function openPostgres(options: PostgresOptions): Promise<Db> {
  const { default: pg } = await import('pg');
  pg.types.setTypeParser(pg.types.builtins.INT8, integer);
  pg.types.setTypeParser(pg.types.builtins.NUMERIC, Number);
  const pool = new pg.Pool({ connectionString: options.url, max: options.connections, connectionTimeoutMillis: 10_000 });
  pool.on('error', () => undefined); // an idle connection that broke is replaced; the next query reports what is wrong
  const kysely = new Kysely<never>({ dialect: new PostgresDialect({ pool }) });

  try {
    await connectFirst(kysely);
    await migrateAlone(kysely, options.migrations);
  } catch (error) {
    await kysely.destroy();
    throw sqlState(error) === insufficientPrivilege ? refused(error as Error) : known(error);
  }

  const running = new Set<Promise<unknown>>();
  let closed: Promise<void> | undefined;
  const run = <Input, Result>(operation: Operation<Input, Result>, input: Input): Promise<Result> => {
    if (closed !== undefined) return Promise.reject(new MillwrightError('TEMPORARILY_UNAVAILABLE', 'the database is closed'));
    if (running.size >= queueLimit) {
      return Promise.reject(new MillwrightError('TOO_MANY_REQUESTS', `${queueLimit} operations wait for the database: retry in a second`));
    }
    const result = runOperation(kysely, operation, input);
    running.add(result);
    const began = performance.now();
    const forget = (): void => {
      running.delete(result);
      options.observe?.({ kind: operation.kind, operations: 1, milliseconds: performance.now() - began });
    };
    result.then(forget, forget);
    return result;
  };
  // A pool that ends leaves those who wait for a connection without an answer: they go first.
  const close = async (): Promise<void> => {
    await Promise.allSettled(running);
    await kysely.destroy();
  };
  return { write: run, read: run, broken: neverBroken, close: () => (closed ??= close()) };
}

/** A connection that is lost is replaced: the server may come back, and nothing of it lives in this process. */
const neverBroken = new AbortController().signal;

const insufficientPrivilege = '42501';

/** A server that is there and lets nobody in (user, password, database, TLS) is a wrong setting: waiting mends nothing. */
async function connectFirst(kysely: Kysely<never>): Promise<void> {
  try {
    await sql`select 1`.execute(kysely);
  } catch (error) {
    const meant = known(error);
    throw meant instanceof Error && !(meant instanceof MillwrightError) ? refused(meant) : meant;
  }
}

function refused(error: Error): MillwrightError {
  const message = `PostgreSQL refuses MILLWRIGHT_DATABASE_URL (${error.message}): correct it, or make the user and the database`;
  return new MillwrightError('CONFIG_INVALID', message, { cause: error });
}

/** Servers that start together on one database migrate one after the other. */
function migrateAlone(kysely: Kysely<never>, migrations: readonly Migration[]): Promise<void> {
  return kysely.connection().execute(async (connection) => {
    await sql`select pg_advisory_lock(7105)`.execute(connection);
    try {
      await migrate(connection as never, migrations, Date.now());
    } finally {
      await sql`select pg_advisory_unlock(7105)`.execute(connection);
    }
  });
}

/**
 * Repeatable read: a write that would overwrite what another changed since it looked is run again, so that operations see
 * what they would see one after the other, as in SQLite. Writes that commute need not.
 */
async function runOperation<Input, Result>(kysely: Kysely<never>, operation: Operation<Input, Result>, input: Input): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await kysely
        .transaction()
        .setIsolationLevel('commutes' in operation && operation.commutes === true ? 'read committed' : 'repeatable read')
        .setAccessMode(operation.kind === 'write' ? 'read write' : 'read only')
        .execute((transaction) => operation.run(txOf(transaction as never), input));
    } catch (error) {
      if (attempt >= attempts || !retried.has(sqlState(error))) throw known(error);
    }
    // Those that met once would meet again.
    await setTimeout(Math.random() * Math.min(attempt * 4, 40));
  }
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

const lostStates = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOENT'],
  ...['57P01', '57P02', '57P03', '53300'],
]);
/** A number beyond its type, text with NUL: the database cannot hold the value. */
const valueStates = new Set(['22003', '22021', '22P05']);

/** What the database says of itself and of values as an error of the table; everything else stays what it is. */
function known(error: unknown): unknown {
  const state = sqlState(error);
  if (valueStates.has(state))
    return new MillwrightError('INVALID_PARAMETER_VALUE', `a value cannot be stored: ${(error as Error).message}`, { cause: error });
  if (state === '53100') return new MillwrightError('DISK_FULL', 'the disk of the database is full: free some space', { cause: error });
  const lost = lostStates.has(state) ? state : connectionFault(error);
  if (lost === undefined) return error;
  return new MillwrightError(
    'TEMPORARILY_UNAVAILABLE',
    `PostgreSQL does not answer (${lost}): check MILLWRIGHT_DATABASE_URL and the server`,
    {
      cause: error,
    },
  );
}

/** What the driver and its pool throw without a code. */
function connectionFault(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.message.startsWith('Connection terminated')) return 'the connection broke';
  return error.message === 'timeout exceeded when trying to connect' ? 'no connection in 10 s' : undefined;
}
