import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import { toRecord, type ErrorRecord } from './errors.ts';
import { migrate, type Migration } from './migrate.ts';
import type { Operation, Operations } from './port.ts';
import { SqliteConnection } from './sqlite-connection.ts';

export interface Request {
  readonly id: number;
  readonly name: string;
  readonly input: unknown;
}

/** What a group answers, and how long it took from its first operation to the end of its commit. */
export interface Replies {
  readonly replies: readonly Reply[];
  readonly milliseconds: number;
}

export type Reply = { readonly id: number; readonly result: unknown } | { readonly id: number; readonly error: ErrorRecord };

export interface ThreadData {
  readonly path: string;
  readonly role: 'writer' | 'reader';
}

/** More operations than this wait for the next commit: bounds the delay of the first. */
const groupLimit = 512;

/**
 * The body of a database thread. Whatever requests wait when one arrives become one group: in the writer one commit
 * with a savepoint an operation, in a reader one snapshot. Answers leave only after the commit.
 */
export async function serveSqlite(
  port: MessagePort,
  data: ThreadData,
  operations: Operations,
  migrations: readonly Migration[],
): Promise<void> {
  const connection = new SqliteConnection(data.path, { readOnly: data.role === 'reader' });
  if (data.role === 'writer') await migrate(connection.kysely as never, migrations, Date.now());
  const run = data.role === 'writer' ? commitGroup : readGroup;

  // Operations await settled promises only, so a group ends before the next message is taken from the port.
  let queue = Promise.resolve();
  port.on('message', (first: Request | 'close') => {
    const group: Request[] = [];
    let closing = false;
    for (let message: Request | 'close' | undefined = first; message !== undefined; message = next(port)) {
      if (message === 'close') {
        closing = true;
        break;
      }
      group.push(message);
      if (group.length >= groupLimit) break;
    }
    queue = queue.then(async () => {
      if (group.length > 0) {
        const began = performance.now();
        const replies = await run(connection, group, operations);
        port.postMessage({ replies, milliseconds: performance.now() - began } satisfies Replies);
      }
      if (!closing) return;
      connection.close();
      port.close();
    });
  });
  port.postMessage('ready');
}

function next(port: MessagePort): Request | 'close' | undefined {
  return receiveMessageOnPort(port)?.message as Request | 'close' | undefined;
}

async function commitGroup(connection: SqliteConnection, group: readonly Request[], operations: Operations): Promise<Reply[]> {
  try {
    connection.step('BEGIN IMMEDIATE');
    const replies: Reply[] = [];
    // One alone needs no savepoint: what undoes it undoes the transaction.
    if (group.length === 1) replies.push(await runOperation(connection, group[0]!, operations));
    else for (const request of group) replies.push(await runInSavepoint(connection, request, operations));
    connection.step('COMMIT');
    return replies;
  } catch (error) {
    rollBack(connection);
    const record = toRecord(error);
    return group.map(({ id }) => ({ id, error: record }));
  }
}

async function runInSavepoint(connection: SqliteConnection, request: Request, operations: Operations): Promise<Reply> {
  connection.step('SAVEPOINT operation');
  try {
    const reply = await runOperation(connection, request, operations);
    connection.step('RELEASE operation');
    return reply;
  } catch (error) {
    const record = toRecord(error);
    // A full disk ends the whole transaction by itself; then the group fails as one.
    if (record.code === 'DISK_FULL') throw error;
    connection.exec('ROLLBACK TO operation; RELEASE operation');
    return { id: request.id, error: record };
  }
}

async function runOperation(connection: SqliteConnection, { id, name, input }: Request, operations: Operations): Promise<Reply> {
  return { id, result: await operationOf(operations, name).run(connection.tx, input as never) };
}

async function readGroup(connection: SqliteConnection, group: readonly Request[], operations: Operations): Promise<Reply[]> {
  const replies: Reply[] = [];
  connection.step('BEGIN');
  for (const request of group) {
    try {
      replies.push(await runOperation(connection, request, operations));
    } catch (error) {
      replies.push({ id: request.id, error: toRecord(error) });
    }
  }
  connection.step('COMMIT');
  return replies;
}

function rollBack(connection: SqliteConnection): void {
  try {
    connection.exec('ROLLBACK');
  } catch (error) {
    // SQLite has rolled back already (full disk, I/O error): 'cannot rollback - no transaction is active'.
    if (!(error instanceof Error && error.message.includes('no transaction'))) throw error;
  }
}

function operationOf(operations: Operations, name: string): Operation<never, unknown> {
  const operation = operations.get(name);
  if (operation === undefined) throw new Error(`the operation '${name}' is not in src/operations.ts`);
  return operation;
}
