import { expect, test } from 'vitest';
import type { Git } from '../../backends/git/git.ts';
import { commitsOf, outputsOfCommit } from './revisions.ts';

/** A Git that holds these files in one commit. */
function gitWith(files: Readonly<Record<string, string>>): Git {
  const refuse = (): never => {
    throw new Error('not asked for');
  };
  return {
    root: '/r',
    commonDir: '/r/.git',
    branch: refuse,
    patch: refuse,
    isTracked: refuse,
    add: refuse,
    status: refuse,
    resolve: async (name) => (name.startsWith('no') ? undefined : `tip of ${name}`),
    listFiles: async () => new Map(Object.keys(files).map((path) => [path, `blob of ${path}`])),
    readBlobs: async (blobs) => new Map(blobs.map((blob) => [blob, Buffer.from(files[blob.slice('blob of '.length)]!)])),
    revisions: async (which) => ({ branches: ['main', 'side'], tags: ['v1'], commits: ['c1', 'c2'] })[which],
    firstParents: async (commit, count) => Array.from({ length: count }, (_, back) => `${commit}~${back}`),
    commitsSince: async (seconds) => [`since ${seconds}`],
  };
}

const scope = { allBranches: false, allTags: false, allCommits: false, count: 1 };
const md5 = (digit: string): string => digit.repeat(32);

test('a scope names commits: branches and the revision with their ancestors, tags without', async () => {
  const git = gitWith({});
  expect(await commitsOf(git, scope)).toEqual([]);
  expect(await commitsOf(git, { ...scope, allBranches: true, allTags: true, count: 2 })).toEqual([
    'tip of main~0',
    'tip of main~1',
    'tip of side~0',
    'tip of side~1',
    'tip of v1~0',
  ]);
  expect(await commitsOf(git, { ...scope, revision: 'x', count: 2 })).toEqual(['tip of x~0', 'tip of x~1']);
  expect(await commitsOf(git, { ...scope, allCommits: true })).toEqual(['c1', 'c2']);
  const day = new Date(2024, 0, 31).getTime() / 1000;
  expect(await commitsOf(git, { ...scope, since: '2024-01-31' })).toEqual([`since ${day}`]);
  await expect(commitsOf(git, { ...scope, revision: 'nothing' })).rejects.toMatchObject({ code: 'DATA_ERROR' });
  await expect(commitsOf(git, { ...scope, since: 'yesterday' })).rejects.toMatchObject({ message: expect.stringContaining('yyyy-mm-dd') });
});

test('the outputs of a commit come from its .dvc files and, templated, from its pipelines', async () => {
  const git = gitWith({
    'repo/data.dvc': `outs:\n- md5: ${md5('1')}.dir\n  hash: md5\n  path: data\n`,
    'repo/sub/old.bin.dvc': `outs:\n- md5: ${md5('2')}\n  path: old.bin\n  push: false\n  remote: other\n`,
    'repo/import.dvc': `deps:\n- path: x\n  repo:\n    url: /elsewhere\nouts:\n- md5: ${md5('3')}\n  hash: md5\n  path: import\n`,
    'repo/sub/dvc.yaml':
      'vars: [more.yaml]\nstages:\n  s:\n    cmd: x\n    outs:\n    - ${name}.bin\n    - plain:\n        cache: false\n  new:\n    cmd: y\n    outs: [y]\n',
    'repo/sub/more.yaml': 'name: model\n',
    'repo/sub/dvc.lock': `schema: '2.0'\nstages:\n  s:\n    cmd: x\n    outs:\n    - path: model.bin\n      hash: md5\n      md5: ${md5('4')}\n    - path: plain\n      hash: md5\n      md5: ${md5('5')}\n`,
    'repo/inner/.dvc/config': '',
    'repo/inner/x.dvc': `outs:\n- md5: ${md5('6')}\n  path: x\n`,
    'outside.dvc': `outs:\n- md5: ${md5('7')}\n  path: x\n`,
  });
  expect(await outputsOfCommit(git, 'c', 'repo/')).toEqual([
    { path: 'data', hash: { algorithm: 'md5', value: `${md5('1')}.dir` }, push: true, remote: undefined, isImport: false },
    { path: 'sub/old.bin', hash: { algorithm: 'md5-dos2unix', value: md5('2') }, push: false, remote: 'other', isImport: false },
    { path: 'import', hash: { algorithm: 'md5', value: md5('3') }, push: true, remote: undefined, isImport: true },
    { path: 'sub/model.bin', hash: { algorithm: 'md5', value: md5('4') }, push: true, remote: undefined, isImport: false },
    { path: 'sub/y', hash: undefined, push: true, remote: undefined, isImport: false },
  ]);
});

test('a broken file of a commit is named', async () => {
  await expect(outputsOfCommit(gitWith({ 'x.dvc': 'outs: 1\n' }), 'c', '')).rejects.toMatchObject({
    message: expect.stringContaining("'x.dvc'"),
  });
});
