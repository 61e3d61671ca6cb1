/** The stock `tritonclient`, unchanged, against endpoints of a server and against a model on a port of its own. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cleanEnvironment } from '../../support/server.ts';
import { saveModels, serveAlone, serveModels, type SavedModels, type ServingServer } from '../../support/served-models.ts';
import { testProgram } from '../../support/test-env.ts';

let models: SavedModels;
let server: ServingServer;
const names = ['line', 'iris', 'several', 'typed'] as const;

beforeAll(async () => {
  models = await saveModels();
  server = await serveModels(models, names);
}, 240_000);

afterAll(async () => {
  await server.stop();
  models.remove();
});

/** @returns the parts that held */
async function triton(url: string, served: readonly string[], parts: readonly string[]): Promise<readonly string[]> {
  const script = [join(import.meta.dirname, 'triton.py'), new URL(url).host, served.join(','), ...parts];
  const { stdout } = await promisify(execFile)(testProgram('python'), script, { env: cleanEnvironment() });
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/: ok$/, ''));
}

test('endpoints of a server', async () => {
  const infer = ['infer_json_and_binary', 'missing', 'iris', 'texts_and_several_outputs', 'typed', 'compressed', 'asynchronous'];
  const parts = ['health', 'metadata', 'index', ...infer, 'errors', 'repository'];
  expect(await triton(server.url, names, parts)).toEqual(parts);
});

test('a model on a port of its own', async () => {
  const alone = await serveAlone(models, 'iris');
  try {
    const parts = ['index', 'iris', 'compressed', 'asynchronous', 'repository'];
    expect(await triton(alone.url, ['iris'], parts)).toEqual(parts);
  } finally {
    await alone.stop();
  }
});
