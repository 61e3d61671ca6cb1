/** Where the real dvc refuses or makes do, ours ends with the same status, and with the same document where it prints one. */
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { DvcWorkspace } from '../../support/dvc-workspace.ts';

let workspace: DvcWorkspace | undefined;
beforeEach(async () => {
  workspace?.dispose();
  workspace = await DvcWorkspace.create();
});
afterAll(() => workspace?.dispose());

/** How the real one ended and how ours did; two different JSON documents are an error. */
async function ended(...args: string[]): Promise<(number | null)[]> {
  const [theirs, ours] = [await workspace!.tryDvc(...args), await workspace!.tryOurs(...args)];
  if (args.includes('--json') && !isDeepStrictEqual(JSON.parse(ours.stdout), JSON.parse(theirs.stdout)))
    throw new Error(`${args.join(' ')}: ${theirs.stdout} wanted, ${ours.stdout} found`);
  return [theirs.status, ours.status];
}

test('data that is nowhere, and remotes that nobody named', async () => {
  workspace!.write('a', 'a\n');
  await workspace!.ours('add', '-q', 'a');
  expect(await ended('push')).toEqual([1, 1]);
  await workspace!.ours('remote', 'add', '-q', '-d', 'store', `${workspace!.folder}/store`);
  workspace!.remove('.dvc/cache', 'a');
  expect(await ended('pull')).toEqual([1, 1]);
  expect(await ended('fetch', '-r', 'nosuch')).toEqual([1, 1]);
  expect(await ended('push', '-r', 'nosuch')).toEqual([1, 1]);
  expect(await ended('checkout')).toEqual([255, 255]);
});

test('a repository that tracks nothing', async () => {
  expect(await ended('status', '--json')).toEqual([0, 0]);
  expect(await workspace!.dvc('status')).toMatch(/^There are no data or pipelines tracked in this project yet\.\n/);
  expect(await workspace!.ours('status')).toMatch(/^There are no data or pipelines tracked in this project yet\.\n/);
  expect(await ended('status', 'nosuch')).toEqual([1, 1]);
});

test('a lock file without its schema', async () => {
  workspace!.write('dvc.yaml', 'stages:\n  s:\n    cmd: echo\n');
  workspace!.write('dvc.lock', 's:\n  cmd: echo\n');
  expect(await ended('status')).toEqual([1, 1]);
  expect(await ended('repro')).toEqual([255, 255]);
});

test('parameters beside a pipeline that cannot be read', async () => {
  workspace!.write('params.yaml', 'a: 1\n');
  workspace!.write('dvc.yaml', 'stages:\n  s:\n    cmd: echo\n    params: [a]\n');
  await workspace!.commit('pipeline');
  workspace!.write('params.yaml', 'a: 2\n');
  expect(await ended('params', 'diff', '--json')).toEqual([0, 0]);
  workspace!.write('dvc.yaml', 'stages: [1');
  expect(await ended('params', 'diff', '--json')).toEqual([0, 0]);
});
