import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../support/both-databases.ts';
import { recordRun } from '../../support/recorded-run.ts';
import { cleanEnvironment } from '../../support/server.ts';
import { testProgram } from '../../support/test-env.ts';

const run = promisify(execFile);

describeOnBothDatabases('the registry of the stock client of MLflow', (server) => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'millwright-registry-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs parts of `registry.py`. @returns what they printed last */
  async function client(...parts: readonly string[]): Promise<string> {
    const env = { ...cleanEnvironment(), MLFLOW_TRACKING_URI: server().url, MLFLOW_DISABLE_TELEMETRY: 'true', GATED_MODEL: 'load' };
    const options = { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 };
    const { stdout } = await run(testProgram('python'), [join(import.meta.dirname, 'registry.py'), ...parts], options);
    return stdout.trimEnd().split('\n').at(-1)!;
  }

  test('registers, loads by every form of URI, searches, moves, renames and deletes', async () => {
    await client('uris', 'registry');
  });

  test('hears at once why a gate refuses, and passes it with the folder that was scored', async () => {
    const gate = {
      model: 'load',
      protects: ['champion', 'Production'],
      gate: 'candidate.rmse < naive.rmse',
      evidence: { stage: 'evaluate', file: 'metrics/load.json' },
    };
    const evidence = (digest: string, rmse: number): string =>
      JSON.stringify({ candidate: { digest, rmse }, champion: { exists: false }, naive: { rmse: 558 } });
    await recordRun(server(), { project: 'energy', gates: [gate] });
    const digest = await client('candidate');
    expect(digest).toMatch(/^[0-9a-f]{32}$/);
    await recordRun(server(), { project: 'energy', gates: [gate], evidence: evidence(digest, 600) });
    await client('refused');
    await recordRun(server(), { project: 'energy', gates: [gate], evidence: evidence(digest, 281) });
    await client('promoted');
  });
});
