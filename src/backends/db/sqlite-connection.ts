import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import {
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
} from 'kysely';
import type { Capabilities, SqlValue, Statement, Tx } from './port.ts';

const capabilities: Capabilities = {
  like: (left, right) => `${left} LIKE ${right}`, // made case-sensitive by the pragma below
  ilike: (left, right) => `LOWER(${left}) LIKE LOWER(${right})`,
  rowLocks: false,
  byteOrder: true,
};

interface Prepared {
  readonly statement: StatementSync;
  /** Of what it returns; none where it returns nothing. Asking a statement for them costs as much as running it. */
  readonly columns: readonly string[];
}

/** A synchronous SQLite connection, living in a thread of its own, with a cache of prepared statements. */
export class SqliteConnection {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, Prepared>();
  readonly kysely: Kysely<never>;
  readonly tx: Tx<never>;

  constructor(path: string, options: { readOnly: boolean }) {
    this.#database = new DatabaseSync(path, { readOnly: options.readOnly, timeout: 10_000 });
    this.#database.exec('PRAGMA case_sensitive_like=ON; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16000');
    // FULL: a commit is on the disk before it is answered.
    if (!options.readOnly) this.#database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000');
    this.kysely = new Kysely<never>({
      dialect: {
        createAdapter: () => new SqliteAdapter(),
        createDriver: () => new SynchronousDriver(this),
        createIntrospector: (db) => new SqliteIntrospector(db),
        createQueryCompiler: () => new SqliteQueryCompiler(),
      },
    });
    this.tx = { kysely: this.kysely, capabilities, statement: (sql) => this.#statementOf(sql) };
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /** One statement without parameters and rows, prepared once: what begins and ends every transaction. */
  step(sql: string): void {
    this.#prepare(sql).statement.run();
  }

  all(sql: string, parameters: readonly SQLInputValue[]): Record<string, unknown>[] {
    const { statement, columns } = this.#prepare(sql);
    if (columns.length > 0) return rowsOf(statement, columns, parameters);
    statement.run(...parameters);
    return [];
  }

  /** Runs a statement that may return rows, and says how many it changed. */
  query(sql: string, parameters: readonly SQLInputValue[]): QueryResult<Record<string, unknown>> {
    const { statement, columns } = this.#prepare(sql);
    if (columns.length > 0) return { rows: rowsOf(statement, columns, parameters) };
    const { changes, lastInsertRowid } = statement.run(...parameters);
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #statementOf<Row>(sql: string): Statement<Row> {
    return {
      all: (...parameters) => promiseOf(() => this.all(sql, parameters) as Row[]),
      run: (...parameters) => promiseOf(() => void this.#prepare(sql).statement.run(...(parameters as SQLInputValue[]))),
    };
  }

  #prepare(sql: string): Prepared {
    let prepared = this.#statements.get(sql);
    if (prepared === undefined) {
      // Generated texts (searches with many values) would grow it for ever.
      if (this.#statements.size >= 500) this.#statements.clear();
      const statement = this.#database.prepare(sql);
      statement.setReadBigInts(true); // integers beyond 2^53 would throw otherwise
      statement.setReturnArrays(true); // its objects are slow to make and to read
      prepared = { statement, columns: statement.columns().map((column) => column.name) };
      this.#statements.set(sql, prepared);
    }
    return prepared;
  }
}

/** A promise that is settled already: awaiting it takes a microtask, no turn of the event loop. */
function promiseOf<T>(run: () => T): Promise<T> {
  try {
    return Promise.resolve(run());
  } catch (error) {
    return Promise.reject(error);
  }
}

function rowsOf(statement: StatementSync, columns: readonly string[], parameters: readonly SQLInputValue[]): Record<string, unknown>[] {
  // `setReturnArrays` is unknown to the types of `all`.
  const rows = statement.all(...parameters) as unknown as unknown[][];
  return rows.map((values) => {
    const row: Record<string, unknown> = {};
    for (let index = 0; index < columns.length; index += 1) row[columns[index]!] = narrow(values[index]);
    return row;
  });
}

function narrow(value: unknown): unknown {
  const fits = typeof value === 'bigint' && value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER;
  return fits ? Number(value) : value;
}

/** Kysely's driver over one synchronous connection; transactions are the caller's, except while migrating. */
class SynchronousDriver implements Driver {
  readonly #connection: DatabaseConnection;
  readonly #exec: (sql: string) => void;

  constructor(connection: SqliteConnection) {
    this.#exec = (sql) => connection.exec(sql);
    this.#connection = {
      executeQuery: <R>(query: CompiledQuery) =>
        promiseOf(() => connection.query(query.sql, query.parameters.map(toSqlite) as SqlValue[]) as QueryResult<R>),
      streamQuery: () => {
        throw new Error('streaming is not used: pages are read by keys');
      },
    };
  }

  async init(): Promise<void> {}
  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }
  async beginTransaction(): Promise<void> {
    this.#exec('BEGIN IMMEDIATE');
  }
  async commitTransaction(): Promise<void> {
    this.#exec('COMMIT');
  }
  async rollbackTransaction(): Promise<void> {
    this.#exec('ROLLBACK');
  }
  async releaseConnection(): Promise<void> {}
  async destroy(): Promise<void> {}
}

function toSqlite(value: unknown): unknown {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return value === undefined ? null : value;
}
