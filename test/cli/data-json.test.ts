/** `--json` of the data verbs: one document on standard output, whatever is said on standard error. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cleanEnvironment, launcher } from '../support/server.ts';

const top = mkdtempSync(join(tmpdir(), 'millwright-json-'));
const folder = join(top, 'project');
const env = { ...cleanEnvironment(), HOME: top, XDG_CACHE_HOME: join(top, 'cache'), DVC_NO_ANALYTICS: '1' };

function json(...words: string[]): unknown {
  const { status, stdout, stderr } = spawnSync(launcher, [...words, '--json'], { cwd: folder, env, encoding: 'utf8' });
  expect(status, `${words.join(' ')}: ${stderr}`).toBe(0);
  return JSON.parse(stdout);
}

beforeAll(() => {
  execFileSync('git', ['init', '--quiet', folder], { env });
  for (const words of [
    ['init', '-q'],
    ['remote', 'add', '-q', '-d', 'storage', join(top, 'storage')],
  ]) {
    execFileSync(launcher, words, { cwd: folder, env });
  }
  writeFileSync(join(folder, 'data.csv'), '1\n');
});

afterAll(() => rmSync(top, { recursive: true, force: true }));

test('the verbs that change data say in one document what they did', () => {
  expect(json('add', 'data.csv')).toEqual({ files: ['data.csv.dvc'] });
  expect(json('push')).toEqual({ pushed: 1 });
  expect(json('push')).toEqual({ pushed: 0 });
  rmSync(join(folder, '.dvc/cache'), { recursive: true });
  expect(json('fetch')).toEqual({ fetched: 1 });
  rmSync(join(folder, 'data.csv'));
  expect(json('pull')).toMatchObject({ fetched: 0, added: ['data.csv'], modified: [], deleted: [], failed: [] });
  expect(json('unprotect', 'data.csv')).toEqual({ unprotected: ['data.csv'] });
  expect(json('move', 'data.csv', 'load.csv')).toEqual({ from: 'data.csv', to: 'load.csv' });
  expect(json('remove', 'load.csv.dvc')).toEqual({ removed: ['load.csv.dvc'] });
  expect(json('gc', '-w', '-c', '-f')).toMatchObject({ dry: false, cache: 1, remote: 1 });
});
