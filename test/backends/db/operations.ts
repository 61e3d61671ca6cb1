/** Operations and a table of the conformance suite's own, beside the program's registered ones. */
import { sql, type Kysely } from 'kysely';
import type { Migration } from '../../../src/backends/db/migrate.ts';
import { asTx, defineRead, defineWrite, type Operation, type Operations, type SqlValue } from '../../../src/backends/db/port.ts';
import { MillwrightError } from '../../../src/errors.ts';
import { recordEvent } from '../../../src/events/index.ts';
import type { EventTables } from '../../../src/events/index.ts';
import { migrations as programMigrations } from '../../../src/migrations/index.ts';
import { operations as programOperations } from '../../../src/operations.ts';

export interface Item {
  readonly id: string;
  readonly whole: SqlValue;
  readonly real?: number;
  readonly text?: string;
}

interface Tables extends EventTables {
  conformance_items: { id: string; whole: SqlValue; real: number | null; text: string | null };
}

const conformanceTables: Migration = {
  name: '9000-conformance',
  async up(db: Kysely<unknown>) {
    await sql`create table conformance_items (id text primary key, whole bigint, "real" double precision, text text)`.execute(db);
  },
};

export const migrations: readonly Migration[] = [...programMigrations, conformanceTables];

export const putItem = defineWrite<Tables, Item, void>('conformance.putItem', async (tx, { id, whole, real, text }) => {
  await tx.kysely
    .insertInto('conformance_items')
    .values({ id, whole, real: real ?? null, text: text ?? null })
    .execute();
});

export const getItem = defineRead<Tables, { id: string }, Item | undefined>('conformance.getItem', async (tx, { id }) => {
  const [row] = await tx.statement<Item>('select id, whole, "real", text from conformance_items where id = ?').all(id);
  return row;
});

export const countItems = defineRead<Tables, Record<string, never>, number>('conformance.countItems', async (tx) => {
  const [row] = await tx.statement<{ count: number }>('select count(*) as count from conformance_items').all();
  return row!.count;
});

/** Counts twice in one read: both must be of the same moment. */
export const countTwice = defineRead<Tables, Record<string, never>, [number, number]>('conformance.countTwice', async (tx) => [
  await countItems.run(asTx(tx), {}),
  await countItems.run(asTx(tx), {}),
]);

/** Writes, then fails: `known` with an error of the table, else with a plain one. */
export const putAndFail = defineWrite<Tables, { id: string; known: boolean }, void>('conformance.putAndFail', async (tx, { id, known }) => {
  await putItem.run(asTx(tx), { id, whole: 1 });
  if (known) throw new MillwrightError('RESOURCE_CONFLICT', `item '${id}' is planted`, { details: { clause: 'a < b' } });
  throw new Error(`fault at '${id}'`);
});

/** Reads, then writes what it read plus one: loses counts where two run between one another. */
export const increment = defineWrite<Tables, { id: string }, number>('conformance.increment', async (tx, { id }) => {
  const [row] = await tx.statement<{ whole: number }>('select whole from conformance_items where id = ?').all(id);
  const next = row!.whole + 1;
  await tx.statement('update conformance_items set whole = ? where id = ?').run(next, id);
  return next;
});

/** Takes from one row and gives to another, in the order of the call: two opposite ones can deadlock. */
export const transfer = defineWrite<Tables, { from: string; to: string }, void>('conformance.transfer', async (tx, { from, to }) => {
  await tx.statement('update conformance_items set whole = whole - 1 where id = ?').run(from);
  await tx.statement('update conformance_items set whole = whole + 1 where id = ?').run(to);
});

export const addEvent = defineWrite<Tables, { id: string; at: number }, void>('conformance.addEvent', (tx, { id, at }) =>
  recordEvent(tx, { workspaceId: 1 }, { id, kind: 'run.created', subjectKind: 'run', subjectId: id, at, actor: 'test', data: {} }),
);

/** Ends the thread that runs it, as a fault in native code would. */
export const endThread = defineRead<Tables, { exitCode: number }, void>('conformance.endThread', async (_tx, { exitCode }) =>
  process.exit(exitCode),
);

/** What a newer version of the program would have left. */
export const plantNewerMigration = defineWrite<Tables, Record<string, never>, void>('conformance.plantNewerMigration', (tx) =>
  tx.statement(`insert into schema_migrations (name, applied_at) values ('9999-of-the-future', 0)`).run(),
);

/** Makes every lineage edge from `planted` fail, in the dialect of the database. */
export const plantFailingEdge = defineWrite<Tables, Record<string, never>, void>('conformance.plantFailingEdge', async (tx) => {
  if (!tx.capabilities.rowLocks) {
    await tx
      .statement(
        `create trigger planted before insert on lineage_edges when new.from_id = '${plantedCommit}' begin select raise(abort, 'planted edge'); end`,
      )
      .run();
    return;
  }
  await tx
    .statement(
      `create function planted() returns trigger language plpgsql as 'begin if new.from_id = ''${plantedCommit}'' then raise exception ''planted edge''; end if; return new; end'`,
    )
    .run();
  await tx.statement('create trigger planted before insert on lineage_edges for each row execute function planted()').run();
});

export const plantedCommit = 'f'.repeat(40);

const own = [
  putItem,
  getItem,
  countItems,
  countTwice,
  putAndFail,
  increment,
  transfer,
  addEvent,
  plantNewerMigration,
  plantFailingEdge,
  endThread,
] as const;

export const operations: Operations = new Map<string, Operation<never, unknown>>([
  ...programOperations,
  ...own.map((operation): [string, Operation<never, unknown>] => [operation.name, operation as Operation<never, unknown>]),
]);
