/** A real browser over a filled server, through every page: it clicks what a person clicks and reads what a person reads. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../support/server.ts';
import { everyWindow, expectAccessible, expectNoComplaints, standing, openView } from '../support/browser.ts';
import { commit, hostile, type Filled } from '../support/fill.ts';
import { visitFilled } from '../support/visit.ts';

const view = visitFilled();
const { go, text, signedIn } = view;

describe('home', () => {
  test('draws the loop with what is true now, and leads to what needs somebody', async () => {
    await go('/', 'Needs you now');
    const stations = await view.page.getByRole('list', { name: 'The loop' }).getByRole('listitem').allInnerTexts();
    expect(stations.map((station) => station.split(/\s/)[0])).toEqual(['Data', 'Pipeline', 'Run', 'Model', 'Endpoint', 'Monitor']);
    expect(stations[4]).toContain('No endpoints yet');
    expect(stations[1]).toContain('energy-forecast #3');
    await view.page.getByText('energy-victoria v1 @champion').waitFor();
    await expectAccessible(view.page);
    await view.page
      .getByRole('link', { name: /the gate refused energy-victoria v2/i })
      .first()
      .click();
    await view.page.getByRole('heading', { name: 'energy-victoria', level: 1 }).waitFor();
  });

  test('says when the connection is lost, and heals', async () => {
    const first = await startTestServer({ stateDirectory: mkdtempSync(join(tmpdir(), 'millwright-e2e-')) });
    const other = await openView(view.browser, first.url);
    let second: TestServer | undefined;
    try {
      await other.page.goto('/settings');
      await other.page.getByText('Live', { exact: true }).waitFor();
      await first.stop();
      await other.page.getByText('Connection lost').waitFor();
      second = await startTestServer({ stateDirectory: first.stateDirectory, args: ['--port', new URL(first.url).port] });
      await other.page.getByText('Live', { exact: true }).waitFor();
      expect(await other.page.getByText('Connection lost').count()).toBe(0);
    } finally {
      await other.close();
      await second?.stop();
      rmSync(first.stateDirectory, { recursive: true, force: true });
    }
  });

  test('hears of news without a reload', async () => {
    await go('/', 'Needs you now');
    await view.page.getByText('Live', { exact: true }).waitFor();
    const response = await fetch(`${view.server.url}/api/2.0/mlflow/runs/create`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${view.server.token}` },
      body: JSON.stringify({ experiment_id: view.made.experimentId, run_name: 'heard of live', start_time: Date.now() }),
    });
    expect(response.status).toBe(200);
    await view.page.getByText('Run heard of live began').waitFor();
    const { run } = (await response.json()) as { run: { info: { run_id: string } } };
    await fetch(`${view.server.url}/api/2.0/mlflow/runs/delete`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${view.server.token}` },
      body: JSON.stringify({ run_id: run.info.run_id }),
    });
  });

  test('an empty page teaches the command, without a server full of data', async () => {
    const empty = await startTestServer();
    const other = await openView(view.browser, empty.url);
    try {
      for (const [path, command] of [
        ['/', 'millwright new my-project'],
        ['/data', 'millwright add data/raw.csv'],
        ['/pipelines', 'millwright repro'],
        ['/experiments', `MLFLOW_TRACKING_URI=${empty.url}`],
        ['/models', 'millwright models promote'],
        ['/endpoints', 'millwright endpoints apply'],
      ] as const) {
        await other.page.goto(path);
        await other.page.getByText(command).first().waitFor();
        expect(await other.page.locator('main').innerText()).toContain(command);
        await expectAccessible(other.page);
      }
      expectNoComplaints(other);
    } finally {
      await other.close();
      await empty.stop();
    }
  });
});

describe('data', () => {
  test('lists datasets, filters them, and opens one with its versions and the command to get it', async () => {
    await go('/data', 'data/incoming/vic_elec.csv');
    expect(await text()).toContain('2.4 MiB');
    await expectAccessible(view.page);
    await view.page.keyboard.press('/');
    await view.page.keyboard.type('clean');
    await view.page.getByText('1 dataset', { exact: true }).waitFor();
    expect(view.page.url()).toContain('filter=clean');
    await view.page.keyboard.press('Tab');
    await view.page.getByText('data/clean/victoria.parquet').click();
    await view.page.getByText('millwright pull data/clean/victoria.parquet').first().waitFor();
    expect(await text()).toContain('ingest@victoria');
    await expectAccessible(view.page);
    await view.page.getByRole('link', { name: 'What used it' }).first().click();
    await view.page.getByText('What rests on it').first().waitFor();
  });
});

describe('pipelines', () => {
  test('lists what ran with its cause; one run shows graph, timeline, log, inputs and outputs', async () => {
    await go('/pipelines', 'energy-forecast #3');
    const listed = await text();
    expect(listed).toContain('Failed');
    expect(listed).toContain('row 48: load is -3 MW');
    await expectAccessible(view.page);
    await view.page.getByRole('link', { name: 'energy-forecast #1' }).click();
    await view.page
      .getByRole('group', { name: 'Stages' })
      .getByRole('link', { name: /train_forest@victoria/ })
      .click();
    await view.page.getByRole('log', { name: 'Log of train_forest@victoria' }).getByText('epoch 3').waitFor();
    const shown = await text();
    for (const part of [
      'python src/train_forest.py --region victoria',
      'models/forest',
      '50 MiB in 6 files',
      'forest.trees',
      '53 s',
      hostile,
    ]) {
      expect(shown).toContain(part);
    }
    expect(shown).not.toContain('epoch 1');
    expect(decodeURIComponent(view.page.url())).toContain('stage=train_forest@victoria');
    await expectAccessible(view.page);
  });

  test('a failed run opens on the stage that failed; a running one follows its log', async () => {
    await go(`/pipelines/${view.made.failedId}`, 'below the range 0 to 20000');
    expect(await text()).toContain('The tree had changes that were not committed');
    await go(`/pipelines/${view.made.runningId}`, 'checking 52608 rows');
    const appended = await fetch(`${view.server.url}/api/1/pipeline-runs/${view.made.runningId}/stages/validate%40victoria/log`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${view.server.token}` },
      body: JSON.stringify({ text: 'no gap found\n' }),
    });
    expect(appended.status).toBe(200);
    await view.page.getByRole('log').getByText('no gap found').waitFor();
  });
});

describe('models', () => {
  test('says what is promoted, by whom and on what evidence; a refusal names its reason, an override its own', async () => {
    await signedIn();
    await go('/models', view.made.model);
    await expectAccessible(view.page);
    await view.page.getByRole('link', { name: view.made.model }).click();
    await view.page.getByText('through the gate').waitFor();
    expect(await text()).toContain('candidate.rmse = 281.2');
    await view.page.getByText('Evidence: metrics/victoria.json').last().click();
    await view.page.getByRole('columnheader', { name: 'naive' }).waitFor();
    await view.page.getByRole('button', { name: 'Promote v2' }).click();
    await view.page.getByRole('button', { name: 'Promote to @champion' }).click();
    await view.page.getByRole('alert').getByText('it is not the model that was scored').waitFor();
    await expectAccessible(view.page);
    await view.page.getByRole('textbox', { name: /promote past the gate. Why/ }).fill('the grid operator asked for it');
    await view.page.getByRole('button', { name: 'Promote past the gate' }).click();
    await view.page.getByText('past the gate').first().waitFor();
    // In the list: the dialog's own text matches, too, until it has closed
    await view.page.getByRole('listitem').getByText('the grid operator asked for it').waitFor();
    await view.page.getByRole('button', { name: 'Roll back to v1' }).click();
    await view.page.getByRole('textbox', { name: 'Why?' }).fill('it was no better');
    await view.page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
    await view.page.getByRole('listitem').getByText('it was no better').waitFor();
    await expect.poll(() => view.page.getByRole('row', { name: /^v1 @champion/ }).count()).toBe(1);
  });
});

describe('lineage', () => {
  test('answers an auditor from a model version back to data and commit', async () => {
    await go(`/lineage?kind=model_version&id=${view.made.model}%2F1`, 'What it rests on');
    const told = await text();
    for (const part of ['train_forest@victoria', 'data/features/victoria.parquet', commit.slice(0, 8), 'Decision'])
      expect(told).toContain(part);
    await expectAccessible(view.page);
    await view.page
      .getByRole('row', { name: /data\/clean/ })
      .getByRole('link')
      .first()
      .click();
    await view.page.getByRole('heading', { name: /Lineage of data\/clean\/victoria.parquet/ }).waitFor();
    await view.page.goBack();
    await view.page.getByRole('heading', { name: /Lineage of energy-victoria v1/ }).waitFor();
  });
});

describe('settings', () => {
  test('without a token says what to do; with one makes a token, shows it once, and revokes it', async () => {
    await go('/settings', 'millwright tokens create');
    await signedIn();
    await go('/settings', 'New token');
    await expectAccessible(view.page);
    await view.page.getByRole('button', { name: 'New token' }).click();
    await view.page.getByRole('textbox', { name: 'Name' }).fill('ci');
    await view.page.getByRole('button', { name: 'Make the token' }).click();
    const token = await view.page.getByText(/^mw_/).innerText();
    const asked = await fetch(`${view.server.url}/api/1/settings`, { headers: { authorization: `Bearer ${token}` } });
    expect(((await asked.json()) as { principal: object }).principal).toMatchObject({ name: 'ci', role: 'editor' });
    await view.page.getByRole('button', { name: 'I have copied it' }).click();
    await view.page.getByRole('button', { name: 'Revoke ci' }).click();
    // Before it is drawn there is no dialog to judge, and its name comes with its title.
    await view.page.getByRole('dialog', { name: /ci/ }).getByRole('button', { name: 'Revoke' }).waitFor();
    await expectAccessible(view.page);
    await view.page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    // While the dialog is open the list behind it is hidden from roles: only its end says that the token is revoked.
    await view.page.getByRole('dialog').waitFor({ state: 'detached' });
    await view.page.getByRole('button', { name: 'Revoke ci' }).waitFor({ state: 'detached' });
    expect((await fetch(`${view.server.url}/api/1/settings`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(401);
  });
});

describe('every page', () => {
  const pagesOf = ({
    bestRunId,
    succeededId,
    failedId,
    runIds,
    model,
  }: Filled): readonly (readonly [name: string, path: string, ready: string])[] => [
    ['home', '/', 'In production'],
    ['data', '/data', 'data/incoming'],
    ['dataset', '/data?project=energy-forecast&path=data/clean/victoria.parquet', 'millwright pull'],
    ['pipelines', '/pipelines', 'energy-forecast #1'],
    ['pipeline-run', `/pipelines/${succeededId}?stage=train_forest@victoria`, 'epoch 3'],
    ['compare-runs', `/pipelines/compare?from=${succeededId}&to=${failedId}`, 'Params that differ'],
    ['experiments', '/experiments', 'train_forest_0'],
    ['run', `/experiments/runs/${bestRunId}`, 'Where it came from'],
    ['curves', `/experiments/runs/${bestRunId}?tab=curves&smooth=0.6`, 'Smoothing'],
    ['artifacts', `/experiments/runs/${bestRunId}?tab=artifacts&artifact=report/residuals.csv`, 'load, MW'],
    ['compare', `/experiments/compare?runs=${runIds.slice(4, 8).join(',')}&smooth=0.8`, 'Smoothing'],
    ['values', `/experiments/compare?runs=${runIds.slice(4, 8).join(',')}&tab=values`, 'Only what differs'],
    ['models', '/models', model],
    ['model', `/models/${model}`, 'Decisions'],
    ['lineage', `/lineage?kind=model_version&id=${model}/1`, 'What it rests on'],
    ['settings', '/settings', 'This server'],
  ];

  test.each(everyWindow)('stands at $width px, $scheme: nothing overflows, axe finds nothing, a picture is kept', async (window) => {
    await view.goOn(window);
    for (const [name, path, ready] of pagesOf(view.made)) {
      await go(path, ready);
      expect(await standing(view.page, name, window), name).toEqual([]);
    }
  });

  test('is a link in sight, however narrow the window', async () => {
    await view.goOn({ width: 390 });
    await go('/', 'In production');
    const places = await view.page.getByRole('navigation', { name: 'Pages' }).getByRole('link').all();
    expect(places).toHaveLength(9);
    for (const place of places) {
      const { x, width } = (await place.boundingBox())!;
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x + width).toBeLessThanOrEqual(390);
    }
  });
});
