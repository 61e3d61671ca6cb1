/** A real browser over a server that serves: what is live, a request, a swap seen as it happens, a rollback, a failure. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { apiOf, askLine, cutOff, goodBody, moveChampion, registerLine, serveLine } from '../support/served-line.ts';
import { startTestServer } from '../support/server.ts';
import { visitEach } from '../support/visit.ts';
import { everyWindow, expectAccessible, standing } from '../support/browser.ts';

/** A Python model whose environment cannot be installed: no index, and no such package. */
const uninstallable = {
  MLmodel: 'flavors:\n  python_function:\n    loader_module: mlflow.sklearn\n    env:\n      virtualenv: python_env.yaml\n',
  'python_env.yaml': 'dependencies:\n- -r requirements.txt\n',
  'requirements.txt': 'millwright-has-no-such-package==1.0\n',
};

/** There is no uv, so that pip installs; while `hold` is there, there is one that begins and does not end. */
const tools = mkdtempSync(join(tmpdir(), 'millwright-uv-'));
const hold = join(tools, 'hold');
const slowInstaller = `#!/bin/sh
[ -e '${hold}' ] || exit 1
[ "$1" = --version ] && exit 0
echo 'Resolving 3 packages'
while [ -e '${hold}' ]; do sleep 0.1; done
exit 1
`;

// Hooks end in the reverse of their order: the server stops before its tools go.
afterAll(() => rmSync(tools, { recursive: true, force: true }));

const view = visitEach(
  async () => {
    writeFileSync(join(tools, 'uv'), slowInstaller, { mode: 0o755 });
    const server = await startTestServer({ env: { PIP_NO_INDEX: '1', PATH: `${tools}${delimiter}${process.env['PATH'] ?? ''}` } });
    await serveLine(server, 2);
    return { server, made: undefined };
  },
  { signIn: true },
);
const main = () => view.page.locator('main');
const state = () => view.page.getByRole('heading', { level: 1 }).getByRole('status');

test('an endpoint that has nothing to serve yet says what it waits for', async () => {
  await view.page.goto('/endpoints/line');
  await state().getByText('No version to serve').waitFor();
  expect(await main().innerText()).toContain('no version stands on models:/line@champion');
  await expectAccessible(view.page);
});

test('a first version is seen as it goes live, with who decided it', async () => {
  await view.page.goto('/endpoints/line');
  await state().getByText('No version to serve').waitFor();
  await moveChampion(view.server, 1);
  await state().getByText('Serving').waitFor();
  await main().getByRole('link', { name: 'line v1' }).waitFor();
  const decided = main().getByText('Decided by').locator('..');
  expect(await decided.innerText()).toMatch(/owner\s+moved @champion/);
  await decided.getByRole('link', { name: 'without a gate' }).click();
  await view.page.getByRole('heading', { name: 'Decisions' }).waitFor();
  expect(new URL(view.page.url()).hash).not.toBe('');
});

test('a request is sent from fields that the input example fills; the answer names its record', async () => {
  await view.page.goto('/endpoints/line');
  const a = main().getByRole('textbox', { name: 'a', exact: true });
  await a.waitFor();
  expect(await a.inputValue()).toBe('1.5');
  await a.fill('10');
  await main().getByRole('button', { name: 'Send the request' }).click();
  const answer = main().getByRole('status', { name: 'Answer' });
  await answer.getByText('1020.25').waitFor();
  expect(await answer.innerText()).toMatch(/200 in .* by line v1/);
  const record = answer.getByRole('link').first();
  const requestId = await record.innerText();
  const kept = await apiOf(view.server).prediction(requestId);
  expect(kept.items).toMatchObject([{ endpoint: 'line', version: '1', features: { a: 10, b: 0.25 } }]);
  expect(await answer.getByRole('link', { name: 'Where it came from' }).getAttribute('href')).toBe(
    `/lineage?kind=prediction&id=${requestId}`,
  );
  await expectAccessible(view.page);

  await a.fill('ten');
  await main().getByRole('button', { name: 'Send the request' }).click();
  await answer.getByText('400').waitFor();
  expect(await answer.innerText()).toContain("'a'");
  // The rates are those of the requests above.
  await expect
    .poll(() =>
      main()
        .getByRole('row', { name: /^Last 15 minutes/ })
        .innerText(),
    )
    .toMatch(/^Last 15 minutes\s+2\s.*1 \(50 %\)$/);
});

