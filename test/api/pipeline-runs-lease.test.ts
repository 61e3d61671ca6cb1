import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashToken, principalOfToken } from '../../src/access/index.ts';
import type { Db } from '../../src/backends/db/port.ts';
import { openPostgres } from '../../src/backends/db/postgres.ts';
import { openSqlite } from '../../src/backends/db/sqlite.ts';
import { listEvents } from '../../src/events/index.ts';
import { migrations } from '../../src/migrations/index.ts';
import {
  appendLog,
  beginPipelineRun,
  beginStageRun,
  cancelLostRuns,
  endPipelineRun,
  getPipelineRun,
  renewPipelineRun,
} from '../../src/pipelines/runs/index.ts';
import { startPostgres, type Postgres } from '../support/postgres.ts';
import { databases } from '../support/seeded-state.ts';

const scope = { workspaceId: 1 };
const actor = { ...scope, name: 'ada', role: 'editor', tokenId: undefined, stageRunId: undefined } as const;
const t0 = Date.UTC(2026, 0, 1);
const lease = 60_000;

describe.each(databases)('on %s', (database) => {
  let folder: string;
  let postgres: Postgres | undefined;
  let db: Db;
  let count = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millwright-lease-'));
    if (database === 'PostgreSQL') postgres = await startPostgres();
    db =
      postgres === undefined
        ? await openSqlite({ path: join(folder, 'db'), threadFile: join(import.meta.dirname, '../backends/db/thread.ts'), readers: 1 })
        : await openPostgres({ url: postgres.url, connections: 4, migrations });
  });
  afterAll(async () => {
    await db.close();
    await postgres?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function begin(now: number, stages: readonly string[] = ['train', 'evaluate']): Promise<string> {
    const id = `run${(count += 1)}`;
    const plan = stages.map((name) => ({ id: `${id} ${name}`, name, command: 'true', after: [] }));
    const unknown = { commit: null, branch: null, patch: null, data: [], gates: [], auditId: `audit ${id}` };
    await db.write(beginPipelineRun, { ...unknown, actor, id, eventId: `begin ${id}`, now, project: 'p', cause: 'test', stages: plan });
    return id;
  }

  async function beginTraining(id: string, now: number): Promise<void> {
    const token = { id: `token of ${id}`, hash: hashToken(id), expiresAt: t0 * 2 };
    await db.write(beginStageRun, { actor, pipelineRunId: id, stage: 'train', now, token });
  }

  const sweep = (now: number): Promise<number> =>
    db.write(cancelLostRuns, { now, eventIds: Array.from({ length: 10 }, () => `lost ${(count += 1)}`) });
  const stateOf = async (id: string): Promise<string> => (await db.read(getPipelineRun, { scope, id })).run.state;

  test('a run whose recorder gives no sign of life is cancelled when its lease ends, with its stages and their tokens', async () => {
    const id = await begin(t0);
    await beginTraining(id, t0 + 1_000);
    expect(await db.read(principalOfToken, { hash: hashToken(id), now: t0 + 2_000 })).toMatchObject({ role: 'stage' });
    expect(await sweep(t0 + 1_000 + lease - 1)).toBe(0);
    expect(await sweep(t0 + 1_000 + lease)).toBe(1);
    const { run, stages } = await db.read(getPipelineRun, { scope, id });
    expect(run).toMatchObject({
      state: 'cancelled',
      endedAt: t0 + 1_000 + lease,
      message: 'lost: no sign of life since 2026-01-01T00:00:01.000Z; repro was killed, or could not reach this server',
    });
    expect(stages.map(({ stage, state }) => [stage, state])).toEqual([
      ['train', 'cancelled'],
      ['evaluate', 'skipped'],
    ]);
    expect(await db.read(principalOfToken, { hash: hashToken(id), now: t0 + 2_000 })).toBeUndefined();
    const [event] = await db.read(listEvents, { scope, limit: 1 });
    expect(event).toMatchObject({ kind: 'pipeline_run.ended', subjectId: id, actor: 'ada', data: { outcome: 'cancelled' } });
    expect(await sweep(t0 + 10 * lease)).toBe(0);
  });

  test.each([
    ['a heartbeat', (id: string, now: number) => db.write(renewPipelineRun, { scope, id, now })],
    ['a stage that begins', (id: string, now: number) => beginTraining(id, now)],
    ['a line of log', (id: string, now: number) => db.write(appendLog, { scope, pipelineRunId: id, stage: 'train', text: 'x\n', now })],
  ])('%s renews the lease', async (_name, sign) => {
    const id = await begin(t0);
    await sign(id, t0 + 50_000);
    await sweep(t0 + 50_000 + lease - 1);
    expect(await stateOf(id)).toBe('running');
    await sweep(t0 + 50_000 + lease);
    expect(await stateOf(id)).toBe('cancelled');
  });

  test('a run that has ended takes no heartbeat and is never lost', async () => {
    const id = await begin(t0);
    await db.write(endPipelineRun, { actor, id, eventId: `end ${id}`, now: t0 + 5, outcome: 'succeeded', message: null });
    await expect(db.write(renewPipelineRun, { scope, id, now: t0 + 6 })).rejects.toMatchObject({ code: 'RESOURCE_CONFLICT' });
    await expect(db.write(renewPipelineRun, { scope: { workspaceId: 2 }, id, now: t0 + 6 })).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
    });
    await sweep(t0 + 100 * lease);
    expect(await stateOf(id)).toBe('succeeded');
  });

  test('a plan that lists a stage twice is refused whole', async () => {
    await expect(begin(t0, ['train', 'train'])).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: "the stage 'train' is listed twice: names are unique in a pipeline",
    });
    await expect(stateOf(`run${count}`)).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' });
  });
});
