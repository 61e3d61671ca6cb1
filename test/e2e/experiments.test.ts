/** Experiments in a real browser: find the best run, see why, keep what was found. */
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { expectAccessible } from '../support/browser.ts';
import { hostile } from '../support/fill.ts';
import { visitFilled } from '../support/visit.ts';

const view = visitFilled();
const { go, text } = view;
const rowNames = (): Promise<string[]> => view.page.getByRole('region', { name: 'Runs' }).locator('tbody td .run-name a').allInnerTexts();

describe('the runs table', () => {
  test('is sorted by the server, and the address reopens it', async () => {
    await go('/experiments', 'train_forest_0');
    await view.page.getByRole('button', { name: 'rmse' }).click();
    await view.page.locator('th[aria-sort=ascending]').waitFor();
    await expect.poll(rowNames).toContain('train_forest_0');
    await expect.poll(async () => (await rowNames())[0]).toBe('train_forest_0');
    expect(view.page.url()).toContain('sort=metrics.rmse:asc');
    await view.page.reload();
    await expect.poll(async () => (await rowNames())[0]).toBe('train_forest_0');
    await expectAccessible(view.page);
  });

  test("speaks MLflow's filter language and says what is wrong with a filter", async () => {
    await go('/experiments', 'train_forest_0');
    await view.page.keyboard.press('/');
    await view.page.keyboard.type("params.trees = '100' AND metrics.rmse < 300");
    await view.page.keyboard.press('Enter');
    await expect.poll(rowNames).toEqual(['train_forest_2', 'train_forest_1', 'train_forest_0']);
    await view.page.getByRole('textbox', { name: 'Filter runs' }).fill('metrics.rmse < abc');
    await view.page.keyboard.press('Enter');
    await view.page.getByText(/abc/).first().waitFor();
    expect(await view.page.getByRole('textbox', { name: 'Filter runs' }).getAttribute('aria-invalid')).toBe('true');
    await view.page.goBack();
    await expect.poll(rowNames).toHaveLength(3);
  });

  test('nests children, chooses columns, and saves as CSV what it shows, whole', async () => {
    await go('/experiments', 'grid search');
    expect(await rowNames()).toContain('depth 8');
    await view.page.getByRole('button', { name: 'Children of grid search' }).click();
    await expect.poll(rowNames).not.toContain('depth 8');
    await view.page.getByRole('button', { name: 'Columns' }).click();
    await view.page.getByRole('textbox', { name: 'Find a column' }).fill('git.commit');
    await view.page.getByRole('checkbox', { name: 'mlflow.source.git.commit' }).check();
    await view.page.keyboard.press('Escape');
    expect(view.page.url()).toContain('tags.mlflow.source.git.commit');
    const [download] = await Promise.all([view.page.waitForEvent('download'), view.page.getByRole('button', { name: 'CSV' }).click()]);
    const csv = await readFile(await download.path(), 'utf8');
    expect(csv.split('\r\n')[0]).toContain('run_id,run_name');
    expect(csv).toContain('281.2345');
    expect(csv).toContain(view.made.bestRunId);
  });

  test('obeys the keyboard: j, k, x, Enter', async () => {
    await go('/experiments?filter=train_forest&sort=metrics.rmse:asc', 'train_forest_0');
    for (const key of ['j', 'x', 'j', 'j', 'k', 'x']) await view.page.keyboard.press(key);
    await view.page.getByText('2 runs chosen').waitFor();
    await expect.poll(() => view.page.url()).toContain('runs=');
    await view.page.keyboard.press('Enter');
    await view.page.getByRole('heading', { name: 'train_forest_1' }).waitFor();
  });

  test('shows a hostile name as text', async () => {
    await go('/experiments', hostile);
    expect(await view.page.title()).toBe('Experiments · Millwright');
  });
});