test('longer ranges come from the records, and the answer leads to its own', async () => {
  await view.page.goto('/endpoints/line');
  await main().getByText('Windows of 5 s, of this server process.').waitFor();
  await main().getByText('1 hour', { exact: true }).click();
  await main().getByText('Windows of 1 m, from the inference records').waitFor();
  expect(view.page.url()).toContain('range=1h');
  await expectAccessible(view.page);
  await main().getByRole('button', { name: 'Send the request' }).click();
  const record = main().getByRole('status', { name: 'Answer' }).getByRole('link').first();
  const requestId = await record.innerText();
  await record.click();
  await view.page
    .getByRole('complementary', { name: `Prediction ${requestId}` })
    .getByText('1003.25')
    .first()
    .waitFor();
});

test('charts are zoomed by drag, and the address shows the same stretch', async () => {
  await view.page.goto('/endpoints/line?range=1h');
  const plot = main().locator('.u-over').first();
  await plot.waitFor();
  const box = (await plot.boundingBox())!;
  await view.page.mouse.move(box.x + box.width * 0.5, box.y + 30);
  await view.page.mouse.down();
  await view.page.mouse.move(box.x + box.width * 0.6, box.y + 40, { steps: 4 });
  await view.page.mouse.up();
  await view.page.waitForURL(/range=1h&zoom=\d+\.\.\d+$/);
  // Six minutes are drawn finer than the hour was.
  await main().getByText('Windows of 5.0 s, from the inference records').waitFor();
  const zoomed = view.page.url();
  await view.page.goto('/endpoints');
  await view.page.goto(zoomed);
  await main().getByRole('button', { name: 'Show all' }).click();
  await main().getByText('Windows of 1 m, from the inference records').waitFor();
  expect(view.page.url()).not.toContain('zoom');
});

test('the table of endpoints is filtered, sorted and saved; its address reopens it', async () => {
  const other = { name: 'aside', model: 'models:/line@nobody', settings: {} };
  await apiOf(view.server).declareEndpoints({ project: 'workshop', endpoints: [other] });
  const names = () => main().locator('tbody .table-name').allInnerTexts();
  await view.page.goto('/endpoints');
  await expect.poll(names).toEqual(['aside', 'line']);
  await main().getByRole('button', { name: 'Live' }).click();
  await view.page.waitForURL(/sort=live:asc/);
  await expect.poll(names).toEqual(['line', 'aside']);
  await view.page.reload();
  await expect.poll(names).toEqual(['line', 'aside']);
  await main().getByRole('button', { name: 'Columns' }).click();
  await view.page.getByRole('checkbox', { name: 'Follows' }).uncheck();
  await view.page.keyboard.press('Escape');
  await view.page.waitForURL(/cols=name,state,live/);
  const [file] = await Promise.all([view.page.waitForEvent('download'), main().getByRole('button', { name: 'CSV' }).click()]);
  const lines = readFileSync(await file.path(), 'utf8').split('\r\n');
  expect(lines[0]).toBe('Endpoint,State,Live,Since,By,Requests/s,p50,p99,Errors,Project');
  expect(lines[1]).toMatch(/^line,Serving,line\/1,\d{4}-\d\d-\d\dT[\d:.]+Z,owner,/);
  expect(lines[2]).toBe('aside,No version to serve,,,,,,,,workshop');
  await view.page.keyboard.press('/');
  await view.page.keyboard.type('workshop');
  await expect.poll(names).toEqual(['aside']);
  expect(view.page.url()).toContain('filter=workshop');
  await expectAccessible(view.page);
  await apiOf(view.server).removeEndpoint('aside');
});

test('a swap is seen as it happens, and taken back with one button that can be undone', async () => {
  await view.page.goto('/endpoints/line');
  await main().getByRole('button', { name: 'Serve another version' }).click();
  const dialog = view.page.getByRole('dialog', { name: 'Serve another version at line' });
  await dialog.getByText('v2 is tried apart first').waitFor();
  await expectAccessible(view.page);
  await dialog.getByRole('button', { name: 'Promote to @champion' }).click();
  await main().getByRole('link', { name: 'line v2' }).waitFor();
  await state().getByText('Serving').waitFor();

  await main().getByRole('button', { name: 'Roll back to v1' }).click();
  const asked = view.page.getByRole('dialog', { name: 'Put line back on v1?' });
  await asked.getByText('From now on v1 answers instead of v2').waitFor();
  await expectAccessible(view.page);
  await asked.getByRole('textbox', { name: 'Why?' }).fill('errors since noon');
  await asked.getByRole('button', { name: 'Roll back to v1' }).click();
  await main().getByRole('link', { name: 'line v1' }).waitFor();
  await main().getByText('on v1 until @champion moves: errors since noon').waitFor();
  expect(JSON.parse((await askLine(view.server, goodBody)).text)).toEqual({ predictions: [{ variable: 1003.25 }] });
  await main().getByRole('button', { name: 'Follow @champion again' }).click();
  await main().getByRole('link', { name: 'line v2' }).waitFor();
  await main().getByText('rollback: errors since noon').waitFor();
});

