/** The main job on a small scale: the command line, a server that it starts, the stock client. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { EndpointDetail } from '../../src/api/endpoints.ts';
import { startTestServer } from '../support/server.ts';
import { checkout, testProgram } from '../support/test-env.ts';
import { victoriaRows } from './project.ts';

const patience = 600_000;
const promoted = 'reports/promoted/victoria.json';

let root: string;
let original: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'energy-loop-'));
  original = join(root, 'original');
  cpSync(join(checkout, 'examples/energy-forecast'), original, { recursive: true });
  const params = readFileSync(join(original, 'params.yaml'), 'utf8');
  writeFileSync(
    join(original, 'params.yaml'),
    params.replace('epochs: 60', 'epochs: 3').replace('trees: 100', 'trees: 10').replace('trees_per_step: 25', 'trees_per_step: 5'),
  );
  succeed(original, 'git', 'init', '--quiet');
  commit(original, 'Start');
});
afterAll(() => {
  for (const folder of ['original', 'clone']) {
    const server = join(root, folder, '.millwright/server.json');
    if (existsSync(server)) process.kill((JSON.parse(readFileSync(server, 'utf8')) as { pid: number }).pid, 'SIGTERM');
  }
  rmSync(root, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

function succeed(cwd: string, program: string, ...words: string[]): string {
  return succeedWith({}, cwd, program, ...words);
}
function environment(): Record<string, string> {
  return {
    PATH: [dirname(testProgram('python')), process.env['PATH']].join(delimiter),
    HOME: root,
    // The wheels of the model's environment may be there since the tests' own was made.
    UV_CACHE_DIR: process.env['UV_CACHE_DIR'] ?? join(homedir(), '.cache/uv'),
    MLFLOW_DISABLE_TELEMETRY: 'true',
    ...Object.fromEntries(
      ['AUTHOR', 'COMMITTER'].flatMap((who) => [
        [`GIT_${who}_NAME`, 'Test'],
        [`GIT_${who}_EMAIL`, 'test@localhost'],
      ]),
    ),
  };
}
function succeedWith(more: Record<string, string>, cwd: string, program: string, ...words: string[]): string {
  const answer = spawnSync(program, words, { cwd, env: { ...environment(), ...more }, encoding: 'utf8' });
  expect(answer, `${words.join(' ')}\n${answer.stdout}${answer.stderr}`).toMatchObject({ status: 0 });
  return answer.stdout;
}
const millwright = (cwd: string, ...words: string[]): string => succeed(cwd, join(checkout, 'bin/millwright'), ...words);
function commit(cwd: string, message: string): void {
  succeed(cwd, 'git', 'add', '--all');
  succeed(cwd, 'git', 'commit', '--quiet', '--message', message);
}
async function served(folder: string): Promise<AsyncDisposable & { readonly url: string }> {
  const server = await startTestServer({ stateDirectory: join(folder, '.millwright'), env: environment() });
  return { url: server.url, [Symbol.asyncDispose]: async () => void (await server.stop()) };
}
const outcome = (folder: string): unknown => JSON.parse(readFileSync(join(folder, promoted), 'utf8'));

/** Days that differ by more than the naive forecast knows. */
function rows(): string {
  return victoriaRows('2011-12-31T13:00:00Z', 48 * 100, (row, index) => {
    const weekend = Math.floor(index / 48) % 7 < 2 ? 0.8 : 1;
    return row.with(1, (weekend * (4500 + 1000 * Math.sin((index % 48) / 7.6)) + ((index * 7919) % 401)).toFixed(2));
  });
}

test('files become a champion that the gate let through, and its lineage leads back to the data', { timeout: patience }, () => {
  mkdirSync(join(original, 'data/incoming/victoria'), { recursive: true });
  writeFileSync(join(original, 'data/incoming/victoria/load.csv'), rows());
  millwright(original, 'add', 'data/incoming/victoria');
  millwright(original, 'remote', 'add', '--default', 'storage', join(root, 'storage'));
  commit(original, 'Add data');
  millwright(original, 'repro', '-j', '2');
  expect(outcome(original)).toMatchObject({ name: 'energy-victoria', version: '1', outcome: 'promoted', forecast: expect.any(Number) });
  commit(original, 'Train');
  millwright(original, 'push');

  const data = /md5: ([0-9a-f]{32})\.dir/.exec(readFileSync(join(original, 'data/incoming/victoria.dvc'), 'utf8'))?.[1];
  expect(data).toBeDefined();
  expect(millwright(original, 'lineage', 'models:/energy-victoria/1')).toContain(data!.slice(0, 7));
});

test('the endpoint answers as the champion does, and the record of an answer is found by its id', { timeout: patience }, async () => {
  // The one that repro left ends when nobody asks it anything for half a minute.
  await using server = await served(original);
  const detail = (): EndpointDetail => JSON.parse(millwright(original, 'endpoints', 'show', 'load-victoria', '--json')) as EndpointDetail;
  await vi.waitFor(() => expect(detail().endpoint.live).toMatchObject({ version: 1, flavor: 'onnx' }), { timeout: 300_000, interval: 500 });
  succeedWith({ MLFLOW_TRACKING_URI: server.url }, original, 'python', 'src/ask.py', 'victoria');
  const report = JSON.parse(readFileSync(join(original, 'reports/served/victoria.json'), 'utf8')) as Record<string, unknown>;
  expect(report).toMatchObject({ endpoint: 'load-victoria', model: 'energy-victoria/1', requests: 202 });
  expect(report['largest_difference']).toBeLessThan(1e-6);
  const shown = millwright(original, 'predictions', 'show', String(report['request_id']));
  expect(shown).toMatch(new RegExp(`^${String(report['request_id'])} +0 .* load-victoria +energy-victoria/1 +200 `, 'm'));
  expect(shown).toContain('features of row 0: {"month":3,');
});

test('a clone that pulls and reproduces against an empty server ends with the same champion', { timeout: patience }, () => {
  const clone = join(root, 'clone');
  succeed(root, 'git', 'clone', '--quiet', original, clone);
  expect(existsSync(join(clone, promoted))).toBe(false);
  millwright(clone, 'pull');
  rmSync(join(clone, promoted));
  const said = millwright(clone, 'repro', '-j', '2');
  expect(said).toContain("Stage 'train_forest@victoria' didn't change, skipping\n");
  expect(outcome(clone)).toMatchObject({ version: '1', outcome: 'promoted' });
  expect(readFileSync(join(clone, 'reports/registered/victoria.json'))).toEqual(
    readFileSync(join(original, 'reports/registered/victoria.json')),
  );
});
