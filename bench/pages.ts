/**
 * The pages in a real Chromium, as UI.md promises them: script of the shell, time until a page over local data can be used, a
 * curve of a million points, a table of 100,000 runs. Medians; a page is usable when what it is opened for can be read. Beside
 * the time stands the CPU time of the page's thread, which other work on the machine hardly changes.
 *
 *     node bench/pages.ts [--times 5]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { BrowserContext, Page } from 'playwright-core';
import { launchBrowser } from '../test/support/browser.ts';
import { fill, type Filled } from '../test/support/fill.ts';
import { startTestServer } from '../test/support/server.ts';
import { median, percentile, report, root, type Figure } from './support/measure.ts';
import { longRun, manyRuns, seedMany } from './support/seed-many.ts';

const { values: options } = parseArgs({ options: { times: { type: 'string', default: '5' } } });
const times = Number(options.times);

/** Address, and what stands on it once it can be used: a selector, or a text of the page. */
interface Opened {
  readonly path: string;
  readonly ready: string;
}

/** Notes, in the page itself and frame by frame, when it became usable: no message to the browser is in the figure. */
const watch = ({ ready }: Opened): string => `
  const ready = ${JSON.stringify(ready)};
  const isReady = () => ready.startsWith('.') ? document.querySelector(ready) : document.querySelector('main')?.textContent.includes(ready);
  window.usable = new Promise((done) => {
    const look = () => { if (isReady()) requestAnimationFrame(() => done(performance.now())); else requestAnimationFrame(look); };
    look();
  });`;

/** Loads a page as from the address bar. @returns milliseconds from the navigation on */
async function open(context: BrowserContext, opened: Opened): Promise<{ page: Page; usableMs: number; cpuMs: () => Promise<number> }> {
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.addInitScript({ content: watch(opened) });
  await page.goto(opened.path, { waitUntil: 'commit' });
  const usableMs = await page.evaluate<number>('window.usable');
  const cpuMs = async (): Promise<number> => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')!.value * 1000;
  };
  return { page, usableMs, cpuMs };
}

function pagesOf({ bestRunId, runIds, succeededId, failedId, model }: Filled): Readonly<Record<string, Opened>> {
  return {
    Home: { path: '/', ready: 'energy-victoria v1' },
    Data: { path: '/data', ready: 'data/incoming' },
    'a dataset': { path: '/data?project=energy-forecast&path=data/clean/victoria.parquet', ready: 'ingest@victoria' },
    Pipelines: { path: '/pipelines', ready: 'energy-forecast #1' },
    'a pipeline run': { path: `/pipelines/${succeededId}?stage=train_forest@victoria`, ready: 'epoch 3' },
    'two pipeline runs': { path: `/pipelines/compare?from=${succeededId}&to=${failedId}`, ready: 'Params that differ' },
    Experiments: { path: '/experiments', ready: 'train_forest_0' },
    'a run': { path: `/experiments/runs/${bestRunId}`, ready: 'Where it came from' },
    'curves of 4 runs': { path: `/experiments/compare?runs=${runIds.slice(4, 8).join(',')}`, ready: '.chart canvas' },
    Models: { path: '/models', ready: model },
    'a model': { path: `/models/${model}`, ready: 'Decisions' },
    Lineage: { path: `/lineage?kind=model_version&id=${model}/1`, ready: 'What it rests on' },
    Settings: { path: '/settings', ready: 'This server' },
  };
}

/** Scrolls the table down, a window each frame. @returns the milliseconds between frames */
const scrollFrames = `new Promise((done) => {
  const table = document.querySelector('.table-fill');
  const frames = [];
  let before = performance.now();
  const step = (now) => {
    frames.push(now - before);
    before = now;
    table.scrollTop += 600;
    if (frames.length < 150) requestAnimationFrame(step); else done(frames.slice(1));
  };
  requestAnimationFrame(step);
})`;

