/** The page of one endpoint in a real browser: the form made from the signature sends real requests. */
import { afterAll, expect, test } from 'vitest';
import { bearer, send } from '../support/http.ts';
import { saveModels, serveAlone, serveModels, type SavedModels } from '../support/served-models.ts';
import { visitEach } from '../support/visit.ts';
import { everyWindow, expectNoComplaints, standing, openView } from '../support/browser.ts';

const names = ['line', 'iris', 'typed', 'several'] as const;
let models: SavedModels | undefined;

// Hooks end in the reverse of their order: the server stops before its models go.
afterAll(() => models?.remove());

const view = visitEach(async () => {
  models = await saveModels();
  return { server: await serveModels(models, names), made: models };
});

const status = (): Promise<string> => view.page.getByRole('status').innerText();
const answer = async (): Promise<unknown> => JSON.parse(await view.page.locator('#answer').innerText()) as unknown;

test('the form is filled with the example, sends it, and shows answer, request id, version and latency', async () => {
  const { page } = view;
  await page.goto('/endpoints/line/docs');
  expect(await page.getByLabel('a', { exact: true }).inputValue()).toBe('1.5');
  await page.getByLabel('b', { exact: true }).fill('1e3');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByText('Answered', { exact: true }).waitFor();
  expect(await answer()).toEqual({ predictions: [{ variable: 2003 }] });
  expect(await page.locator('#model').innerText()).toBe('line/1');
  expect(await page.locator('#latency').innerText()).toMatch(/^\d+\.\d ms$/);
  const id = await page.locator('#request').innerText();
  const record = await send(view.server.url, { path: `/api/1/predictions/${id}`, headers: bearer(view.server.token) });
  expect(record.text).toContain('2003');
  expect(await page.locator('#curl').innerText()).toContain(`${view.server.url}/endpoints/line/invocations`);
});

test('what does not fit is told beside each field, by the keyboard alone', async () => {
  const { page } = view;
  await page.goto('/endpoints/line/docs');
  await page.getByLabel('a', { exact: true }).focus();
  await page.keyboard.press('Control+A');
  await page.keyboard.type('x');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('1e999');
  await page.keyboard.press('Enter');
  await page.getByText('Refused:').waitFor();
  expect(await status()).toContain("'a' in row 0");
  expect(await page.locator('#column-0-error').innerText()).toContain("got 'x'");
  expect(await page.locator('#column-1-error').innerText()).toContain('got Infinity');
  expect(await page.getByRole('list', { name: 'What does not fit' }).getByRole('listitem').count()).toBe(2);
  expect(await page.evaluate('document.activeElement.id')).toBe('column-0');
  expect(await page.locator('#request').innerText()).not.toBe('–');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('1');
  await page.getByLabel('b', { exact: true }).fill('');
  await page.keyboard.press('Enter');
  await page.getByText('Answered', { exact: true }).waitFor();
  // An empty double is a missing one, which this model answers with a missing one.
  expect(await answer()).toEqual({ predictions: [{ variable: null }] });
  expect(await page.locator('[aria-invalid]').count()).toBe(0);
});

test('a column of every type, an optional one and params have controls that keep what was typed', async () => {
  const { page } = view;
  await page.goto('/endpoints/typed/docs');
  const fill = async (values: Readonly<Record<string, string>>): Promise<void> => {
    for (const [name, value] of Object.entries(values)) await page.getByLabel(name, { exact: true }).fill(value);
  };
  await page.getByLabel('boolean', { exact: true }).selectOption('true');
  await fill({ integer: '-7', long: '9007199254740993', float: '0.5', double: '1e-3', string: `<b> "q" & 'é'`, binary: 'AP8=' });
  await fill({ datetime: '2024-01-31T12:00:00', remark: '', limit: '3', tags: '["a", "b"]' });
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByText('Answered', { exact: true }).waitFor();
  const text = await page.locator('#answer').innerText();
  expect(text).toContain('9007199254740993');
  expect(JSON.parse(text)).toMatchObject({
    predictions: [{ boolean: true, integer: -7, double: 0.001, string: `<b> "q" & 'é'`, binary: '00ff', datetime: '2024-01-31T12:00:00' }],
  });
  expect(text).toContain("('limit', 3), ('scale', 1.5), ('tags', ['a', 'b'])");
  expect(text).not.toContain('remark');
});

test('every example can be sent as it stands, also where the model takes tensors or has no signature', async () => {
  const { page } = view;
  const sent: string[] = [];
  for (const name of ['line', 'iris']) {
    await page.goto(`/endpoints/${name}/docs`);
    const folded = page.getByText('Send a body as it stands');
    if ((await folded.count()) > 0) await folded.click();
    for (const label of await page.locator('#example option').allInnerTexts()) {
      await page.getByLabel('Form of the body').selectOption({ label });
      await page.getByRole('button', { name: 'Send the body' }).click();
      await page.getByText('Answered', { exact: true }).waitFor();
      sent.push(`${name}: ${label}`);
      await page.reload();
      if ((await folded.count()) > 0) await folded.click();
    }
  }
  expect(sent).toContain('line: dataframe_split');
  expect(sent).toContain('line: text/csv');
  expect(sent).toContain('iris: Open Inference Protocol');
  await page.goto('/endpoints/several/docs');
  await page.getByLabel('Body', { exact: true }).fill('{"inputs": [');
  await page.getByRole('button', { name: 'Send the body' }).click();
  await page.getByText('Refused:').waitFor();
  expect(await status()).toContain('valid JSON');
});

test('a model on a port of its own has the page at its root', async () => {
  const alone = await serveAlone(view.made, 'line');
  const other = await openView(view.browser, alone.url);
  try {
    await other.page.goto('/docs');
    await other.page.getByRole('button', { name: 'Send', exact: true }).click();
    await other.page.getByText('Answered', { exact: true }).waitFor();
    expect(await other.page.locator('#answer').innerText()).toContain('1003.25');
    const snippets = await other.page.locator('[id^=snippet-]').allInnerTexts();
    expect(snippets[0]).toContain(`curl '${alone.url}/invocations'`);
  } finally {
    await other.close();
    await alone.stop();
  }
  expectNoComplaints(other);
});

test('the page loads nothing, and its policy lets nothing else run', async () => {
  const { headers, text } = await send(view.server.url, { path: '/endpoints/line/docs' });
  expect(headers['content-security-policy']).toMatch(
    /^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; connect-src 'self'/,
  );
  expect(/<(?:link|img|iframe|object|embed)\b|\ssrc=|@import|\burl\(|https?:(?!\/\/127\.0\.0\.1:)/.exec(text)?.[0]).toBeUndefined();
  expect(Buffer.byteLength(text)).toBeLessThan(40_000);
  expect((await send(view.server.url, { path: '/endpoints/absent/docs' })).status).toBe(404);
});

test.each(everyWindow)('stands at $width px, $scheme: nothing overflows, axe finds nothing, a picture is kept', async (window) => {
  await view.goOn({ ...window, bypassPolicy: true });
  const { page } = view;
  for (const name of ['line', 'typed', 'iris']) {
    await page.goto(`/endpoints/${name}/docs`);
    if (name === 'typed') await page.getByLabel('long', { exact: true }).fill('1.7');
    await page.getByRole('button', { name: name === 'iris' ? 'Send the body' : 'Send', exact: true }).click();
    await page.getByText(name === 'typed' ? /^Refused:/ : /^Answered$/).waitFor();
    expect(await standing(page, `endpoint-docs-${name}`, window), name).toEqual([]);
  }
});
