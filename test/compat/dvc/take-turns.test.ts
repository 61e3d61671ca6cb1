import { afterEach, beforeEach, expect, test } from 'vitest';
import { DvcWorkspace } from '../../support/dvc-workspace.ts';

let workspace: DvcWorkspace;
beforeEach(async () => {
  workspace = await DvcWorkspace.create();
});
afterEach(() => workspace.dispose());

/** The same sequence for the same seed (mulberry32). */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const seed = Number(process.env['TAKE_TURNS_SEED'] ?? 20_261_121);
const rounds = Number(process.env['TAKE_TURNS_ROUNDS'] ?? 8);

test(`real dvc and ours find each other's work sound (seed ${seed})`, async () => {
  const random = seeded(seed);
  const names = ['a', 'd/x', 'd/sub/ü', 'd/z.sh'];
  for (const name of names) workspace.write(name, `${name} 0\n`);
  await workspace.ours('add', 'a', 'd');
  for (let round = 1; round <= rounds; round += 1) {
    const isOurTurn = round % 2 === 0;
    const [turn, other] = isOurTurn
      ? [(...args: string[]) => workspace.ours(...args), (...args: string[]) => workspace.dvc(...args)]
      : [(...args: string[]) => workspace.dvc(...args), (...args: string[]) => workspace.ours(...args)];
    const name = names[random(names.length)]!;
    if (random(4) === 0 && name !== 'a') workspace.remove(name);
    else workspace.write(name, `${name} ${round} ${random(1000)}\n`);
    const action = random(3);
    if (action === 0) await turn('add', 'a', 'd');
    else if (action === 1) await turn('commit', '-f');
    else await turn('checkout', '-f');
    expect(await other('status', '--json'), `round ${round}: ${isOurTurn ? 'dvc' : 'ours'} after action ${action}`).toBe('{}\n');
    expect(await turn('status', '--json')).toBe('{}\n');
    expect(workspace.damagedObjects(workspace.path('.dvc/cache'))).toEqual([]);
    workspace.remove('a', 'd');
    await other('checkout');
    expect(await turn('status', '--json')).toBe('{}\n');
  }
});
