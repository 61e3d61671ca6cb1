/** Predictions and their lineage in a real browser: found by any feature, told to the data and the commit, and printed. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { apiOf } from '../support/served-line.ts';
import { startTestServer } from '../support/server.ts';
import { visitEach } from '../support/visit.ts';
import { everyWindow, expectAccessible, expectNoComplaints, standing, openView } from '../support/browser.ts';
import { commit, fill, hostile } from '../support/fill.ts';

const requests = 700;

const view = visitEach(async () => {
  const server = await startTestServer();
  const filled = await fill(server);
  const now = Date.now();
  const sent = Array.from({ length: requests }, (_, index) => ({
    request_id: `q${index}`,
    endpoint: index % 7 === 0 ? 'load-shadow' : 'load-victoria',
    model: filled.model,
    version: '1',
    run_id: filled.bestRunId,
    // After the decision that let the version through.
    at: now + index,
    latency_ms: 1 + (index % 40) / 8,
    features: { temperature: 10 + (index % 30), 'hour of day': index % 24, weekday: index % 7 < 5, zone: 'VIC1' },
    ...(index % 50 === 3
      ? { status: 400, error: { code: 'BAD_REQUEST', message: `column 'temperature' is missing ${hostile}` } }
      : { prediction: 4000 + ((index * 7919) % 1000) / 10 }),
  }));
  const elsewhere = { request_id: 'elsewhere', endpoint: 'other', features: { x: 1 }, prediction: 1 };
  const { kept } = await apiOf(server).sendPredictions([...sent, elsewhere]);
  if (kept !== requests + 1) throw new Error(`${kept} of ${requests + 1} predictions were kept`);
  return { server, made: filled };
});

const table = (page: Page) => page.getByRole('region', { name: 'Predictions', exact: true });

test('predictions are filtered by any feature, by outcome and by words of the error; the address reopens what was seen', async () => {
  const { page } = view;
  await page.goto('/predictions');
  await page.getByRole('link', { name: 'Predictions', exact: true }).waitFor();
  await table(page).getByRole('row').nth(5).waitFor();
  expect(await table(page).locator('tbody tr').count()).toBeLessThan(100);
  await expectAccessible(page);

  await page.keyboard.press('/');
  await page.keyboard.type('features."hour of day" = 4 and features.temperature > 30 and zone = \'x\'');
  await page.keyboard.press('Enter');
  await page.getByText("knows no field 'zone'").waitFor();
  await page.getByRole('textbox', { name: 'Filter predictions' }).fill('features."hour of day" = 4 and features.temperature > 30');
  await page.keyboard.press('Enter');
  await page.getByText(/^\d+ shown, newest first$/).waitFor();
  const found = Array.from({ length: requests }, (_, index) => index).filter((index) => index % 24 === 4 && 10 + (index % 30) > 30).length;
  await page.getByText(`${found} shown, newest first`).waitFor();

  await page.goto('/predictions?range=1..2');
  await page.getByText('No kept prediction matches').waitFor();
  await page.getByLabel('From').fill('2020-01-01T00:00');
  await page.waitForURL(/range=157/);
  await page.getByLabel('Before').fill('');
  await page.getByText('200+ shown, newest first').waitFor();
  expect(page.url()).toMatch(/range=157\d{10}\.\.$/);
  await expectAccessible(page);

  await page.goto('/predictions?outcome=failed');
  await page.getByText(`${requests / 50} shown, newest first`).waitFor();
  await page.getByRole('textbox', { name: 'Words in errors' }).fill('temperature MISSING');
  await page.keyboard.press('Enter');
  await page.waitForURL(/text=temperature\+MISSING/);
  await page.getByText(`${requests / 50} shown, newest first`).waitFor();
  await page.reload();
  await page.getByText(`${requests / 50} shown, newest first`).waitFor();
  expect(await page.getByRole('textbox', { name: 'Words in errors' }).inputValue()).toBe('temperature MISSING');
  expect(await page.title()).toBe('Predictions · Millwright');
  await page.goBack();
  await expect.poll(() => page.url()).not.toContain('text=');
});

test('a prediction opens by keyboard, is shown in full, and its features narrow the search', async () => {
  const { page } = view;
  await page.goto('/predictions?endpoint=load-victoria');
  await table(page).getByRole('row').nth(3).waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.waitForURL(/record=q\d+/);
  const panel = page.getByRole('complementary', { name: /^Prediction q/ });
  await panel.getByText('hour of day').first().waitFor();
  await expectAccessible(page);
  await panel.getByRole('button', { name: 'filter by zone' }).click();
  await page.waitForURL(/filter=features.zone/);
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('checkbox', { name: 'Request' }).check();
  await page.waitForURL(/cols=/);
  await page.keyboard.press('Escape');
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()]);
  const lines = readFileSync(await file.path(), 'utf8').split('\r\n');
  expect(lines[0]).toContain('Request,Row,When,Status,Endpoint');
  expect(lines.length).toBeGreaterThan(100);
});

test('new predictions appear by themselves', async () => {
  const { page } = view;
  await page.goto('/predictions?endpoint=fresh');
  await page.getByText('No kept prediction matches').waitFor();
  await apiOf(view.server).sendPredictions([{ request_id: 'fresh1', endpoint: 'fresh', features: { x: 7 }, prediction: 1 }]);
  await page.getByText('1 shown, newest first').waitFor();
  expect(await table(page).getByRole('row').nth(1).innerText()).toContain('fresh');
});

test('an empty page teaches the exact command', async () => {
  const empty = await startTestServer();
  const other = await openView(view.browser, empty.url);
  try {
    await other.page.goto('/predictions');
    await other.page.getByText('No predictions yet').waitFor();
    expect(await other.page.locator('.empty').innerText()).toContain(`curl -s ${empty.url}/endpoints/load/invocations`);
    await expectAccessible(other.page);
    expectNoComplaints(other);
  } finally {
    await other.close();
    await empty.stop();
  }
});

test('from a request id the page tells version, decision, run, stages, data and commit, and prints them on A4', async () => {
  await view.goOn({ scheme: 'dark' });
  const { page } = view;
  await page.goto('/lineage');
  await page.getByRole('textbox', { name: 'Id' }).fill('q10');
  await expectAccessible(page);
  await page.keyboard.press('Enter');
  await page.waitForURL(/kind=prediction&id=q10/);
  await page.getByRole('heading', { name: 'Lineage of q10' }).waitFor();
  await page.getByText('candidate.rmse < naive.rmse').first().waitFor();
  const text = await page.locator('.account').innerText();
  for (const part of [
    view.made.model,
    'train_forest_0',
    'train_forest@victoria',
    'data/incoming/vic_elec.csv',
    commit,
    'forest.trees',
    'VIC1',
  ])
    expect(text).toContain(part);
  expect(text).toContain('served elsewhere');
  await expectAccessible(page);
  await page.emulateMedia({ media: 'print' });
  expect(await page.getByRole('navigation', { name: 'Pages' }).isVisible()).toBe(false);
  expect(await page.getByRole('button', { name: 'Print' }).isVisible()).toBe(false);
  const width = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  expect(width).toBe(0);
  expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
  const pdf = await page.pdf({ format: 'A4' });
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
  expect(await page.getByRole('row', { name: /^rmse/ }).isVisible()).toBe(true);
});

test('from a commit or data the page counts every prediction that rests on them, and leads to them', async () => {
  const { page } = view;
  await page.goto(`/lineage?find=${commit.slice(0, 9)}`);
  await page.waitForURL(/kind=commit/);
  const section = page.locator('#predictions');
  await section.getByText('Search them').waitFor();
  expect(await section.innerText()).toContain(String(requests));
  await expectAccessible(page);
  await section.getByRole('link', { name: 'Search them' }).click();
  await page.waitForURL(/predictions\?filter=/);
  await page.getByText('200+ shown, newest first').waitFor();
  await page.goto('/lineage?find=elsewhere');
  await page.getByText('sent without a model and version').waitFor();
  await page.goto('/lineage?find=never');
  await page.getByText('Nothing here is known by the id “never”').waitFor();
});

test.each(everyWindow)('stand at $width px, $scheme: nothing overflows, axe finds nothing, a picture is kept', async (window) => {
  await view.goOn(window);
  for (const [name, path, ready] of [
    ['predictions', '/predictions', 'shown, newest first'],
    ['failed', '/predictions?outcome=failed&endpoint=load-victoria', 'shown, newest first'],
    ['record', '/predictions?record=q20', 'Where it came from'],
    ['account', '/lineage?kind=prediction&id=q20', 'candidate.rmse < naive.rmse'],
    ['resting', `/lineage?kind=commit&id=${commit}`, 'Search them'],
    ['choose', '/lineage', 'Paste any id'],
  ] as const) {
    await view.go(path, ready);
    expect(await standing(view.page, name, window), name).toEqual([]);
  }
});
