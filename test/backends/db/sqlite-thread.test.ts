import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Db } from '../../../src/backends/db/port.ts';
import { openSqlite } from '../../../src/backends/db/sqlite.ts';
import { countItems, endThread, getItem, putItem } from './operations.ts';

let folder: string;
const open = (): Promise<Db> => openSqlite({ path: join(folder, 'db'), threadFile: join(import.meta.dirname, 'thread.ts'), readers: 1 });
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millwright-thread-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test.each(['reader', 'writer'] as const)(
  'a %s thread that dies fails what waits for it and says that the process must end',
  async (role) => {
    const db = await open();
    await db.write(putItem, { id: 'kept', whole: 1 });
    const gone = once(db.broken, 'abort');
    const ends = { ...endThread, kind: 'write', commutes: false } as const;
    const asked =
      role === 'reader'
        ? [db.read(endThread, { exitCode: 3 }), db.read(countItems, {})]
        : [db.write(ends, { exitCode: 3 }), db.write(putItem, { id: 'lost', whole: 1 })];
    const fault = {
      code: 'TEMPORARILY_UNAVAILABLE',
      message: `the database's ${role} thread died (exit code 3): start the server again`,
    };
    for (const { status, ...outcome } of await Promise.allSettled(asked))
      expect([status, outcome]).toMatchObject(['rejected', { reason: fault }]);
    await gone;
    expect(db.broken.reason).toMatchObject(fault);
    await db.close();

    const again = await open();
    expect(await again.read(getItem, { id: 'kept' })).toMatchObject({ whole: 1 });
    expect(await again.read(getItem, { id: 'lost' })).toBeUndefined();
    await again.close();
    expect(again.broken.aborted).toBe(false);
  },
);
