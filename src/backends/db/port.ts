/**
 * The SQL port: facts that people filter and join, on SQLite (embedded) or PostgreSQL.
 *
 * Contract, held by `test/backends/db.conformance.ts` on both:
 * - A write is a registered function `(tx, input) → result`. It runs whole in one transaction, awaits nothing but `tx`,
 *   takes clock and ids in its input, and may be run again from the start when the database asks for it.
 * - `write` resolves only after its commit is durable: `kill -9` and power loss do not lose it.
 * - A write that throws leaves nothing; its neighbours in the same group commit stand. The error arrives as it was thrown
 *   (a `MillwrightError` keeps its code and details).
 * - A read sees one consistent snapshot that includes every write acknowledged before it was asked.
 * - Input and result are plain data (structured clone).
 * - Integers beyond ±2⁵³ arrive as `bigint`, all others as `number`. NaN cannot be stored: callers keep a flag.
 */
import type { Kysely } from 'kysely';

/** What the dialects differ in, as far as a query must know. */
export interface Capabilities {
  /** Text of a case-sensitive LIKE and of a case-insensitive one; a backslash in the pattern is itself. */
  readonly like: (left: string, right: string) => string;
  readonly ilike: (left: string, right: string) => string;
  /** `SELECT … FOR UPDATE` is there and needed; SQLite's one writer needs none. */
  readonly rowLocks: boolean;
  /** Text compares by its bytes: what begins alike stands together in an index, and in the order of its beginning. */
  readonly byteOrder: boolean;
}

export type SqlValue = string | number | bigint | Uint8Array | null;

/** One SQL text, prepared once per connection. Placeholders are `?`; the text must hold no other question mark. */
export interface Statement<Row> {
  all(...parameters: readonly SqlValue[]): Promise<Row[]>;
  run(...parameters: readonly SqlValue[]): Promise<void>;
}

/** A connection inside a transaction (or a read snapshot), seen as the tables `T`. */
export interface Tx<T> {
  readonly kysely: Kysely<T>;
  readonly capabilities: Capabilities;
  /** For hot paths: Kysely's builder costs 15 to 25 times a prepared statement. */
  statement<Row = Record<string, SqlValue>>(sql: string): Statement<Row>;
}

/** A registered function of the database; made by `defineWrite` and `defineRead`, called through `Db`. */
export interface Operation<Input, Result> {
  readonly name: string;
  readonly kind: 'write' | 'read';
  /** Runs inside a transaction that is already open: how one write calls another, and how back ends run it. */
  readonly run: (tx: Tx<never>, input: Input) => Promise<Result>;
}

export interface Write<Input, Result> extends Operation<Input, Result> {
  readonly kind: 'write';
  /** Writes to one thing at once need not see each other: see `defineWrite`. */
  readonly commutes: boolean;
}

export interface Read<Input, Result> extends Operation<Input, Result> {
  readonly kind: 'read';
}

export interface Db {
  write<Input, Result>(operation: Write<Input, Result>, input: Input): Promise<Result>;
  read<Input, Result>(operation: Read<Input, Result>, input: Input): Promise<Result>;
  /** Aborts, its reason a `MillwrightError`, once this process can ask nothing of the database any more: it must end. */
  readonly broken: AbortSignal;
  close(): Promise<void>;
}

/** Told of each transaction: how many operations it held, and how long it took to its durable end. */
export type ObserveGroup = (group: {
  readonly kind: Operation<never, unknown>['kind'];
  readonly operations: number;
  readonly milliseconds: number;
}) => void;

/** The registry that a back end runs operations from, by name: `src/operations.ts`. */
export type Operations = ReadonlyMap<string, Operation<never, unknown>>;

/**
 * Declares a change of the database. `name` is `<domain>.<verb><Noun>`, unique in the program.
 * Inside another write, call it as `createRun.run(tx, input)`.
 *
 * A write that only adds rows and upserts, and decides nothing by what it read, `commutes`: many of them on one thing at once
 * wait for each other's rows but are never run again.
 */
export function defineWrite<T, Input, Result>(
  name: string,
  run: (tx: Tx<T>, input: Input) => Promise<Result>,
  options: { readonly commutes?: boolean } = {},
): Write<Input, Result> {
  return { name, kind: 'write', run: run as unknown as Write<Input, Result>['run'], commutes: options.commutes ?? false };
}

/** Declares a query; see `defineWrite`. */
export function defineRead<T, Input, Result>(name: string, run: (tx: Tx<T>, input: Input) => Promise<Result>): Read<Input, Result> {
  return { name, kind: 'read', run: run as unknown as Read<Input, Result>['run'] };
}

/** Any transaction, for functions that write with statements only, such as `recordEvent`. */
export type Statements = Pick<Tx<never>, 'statement' | 'capabilities'>;

/** The same connection without its tables: how a write hands its `tx` to another domain's operation. */
export function asTx<T>(tx: Tx<T>): Tx<never> {
  return tx as unknown as Tx<never>;
}