test('a version that cannot be served is told with the installer’s log, and the old one answers on', async () => {
  await view.page.goto('/endpoints/line');
  const broken = await registerLine(view.server, uninstallable);
  await moveChampion(view.server, broken);
  const problem = main().getByRole('alert');
  await problem.getByText(`v${broken} could not be served; v2 serves on`).waitFor({ timeout: 150_000 });
  await state().getByText(`v${broken} failed and is tried again, v2 serves on`).waitFor();
  await problem.getByText(/^It is tried again by itself at /).waitFor();
  expect(await problem.innerText()).toContain('millwright-has-no-such-package');
  await expectAccessible(view.page);
  expect((await askLine(view.server, goodBody)).status).toBe(200);
  // Whoever does not want to wait may click; nobody has to.
  writeFileSync(hold, '');
  const waiting = main().getByRole('group', { name: 'What is being tried' });
  await waiting.getByText('Resolving 3 packages').waitFor({ timeout: 60_000 });
  await waiting.getByText(`v${broken}: installing the environment that it asks for`).waitFor();
  await state().getByText(`Trying v${broken}, v2 serves on`).waitFor();
  expect(await standing(view.page, 'endpoint-preparing', { width: 1440, scheme: 'light' })).toEqual([]);
  // The name moves on: what is tried is given up, and the next one fails for its own reason.
  const next = await registerLine(view.server, cutOff);
  await moveChampion(view.server, next);
  await problem.getByText(`v${next} could not be served; v2 serves on`).waitFor();
  await main()
    .getByRole('row', { name: new RegExp(`version ${next} of 'line' was to be served instead`) })
    .waitFor();
  const tries = async (): Promise<number> =>
    (await apiOf(view.server).endpoint('line')).deployments.filter(({ version, state: ended }) => version === next && ended === 'failed')
      .length;
  expect(await tries()).toBe(1);
  await problem.getByRole('button', { name: `Try v${next} again`, exact: true }).click();
  await expect.poll(tries, { timeout: 60_000, interval: 50 }).toBe(2);
  await view.page.goto('/endpoints');
  await main().getByRole('row', { name: /^line/ }).getByText(`v${next} failed, v2 serves on`).waitFor();

  await view.page.goto('/');
  const station = view.page.getByRole('list', { name: 'The loop' }).getByRole('listitem').filter({ hasText: 'Endpoint' });
  await station.getByText(`line could not take v${next}: v2 serves on`).waitFor();
  expect(await station.innerText()).toContain('Needs you');
  await main()
    .getByRole('link', { name: new RegExp(`^line could not take v${next}: v2 serves on. `) })
    .click();
  await state().getByText(`v${next} failed, v2 serves on`).waitFor();
  await main().getByRole('link', { name: 'line v2' }).click();
  await main()
    .getByRole('row', { name: new RegExp(`^v${next} @champion`) })
    .getByText('line: failed')
    .waitFor();
  await main().getByRole('row', { name: /^v2 / }).getByRole('link', { name: 'line', exact: true }).click();
  await main().getByRole('heading', { name: 'Deployments' }).waitFor();
});

/** What failed deployments say stands in view without hovering and scrolling sideways. */
const cutOffWords = `[...document.querySelectorAll('.deployment-message')]
  .filter((words) => words.getBoundingClientRect().right > innerWidth || words.scrollWidth > words.clientWidth || words.scrollHeight > words.clientHeight)
  .map((words) => words.textContent)`;

test.each(everyWindow)('stand at $width px, $scheme: nothing overflows, axe finds nothing, a picture is kept', async (window) => {
  await Promise.all(Array.from({ length: 30 }, (_, index) => askLine(view.server, index % 9 === 0 ? '{' : goodBody)));
  await view.goOn(window);
  for (const [name, path, ready] of [
    ['endpoints', '/endpoints', 'line v2'],
    ['endpoint', '/endpoints/line', 'Send the request'],
    ['home-serving', '/', 'In production'],
    ['model-serving', '/models/line', 'Decisions'],
  ] as const) {
    await view.go(path, ready);
    expect(await view.page.evaluate<string[]>(cutOffWords), `${name} at ${window.width} px`).toEqual([]);
    expect(await standing(view.page, name, window), name).toEqual([]);
  }
});
