/** The contract of `src/backends/db/port.ts`, as every implementation must hold it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../../src/backends/db/port.ts';
import { claimEvents, finishEvent, listEvents } from '../../../src/events/index.ts';
import { beginPipelineRun, listPipelineRuns } from '../../../src/pipelines/runs/index.ts';
import {
  addEvent,
  countItems,
  countTwice,
  getItem,
  increment,
  plantFailingEdge,
  plantNewerMigration,
  plantedCommit,
  putAndFail,
  putItem,
  transfer,
} from './operations.ts';

export interface DatabaseUnderTest {
  /** Opens one more handle on the same database, as another server process would; migrations have run. */
  open(): Promise<Db>;
}

export interface Harness {
  readonly name: string;
  /** An empty database. */
  create(): Promise<DatabaseUnderTest>;
  /** Whether several servers may share one database; SQLite's has one owner. */
  readonly shared: boolean;
  /** Operations that may wait before more are refused. */
  readonly queueLimit: number;
  /** Whether text may hold NUL. */
  readonly storesNul: boolean;
}

const scope = { workspaceId: 1 };
const actor = { ...scope, name: 'test', role: 'admin', tokenId: undefined, stageRunId: undefined } as const;
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));
const hexId = (index: number): string => index.toString(16).padStart(32, '0');

