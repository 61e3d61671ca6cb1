/** What a start that fails half-way leaves behind. */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keepEverything, openForwarding, openRecordsFolder } from '../../src/records-app.ts';
import { newFolder } from './harness.ts';

const log = { error: () => undefined };

test('a folder of records that cannot be opened is let go, with its database', async () => {
  const folder = join(newFolder(), 'records');
  const open = () => openRecordsFolder(folder, { log, settings: () => undefined });
  mkdirSync(join(folder, 'predictions'), { recursive: true });
  writeFileSync(join(folder, 'predictions/segments'), 'no folder');
  await expect(open()).rejects.toMatchObject({ code: 'EEXIST' });
  // The last connection that closes takes the log of the database with it.
  expect(existsSync(join(folder, 'millwright.db'))).toBe(true);
  expect(existsSync(join(folder, 'millwright.db-wal'))).toBe(false);
  rmSync(join(folder, 'predictions/segments'));
  const owned = await open();
  await expect(open()).rejects.toMatchObject({ code: 'STATE_LOCKED' });
  await owned.close();
  await (await open()).close();
});

test('folders of records on their way that cannot be opened are let go, all of them', async () => {
  const userDataDir = newFolder();
  const open = () =>
    openForwarding({
      server: 'http://localhost:1',
      endpoint: 'load',
      userDataDir,
      send: () => Promise.resolve({ refused: 0, problems: [] }),
      settings: () => keepEverything,
      log,
    });
  const first = await open();
  await first.close();
  const [name] = readdirSync(join(userDataDir, 'unsent'));
  const broken = join(userDataDir, 'unsent', name!, '1');
  mkdirSync(join(broken, '0.seg'), { recursive: true });
  await expect(open()).rejects.toThrow('EISDIR');
  rmSync(join(broken, '0.seg'), { recursive: true });
  const again = await open();
  expect(again.folder).toBe(first.folder);
  await again.close();
});
