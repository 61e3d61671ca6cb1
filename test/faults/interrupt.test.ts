/** Ctrl-C at any moment: 130, one line, nothing unfinished left, and the next run completes. */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createLocks } from '../../src/backends/locks/flock.ts';
import { DataScene } from '../support/data-scene.ts';
import { ourProgram, type Ran } from '../support/dvc-workspace.ts';

/** `make soak` looks longer. */
const rounds = process.env['MILLWRIGHT_SOAK'] === '1' ? 100 : 10;

let scene: DataScene;
beforeAll(async () => {
  // So many that the work, not the start, is most of what can be interrupted.
  scene = await DataScene.create(800);
});
afterAll(() => scene?.workspace.dispose());

test.each(['add', 'checkout', 'push', 'pull'] as const)(
  'an interrupted %s says so in one line, leaves nothing unfinished, and the next run completes',
  async (name) => {
    const { workspace } = scene;
    const verb = scene.verb(name);
    verb.prepare();
    const began = performance.now();
    await workspace.ours(...verb.args);
    let wholeMs = performance.now() - began;
    const outcomes: string[] = [];
    for (let round = 0; round < rounds; round += 1) {
      verb.prepare();
      const delayMs = ((round + Math.random()) / rounds) * wholeMs;
      const begun = performance.now();
      const running = workspace.start(ourProgram, verb.args);
      // As a terminal does it: the whole process group hears it
      const timer = setTimeout(() => running.kill('SIGINT'), delayMs);
      const ended = await running.ended;
      clearTimeout(timer);
      const where = `${name} interrupted after ${Math.round(delayMs)} of ${Math.round(wholeMs)} ms`;
      outcomes.push(outcomeOf(ended, running.child.signalCode, where));
      // The first run may have been slower than those that follow.
      if (ended.status === 0) wholeMs = Math.min(wholeMs, performance.now() - begun);
      expect([...scene.damage(), ...scene.wrongFiles()], where).toEqual([]);
      expect(scene.unfinishedFiles(), where).toEqual([]);
      verb.afterEnd?.();
      if (round % 4 === 2) expect((await workspace.tryDvc('status')).status, where).toBe(0);
      await workspace.ours(...verb.args);
      verb.afterNext?.();
      expect([...scene.damage(), ...scene.wrongFiles(), ...scene.absentFiles()], where).toEqual([]);
    }
    expect(await workspace.dvc('status')).toBe('Data and pipelines are up to date.\n');
    expect(await workspace.dvc('data', 'status', '--json', '--granular')).toBe('{}\n');
    expect(outcomes.filter((outcome) => outcome !== 'completed').length, outcomes.join(' ')).toBeGreaterThan(rounds / 3);
  },
  rounds * 60_000,
);

/** Before the program has begun, the system ends it: shells report 130 for that too. */
function outcomeOf(
  { status, stdout, stderr }: Ran,
  signal: NodeJS.Signals | null,
  where: string,
): 'before it began' | 'interrupted' | 'completed' {
  expect(stdout, where).toBe('');
  if (status === null) {
    expect([signal, stderr], where).toEqual(['SIGINT', '']);
    return 'before it began';
  }
  if (status === 0) {
    expect(stderr, where).toBe('');
    return 'completed';
  }
  expect(status, `${where}: ${stderr}`).toBe(130);
  expect(stderr, where).toMatch(
    /^millwright: interrupted by SIGINT(?: \(\d+ of \d+ files had been (?:pushed|fetched): run it again to go on\))?\n$/,
  );
  return 'interrupted';
}

test('a command that waits for the repository gives up at once', async () => {
  const { workspace } = scene;
  const held = createLocks().tryLock(workspace.path('.dvc/tmp/lock'), 'held by a test\n');
  expect(held).toBeDefined();
  const before = workspace.files('.dvc');
  workspace.remove('.dvc/.gitignore');
  const running = workspace.start(ourProgram, ['add', 'd']);
  // It writes this file just before it asks for the lock
  await vi.waitUntil(() => existsSync(workspace.path('.dvc/.gitignore')), { timeout: 60_000, interval: 10 });
  running.child.kill('SIGINT');
  const ended = await running.ended;
  expect([ended.status, ended.stdout, ended.stderr]).toEqual([130, '', 'millwright: interrupted by SIGINT\n']);
  expect(workspace.files('.dvc')).toEqual(before);
  held!.release();
});
