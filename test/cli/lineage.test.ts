/** `millwright lineage` as an auditor at a shell meets it: back from a request id, and on from data and commits. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCall, millwrightApi } from '../../sdk/src/index.ts';
import { millwright, type Ended } from '../support/command.ts';
import { mlflowClient } from '../support/mlflow-client.ts';
import { dataOf, recordPipeline } from '../support/recorded-pipeline.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const commit = 'abcdef0123'.repeat(4);
const raw = dataOf('raw.csv', '1');
const at = Date.UTC(2026, 10, 21, 12);
let home: string;
let server: TestServer;
let run: string;
const { must } = mlflowClient(() => server);

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'cli-lineage-'));
  server = await startTestServer();
  const train = { name: 'train', deps: [raw], outs: [dataOf('model', '1')], params: { 'params.yaml': { trees: 7 } }, logsRun: true };
  const recorded = await recordPipeline(server, { commit, patch: '--- a/x\n+++ b/x\n', stages: [train] });
  run = recorded.runs['train']!;
  await must('POST', 'registered-models/create', { name: 'm' });
  await must('POST', 'model-versions/create', { name: 'm', source: `runs:/${run}/model`, run_id: run });
  const sent = { endpoint: 'load', model: 'm', version: '1', latency_ms: 2, features: { x: 4 }, prediction: 9 };
  await millwrightApi(createCall({ url: server.url, token: server.token })).sendPredictions([
    { ...sent, request_id: 'q1', at },
    { ...sent, request_id: 'q2', at: at + 1000 },
    { ...sent, request_id: raw.hash, at: at + 2000 },
  ]);
});
afterAll(async () => {
  await server.stop();
  rmSync(home, { recursive: true, force: true });
});

const lineage = (...words: string[]): Promise<Ended> => millwright(home, { MILLWRIGHT_URL: server.url }, 'lineage', ...words);

test('a request id leads back to run, stage, parameters, data and commit, and says what is not known', async () => {
  const { status, stdout } = await lineage('q1');
  expect(status).toBe(0);
  for (const line of [
    'prediction q1\n',
    '  features    {"x":4}\n',
    '  prediction  9\n',
    '  name        models:/m/1\n',
    `(runs:/${run})\n`,
    'stage run train of forecast #1\n',
    '  param    params.yaml: trees = 7\n',
    `  raw  raw.csv @ ${raw.hash.slice(0, 8)} (md5:${raw.hash})\n`,
    `  commit  ${commit} on main, with changes that were not committed\n`,
    '  deployment   the model was served elsewhere, and its record sent here\n',
    'patch: what the tree had beside its commit\n--- a/x\n+++ b/x\n',
  ])
    expect(stdout).toContain(line);
  const json = JSON.parse((await lineage('q1', '--json')).stdout) as { run: { id: string }; missing: { part: string }[] };
  expect(json.run.id).toBe(run);
  expect(json.missing.map(({ part }) => part)).toEqual(['deployment', 'decision', 'environment']);
});

test('data and a commit lead to the predictions that rest on them: count, first, last, and the search for them', async () => {
  for (const object of [`md5:${raw.hash}`, `commit:${commit}`, commit.slice(0, 8)]) {
    const { status, stdout } = await lineage(object);
    expect(status).toBe(0);
    expect(stdout).toContain('predictions: 3, first 2026-11-21T12:00:00.000Z, last 2026-11-21T12:00:02.000Z\n');
    expect(stdout).toMatch(/^m\/1 {4}load {6}3 {12}2026-/m);
    expect(stdout).toContain(`To see them: millwright predictions --filter "model = 'm' and version = '1'"\n`);
  }
  const json = JSON.parse((await lineage('runs:/' + run, '--json')).stdout) as { predictions: { count: number } };
  expect(json.predictions.count).toBe(3);
});

test('a model is found by its alias, stage or newest version, with the parameters of the run and stage that it rests on', async () => {
  await must('POST', 'registered-models/alias', { name: 'm', alias: 'champion', version: '1' });
  await must('POST', 'model-versions/transition-stage', { name: 'm', version: '1', stage: 'Staging', archive_existing_versions: false });
  await must('POST', 'runs/log-parameter', { run_id: run, key: 'depth', value: '12' });
  const { stdout } = await lineage('models:/m/1');
  expect(stdout).toMatch(/\n {2}registered {2}run [0-9a-f]{8} \([0-9a-f]{32}\)\n {4}param {7}depth = 12\n/);
  expect(stdout).toMatch(/stage run train · forecast #1 \([0-9a-f]{32}\)\n +param {7}params\.yaml: trees = 7\n/);
  for (const name of ['models:/m@champion', 'models:/m/staging', 'models:/m/latest'])
    expect((await lineage(name)).stdout, name).toBe(stdout);
  expect(await lineage('models:/m@nobody')).toEqual({
    status: 66,
    stdout: '',
    stderr: 'millwright: models:/m@nobody stands on no version; m has @champion: `millwright models show m` tells its versions\n',
  });
});

test('pipeline runs are taken by the names that lists print', async () => {
  const runs = (...words: string[]): Promise<Ended> => millwright(home, { MILLWRIGHT_URL: server.url }, 'runs', ...words);
  await recordPipeline(server, { commit, stages: [{ name: 'train', deps: [raw], outs: [], params: { 'params.yaml': { trees: 8 } } }] });
  expect((await runs('list')).stdout).toContain(' forecast #2 ');
  const compared = await runs('compare', 'forecast #1', '#2');
  expect(compared).toMatchObject({ status: 0, stderr: '' });
  expect(compared.stdout).toMatch(/\ntrain {2}trees {2}7 {4}8\n/);
  expect((await runs('show', 'forecast#2')).stdout).toMatch(/^forecast #2: /);
  expect((await lineage('pipeline-run:forecast #1')).stdout).toMatch(/^pipeline run forecast #1 /);
  expect(await runs('compare', 'forecast #1', 'forecast #9')).toEqual({
    status: 66,
    stdout: '',
    stderr: "millwright: there is no pipeline run 'forecast #9': `millwright runs list` shows those that are there\n",
  });
});

test('an id that two things have is asked back, and one that nothing has is told with the forms that there are', async () => {
  expect(await lineage(raw.hash)).toEqual({
    status: 64,
    stdout: '',
    stderr: `millwright: '${raw.hash}' may mean prediction:${raw.hash}, md5:${raw.hash}: write one of these\n`,
  });
  expect((await lineage(`prediction:${raw.hash}`)).stdout).toContain(`prediction ${raw.hash}\n`);
  const nothing = await lineage('never');
  expect(nothing).toMatchObject({ status: 66, stdout: '' });
  expect(nothing.stderr).toContain("nothing here has the id 'never': no kept prediction has this request id");
  for (const short of ['abcd', 'commit:abcd']) {
    const { stderr } = await lineage(short);
    expect(stderr).toContain(`nothing here has the id '${short}': of the hash of a commit write at least the first 7 characters; no kept`);
  }
  expect(await lineage('prediction:never')).toMatchObject({ status: 66, stdout: '' });
});

test('a stage that reads one file of a folder, or the folder of several files, rests on the stages that made them', async () => {
  const [rows, folder, part] = [dataOf('rows.csv', '1'), dataOf('prepared', '1'), dataOf('prepared/train.csv', '1')];
  const [figure, figures, near] = [dataOf('figures/a.svg', '1'), dataOf('figures', '1'), dataOf('prepared-by', '1')];
  const { id } = await recordPipeline(server, {
    commit,
    stages: [
      { name: 'prepare', deps: [rows], outs: [folder] },
      { name: 'draw', deps: [part], outs: [figure] },
      { name: 'sign', deps: [], outs: [near] },
      { name: 'report', deps: [figures], outs: [dataOf('report.html', '1')] },
    ],
  });
  const report = await lineage(`md5:${dataOf('report.html', '1').hash}`);
  for (const stage of ['report', 'draw', 'prepare']) expect(report.stdout).toMatch(new RegExp(`output +stage run ${stage} `, 'v'));
  expect(report.stdout).toContain(`data version rows.csv @ ${rows.hash.slice(0, 8)}`);
  expect(report.stdout).toContain(id);
  expect(report.stdout).not.toContain('prepared-by');
});
