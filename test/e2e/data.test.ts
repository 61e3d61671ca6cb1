/** A dataset's versions in a real browser, over a project whose bytes the server can reach. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCall, millwrightApi } from '../../sdk/src/index.ts';
import { afterAll, expect, test } from 'vitest';
import { cleanEnvironment, launcher, startTestServer } from '../support/server.ts';
import { expectAccessible } from '../support/browser.ts';
import { visitEach } from '../support/visit.ts';

const files = 12_000;
const root = mkdtempSync(join(tmpdir(), 'millwright-project-'));
function add(path: string): string {
  execFileSync(launcher, ['add', path], { cwd: root, env: cleanEnvironment(), stdio: 'pipe' });
  return /md5: ([0-9a-f]{32}(\.dir)?)/.exec(readFileSync(join(root, `${path}.dvc`), 'utf8'))![1]!;
}

// Hooks end in the reverse of their order: the server stops before its state goes.
afterAll(() => rmSync(root, { recursive: true, force: true }));

const view = visitEach(async () => {
  execFileSync(launcher, ['init', '--no-scm'], { cwd: root, env: cleanEnvironment(), stdio: 'pipe' });
  mkdirSync(join(root, 'set'));
  for (let index = 0; index < files; index += 1) writeFileSync(join(root, `set/${String(index).padStart(5, '0')}.txt`), `${index % 50}\n`);
  writeFileSync(join(root, 'load.csv'), 'hour,load\n0,10.5\n1,\n2,30.5\n');
  const old = add('load.csv');
  writeFileSync(join(root, 'load.csv'), 'hour,load,<b>zone</b>\n0,10.5,A\n1,20.5,B\n');
  const table = add('load.csv');
  const folder = add('set');
  const server = await startTestServer({ stateDirectory: join(root, '.millwright') });
  const api = millwrightApi(createCall({ url: server.url, token: server.token }));
  for (const [path, hash] of [
    ['load.csv', old],
    ['load.csv', table],
    ['set', folder],
  ] as const)
    await api.beginPipelineRun({ project: 'weather', cause: 'test', stages: [], gates: [], data: [{ path, algorithm: 'md5', hash }] });
  return { server, made: undefined };
});

test('a version shows its head, its columns and what changed; each stands in the address', async () => {
  const { page } = view;
  await page.goto('/data?project=weather&path=load.csv');
  await page.getByRole('region', { name: 'Head of the table' }).getByText('20.5').waitFor();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Columns', exact: true }).click();
  await page.getByRole('img', { name: 'Distribution of load' }).waitFor();
  expect(page.url()).toContain('tab=profile');
  expect(await page.getByRole('region', { name: 'Columns' }).innerText()).toContain('<b>zone</b>');
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Compare', exact: true }).click();
  await page.getByText('3 rows before, 2 rows now').waitFor();
  expect(await page.getByRole('row', { name: /<b>zone<\/b>/ }).innerText()).toContain('added');
  await expectAccessible(page);
  await page.goBack();
  await page.getByRole('img', { name: 'Distribution of load' }).waitFor();
});

test('a folder of 12,000 files is drawn only as far as it is in view, and filtered by the server', async () => {
  const { page } = view;
  await page.goto('/data?project=weather&path=set');
  const list = page.getByRole('region', { name: 'Files' });
  await list.getByText('00000.txt').waitFor();
  await page.getByText('12,000 files').waitFor();
  expect(await list.locator('tbody tr').count()).toBeLessThan(100);
  await page.getByRole('textbox', { name: 'Filter files' }).fill('11999');
  await list.getByText('11999.txt').click();
  await page.locator('.preview pre').getByText('49').waitFor();
  await expectAccessible(page);
});