describe('one run', () => {
  test('says what it measured and what it came from', async () => {
    await go(`/experiments/runs/${view.made.bestRunId}`, 'Where it came from');
    await view.page.getByText('energy-victoria v1 @champion').waitFor();
    const shown = await text();
    for (const part of ['281.2', 'train_forest@victoria', '8f2d1c0a', 'victoria hourly', 'energy-victoria v1 @champion'])
      expect(shown).toContain(part);
    expect(await view.page.getByTitle('281.2345').count()).toBe(1);
    await view.page.getByRole('link', { name: 'train_forest@victoria' }).click();
    await view.page.getByRole('heading', { name: 'energy-forecast #1' }).waitFor();
  });

  test('is renamed, noted, tagged, deleted and restored', async () => {
    const runId = view.made.runIds[2];
    await go(`/experiments/runs/${runId}`, 'Where it came from');
    await view.page.getByRole('button', { name: 'Rename' }).click();
    await view.page.getByRole('textbox', { name: 'Name', exact: true }).fill('kept for the paper');
    await view.page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click();
    await view.page.getByRole('heading', { name: 'kept for the paper', level: 1 }).waitFor();
    await view.page.getByRole('button', { name: 'Write a note' }).click();
    await view.page.getByRole('textbox', { name: 'Note' }).fill('Better at night.');
    await view.page.getByRole('button', { name: 'Save' }).click();
    await view.page.getByRole('paragraph').filter({ hasText: 'Better at night.' }).waitFor();
    await view.page.getByRole('textbox', { name: 'Tag name' }).fill('owner');
    await view.page.getByRole('textbox', { name: 'Tag value' }).fill('ada');
    await view.page.getByRole('button', { name: 'Add tag' }).click();
    await view.page.getByRole('button', { name: 'Remove the tag owner' }).click();
    await view.page.getByRole('button', { name: 'Remove the tag owner' }).waitFor({ state: 'detached' });
    await view.page.getByRole('button', { name: 'Delete' }).click();
    await view.page.getByRole('button', { name: 'Delete 1 run' }).click();
    await view.page.getByText('Deleted', { exact: true }).waitFor();
    await go('/experiments?view=deleted', 'kept for the paper');
    await view.page.getByRole('checkbox', { name: 'Select kept for the paper' }).check();
    await view.page.getByRole('button', { name: 'Restore' }).click();
    await go('/experiments', 'kept for the paper');
    expect(await rowNames()).toContain('kept for the paper');
  });

  test('shows artifacts so that nothing in them can act', async () => {
    await go(`/experiments/runs/${view.made.bestRunId}?tab=artifacts`, 'report');
    await view.page.getByRole('button', { name: 'report' }).click();
    await view.page.getByRole('link', { name: /evil.html/ }).click();
    const frame = view.page.frameLocator('iframe');
    await frame.getByText('Residuals').waitFor();
    expect(await view.page.locator('iframe').getAttribute('sandbox')).toBe('');
    expect(await frame.locator('body').innerText()).not.toContain('EVIL');
    await view.page.getByRole('link', { name: /plot.svg/ }).click();
    await expect.poll(() => view.page.evaluate<number>("document.querySelector('.preview img')?.naturalWidth ?? 0")).toBeGreaterThan(100);
    await view.page.getByRole('link', { name: /residuals.csv/ }).click();
    await view.page.getByRole('columnheader', { name: 'load, MW' }).waitFor();
    await expectAccessible(view.page);
  });
});

describe('comparison', () => {
  test('overlays curves: axes, log scale, smoothing and zoom stand in the address; points leave as PNG and CSV', async () => {
    await go(`/experiments/compare?runs=${view.made.runIds.slice(4, 8).join(',')}`, 'Smoothing');
    await view.page.locator('.chart canvas').waitFor();
    expect(await view.page.locator('.u-legend .u-series').count()).toBe(5);
    await view.page.getByText('Relative').click();
    await view.page.getByRole('switch', { name: 'Log scale' }).click();
    await view.page.getByRole('slider', { name: /Smoothing/ }).fill('0.8');
    await expect.poll(() => view.page.url()).toMatch(/x=relative.*log=1.*smooth=0.8/);
    const box = (await view.page.locator('.u-over').boundingBox())!;
    await view.page.mouse.move(box.x + box.width * 0.3, box.y + 50);
    await view.page.mouse.down();
    await view.page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 4 });
    await view.page.mouse.up();
    await expect.poll(() => view.page.url()).toContain('zoom=');
    await view.page.getByRole('button', { name: 'Show all' }).click();
    const [csv] = await Promise.all([
      view.page.waitForEvent('download'),
      view.page.getByRole('button', { name: 'Save loss as CSV' }).click(),
    ]);
    expect((await readFile(await csv.path(), 'utf8')).split('\r\n')).toHaveLength(1 + 4 * 300 + 1);
    const [png] = await Promise.all([
      view.page.waitForEvent('download'),
      view.page.getByRole('button', { name: 'Save loss as PNG' }).click(),
    ]);
    expect((await readFile(await png.path())).subarray(0, 4)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47]));
  });

  test('shows where params and metrics differ', async () => {
    await go(`/experiments/compare?runs=${view.made.runIds[0]},${view.made.runIds[6]}&tab=values`, 'Only what differs');
    expect(await text()).toContain('features');
    await view.page.getByRole('switch', { name: 'Only what differs' }).click();
    await view.page.getByText('features').waitFor({ state: 'detached' });
    const shown = await text();
    expect(shown).toContain('−56');
    expect(shown).toContain('trees');
    await expectAccessible(view.page);
  });
});
