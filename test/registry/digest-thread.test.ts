import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { digestInThread } from '../../src/registry/index.ts';

const threadFile = join(import.meta.dirname, '../../src/workers/digest.ts');
const scope = { workspaceId: 1 };
const never = new AbortController().signal;
let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'digest-'));
  mkdirSync(join(root, '1/artifacts/r/model/sub'), { recursive: true });
  writeFileSync(join(root, '1/artifacts/r/model/a.txt'), 'a');
  writeFileSync(join(root, '1/artifacts/r/model/sub/b.txt'), 'b');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('a thread reads the store and answers the digest of a folder', async () => {
  const digestFolder = digestInThread(threadFile, { kind: 'filesystem', root });
  const digests = await Promise.all(['r/model', 'r/nothing', 'r/model'].map((path) => digestFolder(scope, path, never)));
  expect(digests).toEqual(['90d9fe10b4a0cddaefbe4549457984d9', undefined, '90d9fe10b4a0cddaefbe4549457984d9']);
});

test('an error of the store arrives with its code', async () => {
  const digestFolder = digestInThread(threadFile, { kind: 'filesystem', root });
  await expect(digestFolder(scope, '../escape', never)).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' });
});

test('who gives up ends its own digest and no other', async () => {
  const digestFolder = digestInThread(threadFile, { kind: 'filesystem', root });
  const givingUp = new AbortController();
  const first = digestFolder(scope, 'r/model', givingUp.signal);
  const second = digestFolder(scope, 'r/model', never);
  givingUp.abort(new Error('gone'));
  await expect(first).rejects.toThrow('gone');
  expect(await second).toBe('90d9fe10b4a0cddaefbe4549457984d9');
});

test('a thread that cannot start, or ends without an answer, is an error', async () => {
  const absent = digestInThread(join(root, 'absent.js'), { kind: 'filesystem', root });
  await expect(absent(scope, 'r/model', never)).rejects.toThrow('absent.js');
  writeFileSync(join(root, 'silent.js'), '');
  const silent = digestInThread(join(root, 'silent.js'), { kind: 'filesystem', root });
  await expect(silent(scope, 'r/model', never)).rejects.toThrow('the digest thread ended with 0 before its answer');
});
