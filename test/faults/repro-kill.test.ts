import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { DvcWorkspace, ourProgram } from '../support/dvc-workspace.ts';
import { seededRandom } from '../support/random-pipeline.ts';

/** `make soak` looks longer. */
const rounds = process.env['MILLWRIGHT_SOAK'] === '1' ? 100 : 10;
const seed = Number(process.env['MILLWRIGHT_SEED'] ?? 20261121);

const pipeline = `stages:
  numbers:
    cmd: seq 1 20000 > numbers
    deps: [in]
    outs: [numbers]
  parts:
    cmd: mkdir parts && split -l 500 numbers parts/
    deps: [numbers]
    outs: [parts]
  count:
    cmd: cat parts/* | wc -l > count.json
    deps: [parts]
    metrics:
    - count.json:
        cache: false
  sides:
    foreach: [left, right]
    do:
      cmd: cat numbers count.json > \${item} && echo \${item} >> \${item}
      deps: [numbers, count.json]
      outs: ["\${item}"]
  end:
    cmd: cat left right > end
    deps: [left, right]
    outs: [end]
`;
const made = ['numbers', 'parts', 'count.json', 'left', 'right', 'end'];

let workspace: DvcWorkspace;
let wantedLock: string;
let wantedEnd: string;

beforeAll(async () => {
  workspace = await DvcWorkspace.create();
  workspace.write('in', 'data\n');
  workspace.write('dvc.yaml', pipeline);
  await workspace.ours('repro', '-q');
  await workspace.commit('pipeline');
  wantedLock = text('dvc.lock');
  wantedEnd = text('end');
});
afterAll(() => workspace?.dispose());

function text(path: string): string {
  return readFileSync(workspace.path(path), 'utf8');
}

/** Nothing has run yet. */
function forget(): void {
  workspace.remove('.dvc/cache', 'dvc.lock', '.gitignore', ...made);
}

test.each([
  ['one stage at a time', ['repro', '-q']],
  ['stages side by side', ['repro', '-q', '-j', '2']],
])(
  'a killed repro, %s, leaves a sound repository, and the next run completes',
  async (_name, args) => {
    forget();
    const began = performance.now();
    await workspace.ours(...args);
    let wholeMs = performance.now() - began;
    const random = seededRandom(seed);
    let killed = 0;
    for (let round = 0; round < rounds; round += 1) {
      forget();
      const delayMs = ((round + random()) / rounds) * wholeMs;
      const begun = performance.now();
      const running = workspace.start(ourProgram, args);
      const timer = setTimeout(() => running.kill(), delayMs);
      if ((await running.ended).status === null) killed += 1;
      // The first run may have been slower than those that follow.
      else wholeMs = Math.min(wholeMs, performance.now() - begun);
      clearTimeout(timer);
      const where = `seed ${seed}, killed after ${Math.round(delayMs)} of ${Math.round(wholeMs)} ms`;
      expect(workspace.damagedObjects(workspace.path('.dvc/cache')), where).toEqual([]);
      // The lock file is absent, or whole: it holds entries of the whole one
      if (existsSync(workspace.path('dvc.lock')))
        for (const line of text('dvc.lock').split('\n')) expect(wantedLock, where).toContain(line);
      // Real dvc must be able to read what was left; that costs seconds, so not every time.
      if (round % 4 === 2) expect((await workspace.tryDvc('status')).status, where).toBe(0);
      await workspace.ours(...args);
      expect(text('end') === wantedEnd, where).toBe(true);
      // What ended before the kill stands first in the file: the order alone may differ from that of a run in one go.
      expect(parse(text('dvc.lock')), where).toEqual(parse(wantedLock));
      if (round % 4 === 3) expect(await workspace.dvc('status'), where).toBe('Data and pipelines are up to date.\n');
    }
    expect(await workspace.dvc('status')).toBe('Data and pipelines are up to date.\n');
    expect(await workspace.dvc('data', 'status', '--json', '--granular')).toBe('{}\n');
    expect(killed).toBeGreaterThan(rounds / 3);
  },
  rounds * 60_000,
);
