import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createCall, millwrightApi } from '../../sdk/src/index.ts';
import { stageEnd } from '../support/recorded-run.ts';
import { cleanEnvironment, launcher } from '../support/server.ts';

let folder: string;
const started: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'up-'));
});
afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
  rmSync(folder, { recursive: true, force: true });
});

function up(...words: string[]): { stdout: Readable; stderr: Readable; exit: Promise<number> } {
  const child = spawn(launcher, ['up', '--port', '0', '--state', join(folder, 'state'), ...words], {
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  const exit = once(child, 'exit').then(([code]) => code as number);
  return { stdout: child.stdout.setEncoding('utf8'), stderr: child.stderr.setEncoding('utf8'), exit };
}

const nextText = async (stream: Readable): Promise<string> => String((await once(stream, 'data'))[0]);

test('up takes over from a server that is meant to end and records nothing, as that of a repro', async () => {
  const recording = up('--idle-exit', '1h');
  expect(await nextText(recording.stdout)).toContain('Millwright is ready');
  const staying = up();
  const ready = nextText(staying.stdout);
  expect(await nextText(staying.stderr)).toMatch(/^Taking over from the server that a repro started here \(http:.*, process \d+\)\.\n$/);
  expect(await recording.exit).toBe(0);
  expect(await ready).toContain('Millwright is ready');
});

test('up waits for the end of a repro that is being recorded', async () => {
  const recording = up('--idle-exit', '1h', '--json');
  const { url } = JSON.parse(await nextText(recording.stdout)) as { url: string };
  const token = readFileSync(join(folder, 'state/token'), 'utf8').trim();
  const api = millwrightApi(createCall({ url, token }));
  const run = { project: 'p', cause: 'test', stages: [{ name: 's', command: 'true', after: [] }], gates: [], data: [] };
  const { id } = await api.beginPipelineRun(run);
  const staying = up();
  const ready = nextText(staying.stdout);
  expect(await nextText(staying.stderr)).toMatch(
    /^Waiting for the repro that is recorded here \(http:.*\): this server starts when it has ended\.\n$/,
  );
  await api.beginStageRun(id, { stage: 's' });
  await api.endStageRun(id, 's', stageEnd());
  await api.endPipelineRun(id, { outcome: 'succeeded' });
  expect(await recording.exit).toBe(0);
  expect(await ready).toContain('Millwright is ready');
});

test('a server that stays gives no way', async () => {
  const first = up('--json');
  const { url } = JSON.parse(await nextText(first.stdout)) as { url: string };
  const token = readFileSync(join(folder, 'state/token'), 'utf8').trim();
  await expect(millwrightApi(createCall({ url, token })).giveWay()).rejects.toMatchObject({ status: 409, code: 'RESOURCE_CONFLICT' });
  const second = up();
  expect(await nextText(second.stderr)).toContain(`belongs to the server at ${url}`);
  expect(await second.exit).toBe(75);
});