export function dbConformance(harness: Harness): void {
  describe(`database on ${harness.name}`, () => {
    let db: Db;
    beforeAll(async () => {
      db = await (await harness.create()).open();
    });
    afterAll(() => db.close());

    test('a write that throws leaves nothing, and its neighbours of the same moment stand', async () => {
      const results = await Promise.allSettled([
        db.write(putItem, { id: 'left', whole: 1 }),
        db.write(putAndFail, { id: 'planted', known: true }),
        db.write(putItem, { id: 'right', whole: 2 }),
      ]);
      expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(await db.read(getItem, { id: 'planted' })).toBeUndefined();
      expect(await db.read(getItem, { id: 'left' })).toMatchObject({ whole: 1 });
      expect(await db.read(getItem, { id: 'right' })).toMatchObject({ whole: 2 });
    });

    test('an error arrives as it was thrown: code and details of one of the table, message of a fault', async () => {
      await expect(db.write(putAndFail, { id: 'x', known: true })).rejects.toMatchObject({
        name: 'MillwrightError',
        code: 'RESOURCE_CONFLICT',
        message: "item 'x' is planted",
        details: { clause: 'a < b' },
      });
      const fault = await db.write(putAndFail, { id: 'x', known: false }).catch((error: unknown) => error);
      expect(fault).toBeInstanceOf(Error);
      expect(fault).not.toHaveProperty('code');
      expect(fault).toHaveProperty('message', "fault at 'x'");
    });

    test.each([
      [2 ** 53 - 1, 2 ** 53 - 1],
      [-(2 ** 53 - 1), -(2 ** 53 - 1)],
      [2n ** 53n, 2n ** 53n],
      [-(2n ** 53n) - 1n, -(2n ** 53n) - 1n],
      [2n ** 63n - 1n, 2n ** 63n - 1n],
      [-(2n ** 63n), -(2n ** 63n)],
      [7n, 7],
    ])('the integer %s is stored to the last digit', async (given, expected) => {
      const id = `integer ${given}`;
      await db.write(putItem, { id, whole: given });
      expect((await db.read(getItem, { id }))!.whole).toBe(expected);
    });

    test('an integer beyond 64 bits is a mistake of the caller, and leaves nothing', async () => {
      await expect(db.write(putItem, { id: 'beyond', whole: 2n ** 63n })).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' });
      expect(await db.read(getItem, { id: 'beyond' })).toBeUndefined();
    });

    test.each([0.1, 5e-324, Number.MAX_VALUE, Infinity, -Infinity])('the number %s is stored to the last bit', async (real) => {
      const id = `real ${real}`;
      await db.write(putItem, { id, whole: 0, real });
      expect((await db.read(getItem, { id }))!.real).toBe(real);
    });

    test('text of every plane is stored exactly; NUL is stored or refused as a mistake of the caller', async () => {
      const text = `quote ' " \\ % _ ? $1 line\nümlaut 漢字 🦉 \u{10ffff} \u2028`;
      await db.write(putItem, { id: 'text', whole: 0, text });
      expect((await db.read(getItem, { id: 'text' }))!.text).toBe(text);
      const withNul = db.write(putItem, { id: 'nul', whole: 0, text: 'a\0b' });
      if (harness.storesNul) {
        await withNul;
        expect((await db.read(getItem, { id: 'nul' }))!.text).toBe('a\0b');
      } else await expect(withNul).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' });
    });

    test('a read sees every write that was acknowledged before it was asked', async () => {
      const missed: string[] = [];
      const writer = async (name: number): Promise<void> => {
        for (let index = 0; index < 25; index += 1) {
          const id = `own ${name} ${index}`;
          await db.write(putItem, { id, whole: index });
          if ((await db.read(getItem, { id }))?.whole !== index) missed.push(id);
        }
      };
      await Promise.all(times(8, writer));
      expect(missed).toEqual([]);
    });

    test('a read sees one moment, whatever is written meanwhile', async () => {
      const before = await db.read(countItems, {});
      const writes = times(50, (index) => db.write(putItem, { id: `moment ${index}`, whole: index }));
      const reads = await Promise.all(times(50, () => db.read(countTwice, {})));
      await Promise.all(writes);
      expect(reads.filter(([first, second]) => first !== second)).toEqual([]);
      expect(await db.read(countItems, {})).toBe(before + 50);
    });

    test('concurrent writes that rest on what they read lose nothing', async () => {
      await db.write(putItem, { id: 'counter', whole: 0 });
      const seen = await Promise.all(times(40, () => db.write(increment, { id: 'counter' })));
      expect(seen.toSorted((a, b) => a - b)).toEqual(times(40, (index) => index + 1));
      expect(await db.read(getItem, { id: 'counter' })).toMatchObject({ whole: 40 });
    });

    test('writes that lock the same rows in opposite order all come through', async () => {
      await Promise.all(['a', 'b'].map((id) => db.write(putItem, { id: `deadlock ${id}`, whole: 0 })));
      const pairs = times(8, (index) => (index % 2 === 0 ? ['a', 'b'] : ['b', 'a']));
      await Promise.all(pairs.map(([from, to]) => db.write(transfer, { from: `deadlock ${from}`, to: `deadlock ${to}` })));
      expect(await db.read(getItem, { id: 'deadlock a' })).toMatchObject({ whole: 0 });
      expect(await db.read(getItem, { id: 'deadlock b' })).toMatchObject({ whole: 0 });
    });

    test('pipeline runs that begin at the same moment get numbers of their own', async () => {
      await Promise.all(times(20, (index) => db.write(beginPipelineRun, newRun(`numbered ${index}`, null))));
      const runs = await db.read(listPipelineRuns, { scope, project: 'conformance', limit: 100 });
      expect(runs.map((run) => run.number).toSorted((a, b) => a - b)).toEqual(times(20, (index) => index + 1));
    });

    test('more operations than may wait are refused at once, the others are answered', async () => {
      const results = await Promise.allSettled(times(harness.queueLimit + 200, () => db.read(getItem, { id: 'left' })));
      const refused = results.filter((result) => result.status === 'rejected');
      expect(refused.length).toBeGreaterThanOrEqual(200);
      expect(new Set(refused.map((result) => (result.reason as { code: string }).code))).toEqual(new Set(['TOO_MANY_REQUESTS']));
      expect(results.filter((result) => result.status === 'fulfilled').length).toBeGreaterThanOrEqual(harness.queueLimit);
      expect(await db.read(getItem, { id: 'left' })).toMatchObject({ whole: 1 });
    });
  });

  describe(`opening and closing on ${harness.name}`, () => {
    test('closing answers what was asked before, refuses what comes later, and loses no acknowledged write', async () => {
      const database = await harness.create();
      const db = await database.open();
      const asked = Promise.allSettled(times(200, (index) => db.write(putItem, { id: `pending ${index}`, whole: index })));
      await Promise.all([db.close(), db.close()]);
      expect((await asked).filter((result) => result.status === 'rejected')).toEqual([]);
      await expect(db.write(putItem, { id: 'late', whole: 0 })).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
      await expect(db.read(countItems, {})).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
      const again = await database.open();
      expect(await again.read(countItems, {})).toBe(200);
      await again.close();
    });

    test('a database of a newer version is refused', async () => {
      const database = await harness.create();
      const db = await database.open();
      await db.write(plantNewerMigration, {});
      await db.close();
      await expect(database.open()).rejects.toMatchObject({
        code: 'STATE_NEWER',
        exit: 78,
        message: expect.stringContaining("'9999-of-the-future'") as unknown,
      });
    });

    if (harness.shared)
      test('servers that start at once on one empty database all open it', async () => {
        const database = await harness.create();
        const handles = await Promise.all(times(4, () => database.open()));
        await handles[0]!.write(putItem, { id: 'shared', whole: 1 });
        for (const handle of handles) expect(await handle.read(getItem, { id: 'shared' })).toMatchObject({ whole: 1 });
        await Promise.all(handles.map((handle) => handle.close()));
      });
  });

  describe(`events and lineage on ${harness.name}`, () => {
    let consumers: Db[];
    const kinds = ['run.created'] as const;
    const claim = (db: Db, owner: string, now: number, limit = 7) =>
      db.write(claimEvents, { consumer: 'test', owner, kinds, now, leaseMs: 1000, limit });

    beforeAll(async () => {
      const database = await harness.create();
      const first = await database.open();
      consumers = [first, harness.shared ? await database.open() : first];
    });
    afterAll(() => Promise.all(consumers.map((db) => db.close())));

    test('a fact whose lineage edge fails is not there, nor is its event', async () => {
      const [db] = consumers as [Db, Db];
      await db.write(plantFailingEdge, {});
      await expect(db.write(beginPipelineRun, newRun('doomed', plantedCommit))).rejects.toThrow('planted edge');
      expect(await db.read(listPipelineRuns, { scope, limit: 10 })).toEqual([]);
      expect(await db.read(listEvents, { scope, limit: 10 })).toEqual([]);
      await db.write(beginPipelineRun, newRun('sound', 'a'.repeat(40)));
      expect(await db.read(listPipelineRuns, { scope, limit: 10 })).toMatchObject([{ id: 'sound' }]);
      expect(await db.read(listEvents, { scope, limit: 10 })).toMatchObject([{ kind: 'pipeline_run.started', subjectId: 'sound' }]);
    });

    test('each event is claimed by one of two consumers that ask at the same moment', async () => {
      const [left, right] = consumers as [Db, Db];
      await Promise.all(times(60, (index) => left.write(addEvent, { id: hexId(index), at: index })));
      const claims = await Promise.all(
        times(12, (index) => claim(index % 2 === 0 ? left : right, index % 2 === 0 ? 'left' : 'right', 100)),
      );
      const ids = claims.flat().map(({ eventId }) => eventId);
      expect(new Set(ids).size).toBe(ids.length);
      // A consumer may find rows locked and get fewer; nothing is lost: what is left can be claimed afterwards.
      while (ids.length < 60) {
        const more = await claim(left, 'left', 100, 60);
        expect(more.length).toBeGreaterThan(0);
        ids.push(...more.map(({ eventId }) => eventId));
      }
      expect(ids.toSorted()).toEqual(times(60, hexId));
      expect(await claim(right, 'right', 1099)).toEqual([]);
    });

    test('a lease that ended goes to another owner, and the first cannot finish its event', async () => {
      const [left, right] = consumers as [Db, Db];
      await left.write(addEvent, { id: hexId(1000), at: 2000 });
      const now = 5_000;
      const mine = (await claim(left, 'left', now, 1000)).find(({ eventId }) => eventId === hexId(1000))!;
      expect(await claim(right, 'right', now + 999, 1000)).toEqual([]);
      const theirs = (await claim(right, 'right', now + 1000, 1000)).find(({ eventId }) => eventId === hexId(1000))!;
      expect(theirs.fence).toBe(mine.fence + 1);
      const finish = (db: Db, owner: string, held: typeof mine) =>
        db.write(finishEvent, { consumer: 'test', owner, claim: held, now: now + 1001 });
      expect(await finish(left, 'left', mine)).toBe(false);
      expect(await finish(right, 'right', { ...theirs, fence: mine.fence })).toBe(false);
      expect(await finish(right, 'right', theirs)).toBe(true);
      expect(await finish(right, 'right', theirs)).toBe(false);
      const later = await claim(left, 'left', now + 1_000_000, 1000);
      expect(later.map(({ eventId }) => eventId)).not.toContain(hexId(1000));
      const otherConsumer = await left.write(claimEvents, { consumer: 'other', owner: 'left', kinds, now, leaseMs: 1, limit: 1000 });
      expect(otherConsumer.map(({ eventId }) => eventId)).toContain(hexId(1000));
    });
  });
}

function newRun(id: string, commit: string | null) {
  const stages = [{ id: `${id} stage`, name: 'train', command: 'python train.py', after: [] }];
  const fixed = {
    actor,
    eventId: `event of ${id}`,
    now: 1,
    project: 'conformance',
    cause: 'test',
    branch: null,
    patch: null,
    data: [],
    gates: [],
    auditId: `audit of ${id}`,
  };
  return { ...fixed, id, commit, stages };
}
