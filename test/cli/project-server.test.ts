import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { millwright } from '../support/command.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'project-server-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));

test('a command in a project whose server has ended starts it again, and asks no other', async () => {
  const state = join(home, '.millwright');
  mkdirSync(state);
  const nobody = await millwright(home, {}, 'runs', 'list', '--json');
  expect(nobody, 'no server has been there').toMatchObject({ status: 69 });

  writeFileSync(join(state, 'lock'), '');
  const first = await millwright(home, {}, 'runs', 'list', '--json');
  const owner = JSON.parse(readFileSync(join(state, 'server.json'), 'utf8')) as { pid: number; endsWhenIdle: boolean };
  try {
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(first.stdout)).toEqual([]);
    expect(owner.endsWhenIdle).toBe(true);
    expect(await millwright(home, {}, 'endpoints', 'list', '--json')).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(readFileSync(join(state, 'server.json'), 'utf8'))).toEqual(owner);
  } finally {
    process.kill(owner.pid, 'SIGKILL');
  }
});
