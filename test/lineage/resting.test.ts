/** Versions that rest on an object with many edges, read a page at a time. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../src/backends/db/port.ts';
import { openPostgres } from '../../src/backends/db/postgres.ts';
import { openSqlite } from '../../src/backends/db/sqlite.ts';
import { versionsRestingOn, type Edge, type LineageNode, type NodeKind } from '../../src/lineage/index.ts';
import { migrations } from '../../src/migrations/index.ts';
import { startPostgres, type Postgres } from '../support/postgres.ts';
import { addEdges, addWorkspace, databases } from '../support/seeded-state.ts';

const node = (kind: NodeKind, id: string): LineageNode => ({ kind, id });
const edge = (from: LineageNode, to: LineageNode, relation = 'output'): Edge => ({ from, to, relation });
const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index).padStart(5, '0'));

describe.each(databases)('versions that rest on an object, on %s', (database) => {
  const folder = mkdtempSync(join(tmpdir(), 'millwright-lineage-'));
  let postgres: Postgres | undefined;
  let db: Db;
  beforeAll(async () => {
    if (database === 'PostgreSQL') postgres = await startPostgres();
    const threadFile = join(import.meta.dirname, '../support/seeding-thread.ts');
    db =
      postgres === undefined
        ? await openSqlite({ path: join(folder, 'db'), threadFile, readers: 1 })
        : await openPostgres({ url: postgres.url, connections: 2, migrations });
    await db.write(addWorkspace, { id: 2, name: 'other' });
    // One commit with 4,500 runs, each with a version of one model; every tenth went into another version.
    const commit = node('commit', 'c0ffee');
    const edges = numbered(4500).flatMap((id, index) => [
      edge(commit, node('run', id)),
      edge(node('run', id), node('model_version', `load/${index + 1}`), 'registered'),
      ...(index % 10 === 0 ? [edge(node('model_version', `load/${index + 1}`), node('model_version', `copy/${index + 1}`), 'copied')] : []),
    ]);
    await db.write(addEdges, { workspaceId: 1, edges });
    await db.write(addEdges, { workspaceId: 2, edges: [edge(commit, node('model_version', 'theirs/1'))] });
  });
  afterAll(async () => {
    await db.close();
    await postgres?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const resting = (limits?: { edges: number; versions: number }, start = node('commit', 'c0ffee')) =>
    versionsRestingOn({ db }, { scope: { workspaceId: 1 }, node: start }, limits);

  test('are all found, over many pages', async () => {
    const { ids, truncated } = await resting();
    expect(truncated).toBe(false);
    expect(new Set(ids)).toEqual(
      new Set(numbered(4500).flatMap((_, index) => [`load/${index + 1}`, ...(index % 10 === 0 ? [`copy/${index + 1}`] : [])])),
    );
    expect(ids).toHaveLength(4950);
  });

  test('include the version itself', async () => {
    expect(await resting(undefined, node('model_version', 'load/1'))).toEqual({ ids: ['load/1', 'copy/1'], truncated: false });
    expect(await resting(undefined, node('model_version', 'load/2'))).toEqual({ ids: ['load/2'], truncated: false });
  });

  test('end at a bound of edges or versions, and say that there may be more', async () => {
    const few = await resting({ edges: 6000, versions: 10_000 });
    expect(few.truncated).toBe(true);
    expect(few.ids.length).toBeGreaterThan(0);
    expect(few.ids.length).toBeLessThan(4500);
    const counted = await resting({ edges: 200_000, versions: 100 });
    expect(counted.truncated).toBe(true);
    expect(counted.ids).toHaveLength(100);
  });
});
