/** `millwright models` as a person at a shell meets it: what is printed, and the exit status. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCall, millwrightApi } from '../../sdk/src/index.ts';
import { millwright, type Ended } from '../support/command.ts';
import { mlflowClient } from '../support/mlflow-client.ts';
import { recordRun } from '../support/recorded-run.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let home: string;
let server: TestServer;
let editor: string;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'cli-models-'));
  server = await startTestServer();
  const admin = millwrightApi(createCall({ url: server.url, token: server.token }));
  editor = (await admin.createToken({ name: 'ed', role: 'editor' })).token;
});
afterAll(async () => {
  await server.stop();
  rmSync(home, { recursive: true, force: true });
});

const { must } = mlflowClient(() => server);
const asNobody = (...words: string[]): Promise<Ended> => millwright(home, { MILLWRIGHT_URL: server.url }, 'models', ...words);
const as = (token: string, ...words: string[]): Promise<Ended> =>
  millwright(home, { MILLWRIGHT_URL: server.url, MILLWRIGHT_TOKEN: token }, 'models', ...words);
const said = (stdout: string): Ended => ({ status: 0, stdout, stderr: '' });
const refused = (status: number, message: string): Ended => ({ status, stdout: '', stderr: `millwright: ${message}\n` });

const gate = (model: string) => ({
  model,
  protects: ['champion', 'Production'],
  gate: 'candidate.rmse < 300.0',
  evidence: { stage: 'evaluate', file: 'metrics.json' },
});

/** A version of one file; its digest is what DVC calls the folder. */
async function version(name: string, content: string): Promise<string> {
  const { run } = await must<{ run: { info: { run_id: string } } }>('POST', 'runs/create', { experiment_id: '0' });
  const folder = `0/${run.info.run_id}/artifacts/model`;
  const put = await fetch(`${server.url}/api/2.0/mlflow-artifacts/artifacts/${folder}/MLmodel`, { method: 'PUT', body: content });
  expect(put.status).toBe(200);
  await must('POST', 'model-versions/create', { name, source: `mlflow-artifacts:/${folder}`, run_id: run.info.run_id });
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
  return md5(`[{"md5": "${md5(content)}", "relpath": "MLmodel"}]`);
}

/** A model with a gate and two versions, of which the gate has evidence for the first. */
async function gated(name: string): Promise<void> {
  await must('POST', 'registered-models/create', { name });
  const digest = await version(name, 'first');
  await version(name, 'second');
  await recordRun(server, { project: name, gates: [gate(name)], evidence: JSON.stringify({ candidate: { digest, rmse: 281 } }) });
}

test('list and show read without a token on this machine, as a table and as JSON', async () => {
  expect(await asNobody('list')).toEqual(said('MODEL  NEWEST  ALIASES  GATE  CHANGED\n'));
  expect(await asNobody('list', '--json')).toEqual(said('[]\n'));
  await must('POST', 'registered-models/create', { name: 'a model', description: 'of load' });
  await version('a model', 'x');
  await must('POST', 'registered-models/alias', { name: 'a model', alias: 'candidate', version: '1' });
  const { stdout } = await asNobody('list');
  expect(stdout.replace(/\d+ s ago/, 'NOW')).toBe(
    'MODEL    NEWEST  ALIASES       GATE  CHANGED\na model  1       candidate: 1        NOW\n',
  );
  const listed = JSON.parse((await asNobody('list', '--json')).stdout) as unknown;
  expect(listed).toMatchObject([{ name: 'a model', aliases: [{ alias: 'candidate', version: 1 }], gate: null }]);
  const shown = await asNobody('show', 'a model');
  expect(shown.stdout.split('\n').slice(0, 3)).toEqual([
    'a model: of load',
    'no gate',
    expect.stringMatching(/^VERSION {2}STAGE +ALIASES +DIGEST +RUN +ONNX +MADE$/),
  ]);
  const detail = JSON.parse((await asNobody('show', 'a model', '--json')).stdout) as { versions: object[]; decisions: object[] };
  expect(detail.versions).toMatchObject([{ version: 1, stage: 'None', aliases: ['candidate'] }]);
  expect(detail.decisions).toMatchObject([
    { outcome: 'moved', basis: 'no gate', target: { kind: 'alias', name: 'candidate' }, version: 1 },
  ]);
});

