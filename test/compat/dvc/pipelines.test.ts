import { on } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import { DvcWorkspace, ourProgram } from '../../support/dvc-workspace.ts';
import { randomPipeline, seededRandom } from '../../support/random-pipeline.ts';

const workspaces: DvcWorkspace[] = [];
afterEach(() => {
  for (const workspace of workspaces.splice(0)) workspace.dispose();
});

async function workspaceWith(files: Readonly<Record<string, string>>): Promise<DvcWorkspace> {
  const workspace = await DvcWorkspace.create();
  workspaces.push(workspace);
  for (const [path, text] of Object.entries(files)) workspace.write(path, text);
  return workspace;
}

const lockOf = (workspace: DvcWorkspace): string => readFileSync(workspace.path('dvc.lock'), 'utf8');

/** `status` of either tool without the stages that always run. */
function changedIn(status: string): string[] {
  const document = JSON.parse(status) as Record<string, unknown[]>;
  return Object.keys(document).filter((name) => document[name]!.some((entry) => entry !== 'always changed'));
}

describe('random pipelines, real dvc and ours taking turns', () => {
  test.each([11, 22, 33])('seed %i: the same lock file, and each finds the other up to date', async (seed) => {
    const { files } = randomPipeline(seededRandom(seed), 9);
    const [theirs, ours] = [await workspaceWith(files), await workspaceWith(files)];
    await theirs.dvc('repro');
    await ours.ours('repro', '-j', '3');
    expect(lockOf(ours)).toBe(lockOf(theirs));
    expect(ours.files('.dvc/cache')).toEqual(theirs.files('.dvc/cache'));
    expect(changedIn(await ours.dvc('status', '--json'))).toEqual([]);
    expect(changedIn(await theirs.ours('status', '--json'))).toEqual([]);

    for (const workspace of [theirs, ours]) {
      workspace.write('single.txt', 'changed\n');
      workspace.write('params.yaml', files['params.yaml']!.replace('depth: 3', 'depth: 4').replace('lr: 1.0e-5', 'lr: 1'));
    }
    const [oursToo, theirsToo] = [theirs, ours];
    await oursToo.ours('repro');
    await theirsToo.dvc('repro');
    expect(lockOf(oursToo)).toBe(lockOf(theirsToo));
    expect(oursToo.files('.dvc/cache')).toEqual(theirsToo.files('.dvc/cache'));
    expect(changedIn(await oursToo.dvc('status', '--json'))).toEqual([]);
  });
});

describe('parallel', () => {
  test('leaves the lock file, outputs and cache of a serial run', async () => {
    const { files } = randomPipeline(seededRandom(7), 14);
    const [serial, parallel] = [await workspaceWith(files), await workspaceWith(files)];
    await serial.ours('repro');
    await parallel.ours('repro', '-j', '6');
    expect(lockOf(parallel)).toBe(lockOf(serial));
    expect(parallel.files('.dvc/cache')).toEqual(serial.files('.dvc/cache'));
    expect(parallel.files('.').filter((path) => !path.startsWith('.'))).toEqual(serial.files('.').filter((path) => !path.startsWith('.')));
  });

  test('runs independent stages at the same time', async () => {
    // Each stage waits for the other: one after the other they would never end
    const meet = (mine: string, other: string): string =>
      `touch ${mine}.here; while [ ! -e ${other}.here ]; do sleep 0.05; done; echo 1 > ${mine}`;
    const stage = (mine: string, other: string): string => `  ${mine}:\n    cmd: ${meet(mine, other)}\n    outs: [${mine}]\n`;
    const workspace = await workspaceWith({ 'dvc.yaml': `stages:\n${stage('left', 'right')}${stage('right', 'left')}` });
    await workspace.ours('repro', '-j', '2');
    expect(await workspace.dvc('status')).toContain('up to date');
  });
});

/** Resolves once a stage's own output has come through. */
async function printed(stream: Readable, line: string): Promise<void> {
  let seen = '';
  for await (const [chunk] of on(stream, 'data') as AsyncIterable<[Buffer]>) {
    seen += chunk.toString();
    if (seen.includes(`\n${line}`)) return;
  }
}

describe('a reproduction that ends early', () => {
  const pipeline = `stages:
  first:
    cmd: echo 1 > first
    outs: [first]
  second:
    cmd: echo started; if [ -e wait ]; then sleep 600; fi; cat first > second
    deps: [first]
    outs: [second]
`;

  test.each(['SIGKILL', 'SIGINT'] as const)('by %s keeps what was finished, and the next run completes it', async (signal) => {
    const workspace = await workspaceWith({ 'dvc.yaml': pipeline, wait: '' });
    const { child, ended } = workspace.start(ourProgram, ['repro']);
    await printed(child.stdout, 'started\n');
    process.kill(child.pid!, signal);
    const { status } = await ended;
    expect(status).not.toBe(0);
    expect(lockOf(workspace)).toMatch(/^schema: '2.0'\nstages:\n  first:\n/);
    expect(lockOf(workspace)).not.toContain('second:');
    expect(JSON.parse(await workspace.dvc('status', '--json'))).toHaveProperty('second');
    workspace.remove('wait');
    await workspace.ours('repro');
    expect(await workspace.dvc('status')).toContain('up to date');
  });

  test('by a failing stage names it, the command and its exit code, and records no entry for it', async () => {
    const workspace = await workspaceWith({ 'dvc.yaml': 'stages:\n  bad:\n    cmd: echo no > bad; exit 3\n    outs: [bad]\n' });
    const { status, stderr } = await workspace.tryOurs('repro');
    expect(status).toBe(255);
    expect(stderr).toContain("failed to reproduce 'bad': failed to run: echo no > bad; exit 3, exited with 3");
    expect(workspace.files('.')).not.toContain('dvc.lock');
  });

  test('by a stage that does not make its output names the output', async () => {
    const workspace = await workspaceWith({ 'dvc.yaml': 'stages:\n  lazy:\n    cmd: "true"\n    outs: [nothing]\n' });
    const { status, stderr } = await workspace.tryOurs('repro');
    expect(status).toBe(255);
    expect(stderr).toContain("output 'nothing' does not exist");
  });
});
