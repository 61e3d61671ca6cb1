import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../support/both-databases.ts';
import { cleanEnvironment } from '../../support/server.ts';
import { testProgram } from '../../support/test-env.ts';

const run = promisify(execFile);

/** Parts of `tracking.py`: importing the client costs more than what most of them do, so some share a process. */
const groups = [
  ['fluent', 'failing', 'asynchronous', 'batches', 'search'],
  ['autolog', 'models', 'evaluate'],
] as const;

describeOnBothDatabases('the stock client of MLflow', (server) => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'millwright-mlflow-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(groups.map((parts) => [parts.join(', '), parts] as const))(
    '%s',
    async (_, parts) => {
      const env = {
        ...cleanEnvironment(),
        MLFLOW_TRACKING_URI: server().url,
        MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0',
        MLFLOW_DISABLE_TELEMETRY: 'true',
      };
      const script = [join(import.meta.dirname, 'tracking.py'), ...parts];
      const { stdout } = await run(testProgram('python'), script, { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 });
      expect(stdout.trimEnd().split('\n').slice(-parts.length)).toEqual(parts.map((part) => `${part}: ok`));
    },
    600_000,
  );
});
