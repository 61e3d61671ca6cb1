/** Two pipeline runs beside each other in a real browser: chosen in the list, compared, and followed to what differs. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { createCall, millwrightApi } from '../../sdk/src/index.ts';
import { stageEnd } from '../support/recorded-run.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { expectAccessible } from '../support/browser.ts';
import { hostile } from '../support/fill.ts';
import { visitEach } from '../support/visit.ts';

/** Trains, with a command, a param and a metric that depend on `trees`, and one stage of its own. @returns its id */
async function record(server: TestServer, project: string, trees: number, ownStage: string): Promise<string> {
  const api = millwrightApi(createCall({ url: server.url, token: server.token }));
  const plan = ['train', hostile, ownStage].map((name) => ({ name, command: `python ${name}.py --trees ${trees}`, after: [] }));
  const { id } = await api.beginPipelineRun({ project, cause: `trees ${trees}`, stages: plan, gates: [], data: [] });
  const { token } = await api.beginStageRun(id, { stage: 'train' });
  const asStage = createCall({ url: server.url, token });
  const body = { experiment_id: '0', run_name: `forest of ${trees}` };
  const { run } = await asStage<{ run: { info: { run_id: string } } }>('POST', '/api/2.0/mlflow/runs/create', { body });
  const metrics = [
    { key: 'rmse', value: 400 - trees, timestamp: 1, step: 0 },
    { key: 'rows', value: 52_608, timestamp: 1, step: 0 },
  ];
  await asStage('POST', '/api/2.0/mlflow/runs/log-batch', { body: { run_id: run.info.run_id, metrics } });
  const outs = [{ path: 'model.bin', algorithm: 'md5', hash: String(trees).padStart(32, '0'), sizeBytes: 1024 * trees }];
  const params = { 'params.yaml': { forest: { trees }, [hostile]: trees } };
  await api.endStageRun(id, 'train', stageEnd({ startedAt: 1_000, endedAt: 1_000 + trees * 100, params, outs }));
  await api.endPipelineRun(id, { outcome: 'succeeded' });
  return id;
}

const view = visitEach(async () => {
  const server = await startTestServer();
  const from = await record(server, 'forests', 100, 'old stage');
  const to = await record(server, 'forests', 200, 'new stage');
  return { server, made: { from, to, other: await record(server, 'another project', 100, 'stage') } };
});
const { go, text } = view;
const row = (name: RegExp) => view.page.getByRole('row', { name }).innerText();

test('two runs are chosen with the keyboard and compared; the address reopens it', async () => {
  await go('/pipelines', 'forests #2');
  for (const key of ['j', 'x']) await view.page.keyboard.press(key);
  await view.page.getByText('1 pipeline run chosen').waitFor();
  await view.page.getByText('Two can be compared.').waitFor();
  for (const key of ['j', 'x']) await view.page.keyboard.press(key);
  await view.page.getByText('Only runs of one project can be compared.').waitFor();
  for (const key of ['k', 'x', 'j', 'j', 'x']) await view.page.keyboard.press(key);
  await view.page.getByRole('group', { name: 'Chosen pipeline runs' }).getByRole('link', { name: 'Compare' }).waitFor();
  await expectAccessible(view.page);
  await view.page.getByRole('link', { name: 'Compare' }).click();
  await view.page.getByRole('heading', { name: 'Compare forests #1 and forests #2' }).waitFor();
  expect(view.page.url()).toContain(`/pipelines/compare?from=${view.made.from}&to=${view.made.to}`);
  await view.page.reload();
  await view.page.getByRole('region', { name: 'Metrics compared' }).getByText('−100').waitFor();
  await view.page.goBack();
  await view.page.getByText('2 pipeline runs chosen').waitFor();
});

test('says per stage what differs and why, and what came of it', async () => {
  await go(`/pipelines/compare?from=${view.made.from}&to=${view.made.to}`, 'Params that differ');
  expect(await row(/^train modified/)).toMatch(
    /Succeeded\s+10 s\s+Succeeded\s+20 s \(\+10 s\)\s+command, param <img.*>, param forest\.trees/,
  );
  expect(await row(/^new stage/)).toMatch(/added\s+not there\s+Skipped\s+not run\s+only in the second run/);
  expect(await row(/^old stage/)).toMatch(/deleted\s+Skipped\s+not run\s+not there\s+only in the first run/);
  expect(await row(/^train forest\.trees/)).toMatch(/100\s+200/);
  expect(await row(/^train output model\.bin/)).toMatch(/00000000 100 KiB\s+00000000 200 KiB/);
  expect(await row(/^train forest of 100 → forest of 200 .* rmse /)).toMatch(/300\s+200\s+−100 \(−33\.33 %\)/);
  expect(await row(/ rows 52608/)).toMatch(/52608\s+52608\s+0 \(0 %\)/);
  expect(await text()).toContain('python train.py --trees 200');
  await expectAccessible(view.page);
  await view.page.getByRole('switch', { name: 'Only what differs' }).check();
  await expect.poll(() => view.page.getByRole('row', { name: / rows 52608/ }).count()).toBe(0);
  expect(view.page.url()).toContain('only=1');
  await view.page.getByRole('link', { name: 'Swap the two' }).click();
  await view.page.getByRole('heading', { name: 'Compare forests #2 and forests #1' }).waitFor();
  expect(await row(/^train forest of 200 → forest of 100 .* rmse /)).toMatch(/200\s+300\s+\+100 \(\+50 %\)/);
});

test('leads to the data that differs and to the curves, and saves all of it as CSV', async () => {
  await go(`/pipelines/compare?from=${view.made.from}&to=${view.made.to}`, 'Params that differ');
  const [download] = await Promise.all([view.page.waitForEvent('download'), view.page.getByRole('button', { name: 'CSV' }).click()]);
  const csv = await readFile(await download.path(), 'utf8');
  expect(csv).toContain('train,metric,rmse,300,200,-100\r\n');
  expect(csv).toContain('train,param,forest.trees,100,200,\r\n');
  await view.page.getByRole('link', { name: 'curves' }).first().click();
  await view.page.getByRole('heading', { name: 'Compare 2 runs' }).waitFor();
  await view.page.goBack();
  await view.page.getByRole('link', { name: 'model.bin' }).click();
  await view.page.getByRole('heading', { name: 'model.bin' }).waitFor();
  expect(view.page.url()).toContain('tab=compare');
});

test('says what is wrong with runs of two projects, an unknown id and none', async () => {
  await go(`/pipelines/compare?from=${view.made.from}&to=${view.made.other}`, 'choose two runs of one project');
  await go(`/pipelines/compare?from=${view.made.from}&to=%3Cb%3Enothing`, "no pipeline run with id '<b>nothing'");
  await expectAccessible(view.page);
  await go('/pipelines/compare', 'No two runs chosen');
  await expectAccessible(view.page);
  expect(await text()).toContain('millwright runs compare ID ID');
});
