import { afterAll, beforeAll, expect, test } from 'vitest';
import { DataScene } from '../support/data-scene.ts';
import { ourProgram } from '../support/dvc-workspace.ts';

/** `make soak` looks longer. */
const rounds = process.env['MILLWRIGHT_SOAK'] === '1' ? 100 : 10;

let scene: DataScene;
beforeAll(async () => {
  scene = await DataScene.create(120);
});
afterAll(() => scene?.workspace.dispose());

test.each(['add', 'checkout', 'push', 'pull', 'gc'] as const)(
  'a killed %s leaves a sound repository, and the next run completes',
  async (name) => {
    const { workspace } = scene;
    const verb = scene.verb(name);
    verb.prepare();
    const began = performance.now();
    await workspace.ours(...verb.args);
    let wholeMs = performance.now() - began;
    let killed = 0;
    for (let round = 0; round < rounds; round += 1) {
      verb.prepare();
      // Spread over the whole run, the first part of which is the start of Node.
      const delayMs = ((round + Math.random()) / rounds) * wholeMs;
      const begun = performance.now();
      const running = workspace.start(ourProgram, verb.args);
      const timer = setTimeout(() => running.kill(), delayMs);
      const ended = await running.ended;
      clearTimeout(timer);
      if (ended.status === null) killed += 1;
      // The first run may have been slower than those that follow.
      else wholeMs = Math.min(wholeMs, performance.now() - begun);
      const where = `${name} killed after ${Math.round(delayMs)} of ${Math.round(wholeMs)} ms`;
      expect([...scene.damage(), ...scene.wrongFiles()], where).toEqual([]);
      verb.afterEnd?.();
      // Real dvc must be able to read what was left; that costs seconds, so not every time.
      if (round % 4 === 2) expect((await workspace.tryDvc('status')).status, where).toBe(0);
      scene.ageLeftOvers();
      await workspace.ours(...verb.args);
      verb.afterNext?.();
      expect([...scene.damage(), ...scene.wrongFiles(), ...scene.absentFiles()], where).toEqual([]);
      if (round % 4 === 3) expect(await workspace.dvc('status'), where).toBe('Data and pipelines are up to date.\n');
    }
    expect(await workspace.dvc('status')).toBe('Data and pipelines are up to date.\n');
    expect(await workspace.dvc('data', 'status', '--json', '--granular')).toBe('{}\n');
    expect(killed).toBeGreaterThan(rounds / 3);
  },
  rounds * 60_000,
);