describe('promote', () => {
  test('moves a name through its gate and says where it stands; a refusal ends with 65 and says which clause', async () => {
    await gated('gated');
    expect(await as(editor, 'promote', 'gated', '--version', '1')).toEqual(said('gated: alias champion is version 1\n'));
    expect(await as(editor, 'promote', 'gated', '--version', '1', '--stage', 'Production')).toEqual(
      said('gated: stage Production is version 1\n'),
    );
    const refusal = await as(editor, 'promote', 'gated', '--version', '2');
    expect(refusal).toMatchObject({ status: 65, stdout: '' });
    expect(refusal.stderr).toMatch(/^millwright: the gate of 'gated' \(project 'gated'\) refuses version 2 as alias 'champion': [^\n]+\n$/);
    const shown = (await asNobody('show', 'gated')).stdout;
    expect(shown).toContain('gate of project gated on champion, Production: candidate.rmse < 300.0\n');
    expect(shown).toMatch(/\n\d+ s ago +champion +2 +refused \(gate\) +ed +the gate of 'gated'/);
    expect(shown).toMatch(/\n\d+ s ago +Production +1 +moved \(gate\) +ed/);
  });

  test('goes past the gate for an administrator with a reason, and for nobody else (77)', async () => {
    await gated('overridden');
    const words = ['promote', 'overridden', '--version', '2', '--override', 'the first one is nonsense'];
    for (const attempt of [asNobody(...words), as(editor, ...words)]) {
      const ended = await attempt;
      expect(ended).toMatchObject({ status: 77, stdout: '' });
      expect(ended.stderr).toMatch(/^millwright: [^\n]+\n$/);
    }
    expect(await as(server.token, ...words)).toEqual(said('overridden: alias champion is version 2\n'));
    expect((await asNobody('show', 'overridden')).stdout).toMatch(/ moved \(override\) +owner +the first one is nonsense\n/);
    expect(await as(server.token, 'promote', 'overridden', '--none', '--override', 'retired')).toEqual(
      said('overridden: alias champion stands on no version\n'),
    );
  });

  test('says what cannot be, as JSON where asked for', async () => {
    await must('POST', 'registered-models/create', { name: 'plain' });
    expect(await asNobody('promote', 'plain')).toEqual(
      refused(64, `--version is '': give the number of a version, or --none to take an alias away`),
    );
    expect(await asNobody('promote', 'plain', '--version', '1.5')).toMatchObject({ status: 64 });
    expect(await asNobody('promote', 'plain', '--version', '1', '--alias', 'a', '--stage', 'Staging')).toEqual(
      refused(64, '--alias and --stage exclude each other: give one'),
    );
    expect(await as(editor, 'promote', 'plain', '--version', '7', '--alias', 'a')).toEqual(
      refused(66, 'Model Version (name=plain, version=7) not found'),
    );
    expect(await asNobody('show', 'nothing of that name')).toEqual(
      refused(66, 'Registered Model with name=nothing of that name not found'),
    );
    const failed = await asNobody('show', 'nothing of that name', '--json');
    expect([failed.status, failed.stdout, JSON.parse(failed.stderr)]).toEqual([
      66,
      '',
      { error: { code: 'RESOURCE_DOES_NOT_EXIST', message: 'Registered Model with name=nothing of that name not found' } },
    ]);
  });
});

describe('rollback', () => {
  test('puts a name back on the version before, for those who may override; a reason must be given', async () => {
    await gated('back');
    await as(editor, 'promote', 'back', '--version', '1');
    await as(server.token, 'promote', 'back', '--version', '2', '--override', 'try it');
    const words = ['rollback', 'back', '--reason', 'wrong holidays'];
    expect(await asNobody(...words)).toMatchObject({ status: 77, stdout: '' });
    expect(await as(server.token, ...words)).toEqual(said('back: alias champion is version 1\n'));
    expect((await asNobody('show', 'back')).stdout).toMatch(/ champion +1 +moved \(override\) +owner +wrong holidays\n/);
    const without = await as(server.token, 'rollback', 'back');
    expect([without.status, without.stderr]).toEqual([64, expect.stringContaining(`required option '--reason <text>' not specified`)]);
  });
});

test('a token that does not hold is refused (77), and a server that is not there is said so (69)', async () => {
  const unknown = await as('mw_unknown', 'list');
  expect(unknown).toMatchObject({ status: 77, stdout: '' });
  expect(unknown.stderr).toMatch(/^millwright: [^\n]+\n$/);
  expect(await millwright(home, { MILLWRIGHT_URL: 'http://127.0.0.1:1' }, 'models', 'list')).toEqual(
    refused(69, 'the server at http://127.0.0.1:1 cannot be reached: start it, or set MILLWRIGHT_URL'),
  );
  expect(await millwright(home, {}, 'models', 'list')).toEqual(
    refused(69, 'no Millwright server is running here: start one with `millwright up`, or set MILLWRIGHT_URL (and MILLWRIGHT_TOKEN)'),
  );
});
