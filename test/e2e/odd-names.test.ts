/** What nobody expects, in a real browser: names of any kind, and addresses that somebody wrote by hand. */
import { expect, test } from 'vitest';
import { createCall, millwrightApi } from '../../sdk/src/index.ts';
import { stageEnd } from '../support/recorded-run.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { expectAccessible, tooWide } from '../support/browser.ts';
import { hostile } from '../support/fill.ts';
import { visitEach } from '../support/visit.ts';

const names = [hostile, '🚀 مرحبا \u202e a b/c?d#e%20f&g', 'x'.repeat(480)];

interface Named {
  readonly name: string;
  readonly experimentId: string;
  readonly runId: string;
  readonly pipelineRunId: string;
}

/** An experiment, a run with a curve, and a failed pipeline run, all of one name. */
async function record(server: TestServer, name: string): Promise<Named> {
  const call = createCall({ url: server.url, token: server.token });
  const post = <T>(path: string, body: object) => call<T>('POST', `/api/2.0/mlflow/${path}`, { body });
  const { experiment_id: experimentId } = await post<{ experiment_id: string }>('experiments/create', { name });
  const created = { experiment_id: experimentId, run_name: name, tags: [{ key: 'mlflow.note.content', value: name }] };
  const { run } = await post<{ run: { info: { run_id: string } } }>('runs/create', created);
  const metrics = [0, 1].map((step) => ({ key: 'loss', value: step, timestamp: step, step }));
  await post('runs/log-batch', { run_id: run.info.run_id, metrics, params: [{ key: 'name', value: name }] });
  const api = millwrightApi(call);
  const stages = [{ name, command: `echo '${name}'`, after: [] }];
  const data = [{ path: name, algorithm: 'md5', hash: 'a'.repeat(32) }];
  const { id } = await api.beginPipelineRun({ project: name, cause: name, branch: name, commit: 'b'.repeat(40), stages, gates: [], data });
  await api.beginStageRun(id, { stage: name });
  await api.endStageRun(id, name, stageEnd({ outcome: 'failed', message: name, params: { [name]: { [name]: name } }, deps: data }));
  await api.endPipelineRun(id, { outcome: 'failed', message: name });
  return { name, experimentId, runId: run.info.run_id, pipelineRunId: id };
}

const view = visitEach(async () => {
  const server = await startTestServer();
  return { server, made: await Promise.all(names.map((name) => record(server, name))) };
});

/** Addresses, and what stands on each once it shows what it was opened for. */
const pagesOf = ({ name, experimentId, runId, pipelineRunId }: Named): readonly (readonly [path: string, ready: string])[] => [
  [`/experiments?exp=${experimentId}`, 'tbody .run-name'],
  [`/experiments/runs/${runId}`, 'h2:text("Where it came from")'],
  [`/experiments/runs/${runId}?tab=curves`, '.chart canvas'],
  [`/pipelines?project=${encodeURIComponent(name)}`, 'tbody .table-name'],
  [`/pipelines/${pipelineRunId}`, '.graph-box'],
  [`/pipelines/compare?from=${pipelineRunId}&to=${pipelineRunId}`, '[aria-label="Pipeline runs compared"]'],
  [`/data?project=${encodeURIComponent(name)}&path=${encodeURIComponent(name)}`, '[aria-label="Versions"]'],
];

test.each([1440, 390])('names of any kind stay text, and within a window of %d px', async (width) => {
  await view.goOn({ width });
  const { page } = view;
  const all = view.made.map(({ runId }) => runId).join(',');
  for (const [path, ready] of [...view.made.flatMap(pagesOf), [`/experiments/compare?runs=${all}`, '.chart canvas'] as const]) {
    await page.goto(path);
    await page.locator(ready).first().waitFor();
    await page.locator('main [role=status][aria-label^=Loading]').first().waitFor({ state: 'detached' });
    expect([path, ...(await tooWide(page))]).toEqual([path]);
    expect(await page.title()).toMatch(/ · Millwright$/);
  }
  await page.goto(`/pipelines?project=${encodeURIComponent(hostile)}`);
  await page.getByRole('link', { name: 'show all' }).waitFor();
  await expectAccessible(page);
});

test.each([
  ['/experiments?cols=foo,,metrics.loss,metrics.loss&sort=foo:asc&view=odd', 'Active'],
  ['/experiments?exp=none', 'none'],
  [`/experiments?filter=${'x'.repeat(5000)}`, 'No run'],
  ['/experiments/compare?runs=none,none', 'none'],
  ['/experiments/runs/none', 'none'],
  ['/pipelines/%3Cscript%3E', "no pipeline run with id '<script>'"],
  ['/pipelines?project=none&runs=a,a,b', '2 pipeline runs chosen'],
  ['/models/a%2Fb%3Cb%3E', 'a/b<b>'],
  ['/data?project=none&path=none', 'No version of this path'],
  ['/lineage?kind=none&id=x', "'kind' is 'none'"],
  ['/nothing/here', 'Nothing stands at this address'],
])('an address with nonsense is told what is wrong, or passed over: %.60s', async (path, told) => {
  await view.go(path, told);
  expect(await view.text()).not.toContain('Something went wrong');
});

test('a curve is drawn also where its address holds nonsense', async () => {
  const [{ runId }] = view.made as [Named, ...Named[]];
  await view.go(`/experiments/runs/${runId}?tab=curves&zoom=abc&smooth=9&x=odd&log=7`, 'Smoothing');
  await view.page.locator('.chart canvas').waitFor();
  expect(await view.text()).not.toContain('Something went wrong');
});