/** Clicks a column's head. @returns milliseconds until the rows stand in its order */
const sortBy = (column: string, first: string): string => `new Promise((done) => {
  const before = performance.now();
  [...document.querySelectorAll('.table-sort')].find((button) => button.textContent.startsWith('${column}')).click();
  const look = () => document.querySelector('.table tbody .run-name')?.textContent === '${first}'
    ? requestAnimationFrame(() => done(performance.now() - before)) : requestAnimationFrame(look);
  look();
})`;

function shellKilobytes(): number {
  const { stdout } = spawnSync(process.execPath, [join(root, 'tools/web-size.ts')], { encoding: 'utf8' });
  return Number(/^shell ([\d.]+) kB/.exec(stdout)![1]);
}

async function localPages(context: BrowserContext, filled: Filled): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, opened] of Object.entries(pagesOf(filled))) {
    const taken: number[] = [];
    const cpu: number[] = [];
    for (let round = 0; round <= times; round += 1) {
      const { page, usableMs, cpuMs } = await open(context, opened);
      cpu.push(await cpuMs());
      await page.close();
      taken.push(usableMs);
    }
    figures.push({ what: `${name}, first visit`, value: taken[0]!, unit: 'ms' });
    figures.push({ what: `${name}, usable`, value: median(taken.slice(1)), unit: 'ms', target: '< 300 ms' });
    figures.push({ what: `${name}, CPU of the page`, value: median(cpu.slice(1)), unit: 'ms' });
  }
  return figures;
}

async function largeOnes(context: BrowserContext): Promise<Figure[]> {
  const curve = { path: `/experiments/runs/${longRun.runId}?tab=curves`, ready: '.chart canvas' };
  const table = { path: `/experiments?exp=${manyRuns.experimentId}`, ready: 'run 1' };
  const [drawn, rows, sorted, frames, frameCpu]: number[][] = [[], [], [], [], []];
  for (let round = 0; round <= times; round += 1) {
    const chart = await open(context, curve);
    await chart.page.close();
    const { page, usableMs, cpuMs } = await open(context, table);
    sorted!.push(await page.evaluate<number>(sortBy('m_alpha', 'run 100000')));
    const before = await cpuMs();
    const taken = await page.evaluate<number[]>(scrollFrames);
    frames!.push(...taken);
    frameCpu!.push(((await cpuMs()) - before) / taken.length);
    await page.close();
    drawn!.push(chart.usableMs);
    rows!.push(usableMs);
  }
  return [
    { what: 'a curve of a million points, drawn', value: median(drawn!.slice(1)), unit: 'ms', target: '< 1 s' },
    { what: '100,000 runs, first rows', value: median(rows!.slice(1)), unit: 'ms', target: '< 300 ms' },
    { what: '100,000 runs, sorted by a metric', value: median(sorted!.slice(1)), unit: 'ms' },
    { what: '100,000 runs, a frame while scrolling, p50', value: median(frames!), unit: 'ms', target: '≤ 17 ms' },
    { what: '100,000 runs, a frame while scrolling, p95', value: percentile(frames!, 0.95), unit: 'ms' },
    { what: '100,000 runs, CPU of such a frame', value: median(frameCpu!), unit: 'ms', target: '≤ 17 ms' },
  ];
}

const stateDirectory = mkdtempSync(join(tmpdir(), 'bench-pages-'));
const browser = await launchBrowser();
const figures: Figure[] = [{ what: 'script of the shell, compressed', value: shellKilobytes(), unit: 'kB', target: '≤ 200 kB' }];
try {
  for (const measure of [localPages, largeOnes]) {
    const server = await startTestServer({ stateDirectory });
    try {
      const context = await browser.newContext({ baseURL: server.url, locale: 'en-US', viewport: { width: 1440, height: 900 } });
      figures.push(...(measure === localPages ? await localPages(context, await fill(server)) : await largeOnes(context)));
      await context.close();
    } finally {
      await server.stop();
    }
    if (measure === localPages) seedMany(stateDirectory);
  }
} finally {
  await browser.close();
  rmSync(stateDirectory, { recursive: true, force: true });
}
report('pages', figures);
