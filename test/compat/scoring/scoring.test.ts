/** MLflow's scoring protocol against MLflow itself: its own clients, and its own server side by side. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cleanEnvironment } from '../../support/server.ts';
import { modelNames, saveModels, serveAlone, serveModels, type SavedModels, type ServingServer } from '../../support/served-models.ts';
import { checkout, testProgram } from '../../support/test-env.ts';

/**
 * `same`: both answer 200 and alike. `refused`: both refuse with the same status. Otherwise a difference that we mean,
 * with the row of docs/reference/input-rules.md that tells of it.
 */
interface Case {
  readonly model: string;
  readonly name: string;
  readonly expect: 'same' | 'refused' | { readonly mlflow: number; readonly millwright: number; readonly rule: string };
}

interface Reply {
  readonly status: number;
  readonly text: string;
}

interface Both {
  readonly name: string;
  readonly mlflow: Reply;
  readonly millwright: Reply;
}

const casesFile = join(import.meta.dirname, 'cases.json');
const cases = JSON.parse(readFileSync(casesFile, 'utf8')) as Case[];
const rules = readFileSync(join(checkout, 'docs/reference/input-rules.md'), 'utf8');
let models: SavedModels;
let server: ServingServer;
let answers: readonly Both[];

beforeAll(async () => {
  models = await saveModels();
  server = await serveModels(models, modelNames);
  const lines = (await python('ask_both.py', casesFile, models.folder, server.url)).split('\n').filter((line) => line.startsWith('{'));
  answers = lines.map((line) => JSON.parse(line) as Both);
}, 240_000);

afterAll(async () => {
  await server.stop();
  models.remove();
});

async function python(script: string, ...words: readonly string[]): Promise<string> {
  const env = { ...cleanEnvironment(), MLFLOW_DISABLE_TELEMETRY: 'true', MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0' };
  const { stdout } = await promisify(execFile)(testProgram('python'), [join(import.meta.dirname, script), ...words], { env });
  return stdout.trimEnd();
}

test('MLflow’s own clients are answered', async () => {
  const alone = await serveAlone(models, 'line');
  try {
    expect((await python('clients.py', server.url, alone.url)).split('\n').slice(-2)).toEqual(['scoring: ok', 'deployments: ok']);
  } finally {
    await alone.stop();
  }
});

describe('beside MLflow’s own server', () => {
  test.each(cases.map((one, index) => [`${one.model}: ${one.name}`, one, index] as const))('%s', (_, { name, expect: expected }, index) => {
    const { mlflow, millwright, ...answer } = answers[index]!;
    expect(answer.name).toBe(name);
    const told = `mlflow ${mlflow.status} ${mlflow.text.slice(0, 400)}\nmillwright ${millwright.status} ${millwright.text.slice(0, 400)}`;
    if (expected === 'same') {
      expect([mlflow.status, millwright.status], told).toEqual([200, 200]);
      // MLflow writes NaN as a token, which no JSON has; a missing number is null here.
      expectClose(JSON.parse(millwright.text), JSON.parse(mlflow.text.replaceAll('NaN', 'null')));
      return;
    }
    const statuses = [mlflow.status, millwright.status];
    if (expected === 'refused') {
      expect(statuses, told).toEqual([millwright.status, millwright.status]);
      expect(millwright.status).toBeGreaterThanOrEqual(400);
    } else {
      expect(statuses, told).toEqual([expected.mlflow, expected.millwright]);
      expect(rules).toContain(expected.rule);
    }
    if (millwright.status >= 400)
      expect(JSON.parse(millwright.text)).toMatchObject({ error_code: 'BAD_REQUEST', message: expect.any(String) as string });
  });
});

function expectClose(actual: unknown, expected: unknown): void {
  if (typeof expected === 'number' && typeof actual === 'number') {
    expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-6 * Math.max(Math.abs(expected), 1e-9));
  } else if (typeof expected === 'object' && expected !== null) {
    expect(Object.keys(actual as object)).toEqual(Object.keys(expected));
    for (const [key, value] of Object.entries(expected)) expectClose((actual as Record<string, unknown>)[key], value);
  } else expect(actual).toEqual(expected);
}
