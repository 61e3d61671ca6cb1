/** Versions whose two flavours were compared, in a real browser: the marks, and the refusals that they cause. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { expectAccessible } from '../support/browser.ts';
import { readyEnvironment, type ReadyEnvironment } from '../support/ready-environment.ts';
import { recordRun } from '../support/recorded-run.ts';
import { apiOf } from '../support/served-line.ts';
import { cleanEnvironment, startTestServer, type TestServer } from '../support/server.ts';
import { checkout, testProgram } from '../support/test-env.ts';
import { visitEach } from '../support/visit.ts';

const folder = mkdtempSync(join(tmpdir(), 'millwright-parity-pages-'));
const run = promisify(execFile);
let python: ReadyEnvironment;

/** With the stock client, which waits until the version is ready. */
async function register(server: TestServer, twin: 'alike' | 'apart' | 'bare', name: string): Promise<void> {
  const env = {
    ...cleanEnvironment(),
    MLFLOW_TRACKING_URI: server.url,
    MLFLOW_TRACKING_TOKEN: server.token,
    MLFLOW_DISABLE_TELEMETRY: 'true',
  };
  await run(testProgram('python'), [join(checkout, 'test/support/register_folder.py'), join(folder, twin), name], { env });
}

// Hooks end in the reverse of their order: the server stops before its models go.
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const view = visitEach(
  async () => {
    await run(testProgram('python'), [join(checkout, 'test/support/make_twins.py'), folder]);
    const cacheHome = join(folder, 'cache');
    python = await readyEnvironment(cacheHome, join(folder, 'alike'));
    const server = await startTestServer({ env: { XDG_CACHE_HOME: cacheHome } });
    for (const twin of ['alike', 'apart', 'bare'] as const) await register(server, twin, 'guarded');
    const gate = { model: 'guarded', protects: ['champion'], gate: 'candidate.rmse < 1', evidence: { stage: 'evaluate', file: 'm.json' } };
    await recordRun(server, { project: 'twins', gates: [gate] });
    await register(server, 'apart', 'served');
    await apiOf(server).declareEndpoints({
      project: 'twins',
      endpoints: [{ name: 'twin', model: 'models:/served@champion', settings: {} }],
    });
    return { server, made: undefined };
  },
  { signIn: true },
);

const told = 'row 1, column 0: 1249996.5 against 999996.5';
const row = (version: number) => view.page.getByRole('row', { name: new RegExp(`^v${version} `) });

test('each version says in its row whether its flavours agree; the chosen one says where they part', async () => {
  await view.go('/models/guarded', 'Decisions');
  expect(await row(1).innerText()).toContain('Agrees');
  expect(await row(2).innerText()).toContain('Differs');
  expect(await row(3).innerText()).toContain('Not compared');
  await row(2).getByRole('link', { name: 'v2', exact: true }).click();
  await view.page.getByText(told).waitFor();
  await expectAccessible(view.page);
  await row(3).getByRole('link', { name: 'v3', exact: true }).click();
  await view.page.getByText('it has no input example').waitFor();
});

test('a version whose flavours differ is not promoted past a gate, and the refusal says where they part', async () => {
  await view.go('/models/guarded', 'Decisions');
  await row(2).getByRole('button', { name: 'Promote v2' }).click();
  const dialog = view.page.getByRole('dialog', { name: 'Promote guarded v2' });
  await dialog.getByRole('button', { name: 'Promote to @champion' }).click();
  const refusal = dialog.getByRole('alert');
  await refusal.getByText(told).waitFor();
  expect(await refusal.innerText()).toContain('refused');
  await expectAccessible(view.page);
  expect((await apiOf(view.server).model('guarded')).model.aliases).toEqual([]);
});

test('nor to where an endpoint follows', async () => {
  await view.go('/endpoints/twin', 'Serve another version');
  await view.page.getByRole('button', { name: 'Serve another version' }).click();
  const dialog = view.page.getByRole('dialog', { name: 'Serve another version at twin' });
  await dialog.getByRole('button', { name: 'Promote to @champion' }).click();
  await dialog.getByRole('alert').getByText(told).first().waitFor();
  expect(await dialog.getByRole('alert').innerText()).toContain("the endpoint 'twin' follows the alias 'champion'");
  await expectAccessible(view.page);
});

test('an endpoint that serves such a version all the same says where they part', async () => {
  await apiOf(view.server).declareEndpoints({
    project: 'twins',
    endpoints: [{ name: 'pinned', model: 'models:/served/1', settings: { runtime: 'onnx' } }],
  });
  await view.go('/endpoints/pinned', 'models:/served/1');
  await view.page.getByText(told).first().waitFor({ timeout: 60_000 });
  expect(await view.page.getByRole('main').innerText()).toContain('Flavours');
  await expectAccessible(view.page);
});

test('a comparison that runs is seen to end', async () => {
  python.close();
  const registered = register(view.server, 'alike', 'late');
  try {
    await view.go('/models', 'guarded');
    // The client starts meanwhile, which takes long on a busy machine.
    await view.page.getByRole('link', { name: 'late' }).click({ timeout: 120_000 });
    await row(1).getByText('Being compared').waitFor();
    await view.page.getByText('is being compared').waitFor();
  } finally {
    python.open();
  }
  await row(1).getByText('Agrees').waitFor({ timeout: 120_000 });
  await registered;
  expect((await apiOf(view.server).model('late')).versions[0]!.parity).toMatchObject({ state: 'agrees' });
});
