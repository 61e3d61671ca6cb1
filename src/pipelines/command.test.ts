import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Compute, RunningTask } from '../backends/compute/port.ts';
import { randomIds } from '../lib/ids.ts';
import { runCommands, type CommandContext } from './command.ts';
import type { Stage } from './stage.ts';

test('a command that removes the temporary folder and fails is told by what it failed with', async () => {
  const root = mkdtempSync(join(tmpdir(), 'millwright-command-'));
  const tmpDir = join(root, 'tmp');
  const submit = (): Promise<RunningTask> => {
    rmSync(tmpDir, { recursive: true });
    const ended = Promise.resolve({ status: 'failed', exitCode: 3 });
    return Promise.resolve({ log: async function* () {}, ended, cancel: () => undefined } as unknown as RunningTask);
  };
  const context = {
    repository: { root, tmpDir, effects: { signal: new AbortController().signal } },
    cwd: root,
    compute: { submit } as unknown as Compute,
    ids: randomIds,
    env: {},
  } as unknown as CommandContext;
  const stage = { cmd: 'rm -rf tmp; exit 3', wdir: root, address: 'train' } as Stage;
  const result = await runCommands(context, stage, {}, { onCommand: () => undefined, onLog: () => undefined });
  expect(result).toMatchObject({
    exitCode: 3,
    failure: { code: 'STAGE_FAILED', message: 'failed to run: rm -rf tmp; exit 3, exited with 3' },
  });
  rmSync(root, { recursive: true });
});
