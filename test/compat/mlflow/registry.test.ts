import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../support/both-databases.ts';
import { recordRun } from '../../support/recorded-run.ts';
import { cleanEnvironment } from '../../support/server.ts';
import { testProgram } from '../../support/test-env.ts';

describeOnBothDatabases('the registry of the stock client of MLflow', (server) => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'millwright-registry-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Starts parts of `registry.py`. `until` waits for a line and lets the client go on. */
  function start(...parts: readonly string[]) {
    const env = { ...cleanEnvironment(), MLFLOW_TRACKING_URI: server().url, MLFLOW_DISABLE_TELEMETRY: 'true', GATED_MODEL: 'load' };
    const child = spawn(testProgram('python'), [join(import.meta.dirname, 'registry.py'), ...parts], { cwd: folder, env });
    const errors = text(child.stderr);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const until = async (pattern: RegExp): Promise<string> => {
      for (;;) {
        const { done, value } = await lines.next();
        if (done === true) throw new Error(`the client ended before it printed ${pattern}: ${await errors}`);
        if (pattern.test(value)) return value;
      }
    };
    return { until, next: () => child.stdin.write('\n') };
  }

  test('registers, loads by every form of URI, searches, moves, renames and deletes', async () => {
    expect(await start('uris', 'registry', 'finish').until(/^finished$/)).toBe('finished');
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
    const client = start('gates');
    const digest = (await client.until(/^digest [0-9a-f]{32}$/)).slice('digest '.length);
    await client.until(/^candidate done$/);
    await recordRun(server(), { project: 'energy', gates: [gate], evidence: evidence(digest, 600) });
    client.next();
    await client.until(/^refused done$/);
    await recordRun(server(), { project: 'energy', gates: [gate], evidence: evidence(digest, 281) });
    client.next();
    expect(await client.until(/^promoted done$/)).toBe('promoted done');
    client.next();
  });
});
